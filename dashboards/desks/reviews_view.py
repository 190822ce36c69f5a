"""How attempts that were held back are told: the answer, cards, chart and rows."""

import pandas as pd
import streamlit as st

from dashboards.daily_bars import daily_bars
from dashboards.desks import risk_words
from dashboards.downloads import Column
from dashboards.house_style import ACCENT, WARNING
from dashboards.kpi_cards import WHOLE_NAMES
from dashboards.next_steps import Step
from dashboards.plain_cards import show_plain_card
from dashboards.tables import Table
from dashboards.words import Words


def answer(words: Words, waiting: pd.DataFrame, left: str | None) -> str:
    """Return how many attempts wait for somebody, what they hold, and when the first is over."""
    if waiting.empty or left is None:
        return words("reviews_none")
    return words(
        "reviews_answer",
        n=words.count(len(waiting)),
        points=words.count(waiting["points"].sum()),
        left=left,
    )


def show_cards(words: Words, waiting: pd.DataFrame, feed: pd.DataFrame) -> None:
    """Show what waits, what was denied and what reviewers let go on, of the newest attempts."""
    st.html(WHOLE_NAMES)
    places = st.columns(3)
    decided = feed[feed["decided"] != ""]
    with places[0]:
        show_plain_card(
            words,
            words("reviews_waiting"),
            words.count(len(waiting)),
            words("points_held_back", points=words.count(waiting["points"].sum())),
            meaning=words("reviews_waiting_meaning"),
        )
    with places[1]:
        show_plain_card(
            words,
            words("attempts_denied"),
            words.count((feed["verdict"] == "deny").sum()),
            words("of_newest", n=words.count(len(feed))),
            meaning=words("attempts_denied_meaning"),
        )
    with places[2]:
        show_plain_card(
            words,
            words("reviews_let_on"),
            words.count((decided["decided"] == "allow").sum()),
            words("of_decided", n=words.count(len(decided))),
            meaning=words("reviews_let_on_meaning"),
        )


def show_daily(words: Words, rows: pd.DataFrame) -> None:
    """Draw what was parked and denied day by day."""
    st.subheader(words("verdicts_by_day"), anchor=False)
    if rows.empty:
        st.success(words("no_verdicts"), icon=":material/check_circle:")
        return
    names = {"review": words("verdict_review"), "deny": words("verdict_deny")}
    labels = {"date": words("date"), "kind": words("desk_verdict"), "count": words("attempts_word")}
    st.altair_chart(
        daily_bars(
            rows.assign(kind=rows["verdict"].map(names)),
            {names["review"]: ACCENT, names["deny"]: WARNING},
            labels=labels,
            numbers=words.axis_numbers,
        ),
        alt=words("verdicts_alt"),
    )


def tables(words: Words, waiting: pd.DataFrame, feed: pd.DataFrame) -> list[Table]:
    """Return the rows behind the page of reviews: what waits, and the feed of verdicts."""

    def told(rows: pd.DataFrame) -> pd.DataFrame:
        names = risk_words.verdict_names(words)
        return rows.assign(
            verdict=rows["verdict"].map(names),
            decided=rows["decided"].map(names),
            kinds=[risk_words.kinds(words, found) for found in rows["kinds"]],
        )

    common = [
        Column("at", words("asked_at"), "text"),
        Column("member", words("member_mark"), "text"),
        Column("device", words("device_mark"), "text"),
        Column("points", words("points_word"), "count"),
        Column("score", words("risk_score"), "count"),
        Column("kinds", words("rules_triggered"), "text"),
    ]
    return [
        Table(
            "waiting",
            words("reviews_title", n=words.count(len(waiting))),
            told(waiting),
            [Column("left", words("hours_left"), "quantity"), *common],
            is_of_now=True,
        ),
        Table(
            "feed",
            words("verdict_feed"),
            told(feed),
            [
                *common,
                Column("verdict", words("desk_verdict"), "text"),
                Column("decided", words("decided_column"), "text"),
                Column("decided_by", words("decided_by"), "text"),
                Column("reason", words("review_reason_column"), "text"),
            ],
        ),
    ]


def steps(words: Words, waiting: pd.DataFrame) -> list[Step]:
    """Return what to do next: decide what is over soon, look at shared devices, judge the rules."""
    found = [Step(words("step_review", n=words.count(len(waiting))))] if len(waiting) else []
    return [*found, Step(words("step_links"), "risk_links"), Step(words("step_rules"), "risk_rules")]
