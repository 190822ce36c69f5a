"""数据健康 Data health: is what I see complete and fresh?"""

from datetime import UTC, datetime

import pandas as pd
import streamlit as st

from dashboards import health
from dashboards.daily_bars import daily_bars
from dashboards.definitions import definitions
from dashboards.downloads import Column
from dashboards.health_words import rule_name, view_names
from dashboards.kpi_cards import WHOLE_NAMES
from dashboards.next_steps import Step, show_next_steps
from dashboards.page import BUSINESS_ZONE, open_marts, require_tables, show_as_of
from dashboards.plain_cards import show_plain_card
from dashboards.reader import require_visitor, words_of_reader
from dashboards.tables import Table, show_tables

words = words_of_reader()
visitor = require_visitor(words)
marts = open_marts(words, visitor)

st.title(words("health_page"), anchor=False)
show_as_of(words, marts.release)
require_tables(words, marts, *health.TABLES)
define = definitions(words, marts)
shelf = health.releases(marts.release)
now = next((release for release in shelf if release.is_current), None)
bad = health.quarantined(marts)
held_back = int(bad["row_count"].sum())
lag = words.lag(datetime.now(UTC) - marts.release.complete_until)
facts = health.facts(marts)

sentences = [words("health_answer", lag=lag)]
if now is not None:
    key = "health_checks_failed" if now.failed else "health_checks_passed"
    sentences.append(words(key, passed=words.count(now.passed), failed=words.count(now.failed)))
sentences.append(
    words("health_quarantined", rows=words.count(held_back)) if held_back else words("health_none_back")
)
st.subheader(words("between_sentences").join(sentences), anchor=False)

st.html(WHOLE_NAMES)
places = st.columns(4)
with places[0]:
    show_plain_card(words, words("data_lag"), lag, words("lag_promise"), meaning=define("data_lag_seconds"))
with places[1]:
    show_plain_card(
        words,
        words("checks"),
        words.count(now.passed if now else 0),
        words("checks_note", failed=now.failed if now else 0, warned=now.warned if now else 0),
        meaning=words("checks_meaning"),
    )
with places[2]:
    show_plain_card(
        words,
        words("quarantine"),
        words.count(held_back),
        words("quarantine_note", rules=words.count(len(bad))),
        meaning=words("quarantine_meaning"),
    )
with places[3]:
    show_plain_card(
        words,
        words("quiet_days"),
        words.count(facts.quiet_days),
        words("quiet_days_note", days=facts.days),
        meaning=words("quiet_days_meaning"),
    )

names = {
    "events": words("source_events"),
    "transfers": words("source_transfers"),
    "redemptions": words("source_redemptions"),
    "answers": words("source_answers"),
}
st.subheader(words("facts_by_day"), anchor=False)
if facts.rows.empty:
    st.info(words("no_facts"), icon=":material/hourglass_empty:")
else:
    st.altair_chart(
        daily_bars(
            facts.rows.assign(kind=facts.rows["source"].map(names), count=facts.rows["facts"]),
            {names[source]: colour for source, colour in health.COLOURS.items()},
            labels={"date": words("day"), "kind": words("source"), "count": words("row_count")},
            numbers=words.axis_numbers,
        ),
        alt=words("facts_alt"),
    )

states = {(True, True): words("state_held"), (True, False): words("state_current")}
versions = pd.DataFrame(
    {
        "release_id": [release.release_id for release in shelf],
        "landed": [f"{release.landed_at.astimezone(BUSINESS_ZONE):%Y-%m-%d %H:%M}" for release in shelf],
        "made": [f"{release.created_at.astimezone(BUSINESS_ZONE):%Y-%m-%d %H:%M}" for release in shelf],
        "passed": [release.passed for release in shelf],
        "failed": [release.failed for release in shelf],
        "warned": [release.warned for release in shelf],
        "state": [states.get((r.is_current, r.is_held), words("state_kept")) for r in shelf],
        "code": [release.code_version for release in shelf],
    }
)
by_source = facts.rows.assign(source=facts.rows["source"].map(names)).sort_values("date", ascending=False)
show_tables(
    words,
    [
        Table(
            "releases",
            words("releases"),
            versions,
            [
                Column("release_id", words("release_id"), "text"),
                Column("state", words("state"), "text"),
                Column("landed", words("landed_at"), "text"),
                Column("made", words("made_at"), "text"),
                Column("passed", words("checks"), "count"),
                Column("failed", words("checks_failed"), "count"),
                Column("warned", words("checks_warned"), "count"),
                Column("code", words("code_version"), "text"),
            ],
        ),
        Table(
            "quarantine",
            words("quarantine"),
            bad.assign(
                view_name=bad["view_name"].map(view_names(words)).fillna(bad["view_name"]),
                rule=[rule_name(words, str(rule)) for rule in bad["rule"]],
            ),
            [
                Column("view_name", words("source"), "text"),
                Column("rule", words("broken_rule"), "text"),
                Column("row_count", words("row_count"), "count"),
            ],
            is_of_now=True,
        ),
        Table(
            "facts",
            words("facts_by_day"),
            by_source,
            [
                Column("date", words("day"), "date"),
                Column("source", words("source"), "text"),
                Column("facts", words("row_count"), "count"),
            ],
        ),
    ],
    file=(marts.release.release_id,),
)
steps = [Step(words("step_quarantine"))] if held_back else []
if len(shelf) > 1:
    steps.append(Step(words("step_roll_back")))
show_next_steps(words, [*steps, Step(words("step_models"), "models")])
