"""How risk rules are told: what they catch and whom they stop wrongly."""

import pandas as pd
import streamlit as st

from dashboards.desks import charts, risk, risk_words
from dashboards.desks.telling import clock_time, mark, moment
from dashboards.downloads import Column
from dashboards.kpi_cards import WHOLE_NAMES
from dashboards.kpis import SMALL_SAMPLE
from dashboards.mall import Told
from dashboards.next_steps import Step
from dashboards.plain_cards import show_plain_card
from dashboards.tables import Table
from dashboards.words import NOTHING, Words


def answer(words: Words, rows: pd.DataFrame) -> str:
    """Return how many attempts the rules held back, and how many of the reviewed ones were honest."""
    whole = rows[rows["rule_kind"] == risk.ANY].iloc[0]
    held = words(
        "rules_answer",
        first=words.day(whole["from_date"]),
        last=words.day(whole["to_date"]),
        hits=words.count(whole["hit_count"]),
        attempts=words.count(whole["attempt_count"]),
        rate=words.rate(_known(whole["hit_rate"])),
    )
    if not whole["reviewed_count"]:
        return held + words("rules_unreviewed")
    return held + words(
        "rules_false",
        reviewed=words.count(whole["reviewed_count"]),
        honest=words.count(whole["overturned_count"]),
        interval=_interval(words, whole, "false_block_rate", int(whole["reviewed_count"])),
    )


def show_cards(words: Words, rows: pd.DataFrame) -> None:
    """Show the share of attempts held back, of honest ones among the reviewed, and what was denied."""
    st.html(WHOLE_NAMES)
    whole = rows[rows["rule_kind"] == risk.ANY].iloc[0]
    places = st.columns(3)
    with places[0]:
        show_plain_card(
            words,
            words("hit_rate"),
            words.rate(_known(whole["hit_rate"])),
            words("of_attempts", n=words.count(whole["attempt_count"])),
            meaning=words("hit_rate_meaning"),
        )
    with places[1]:
        show_plain_card(
            words,
            words("false_block_rate"),
            words.rate(_known(whole["false_block_rate"])),
            words(
                "ceiling_and_reviewed",
                target=words.goal(risk.FALSE_BLOCK_CEILING),
                n=words.count(whole["reviewed_count"]),
            ),
            meaning=words("false_block_meaning"),
            is_small=0 < whole["reviewed_count"] < SMALL_SAMPLE,
        )
    with places[2]:
        show_plain_card(
            words,
            words("attempts_denied"),
            words.count(whole["denied_count"]),
            words("of_held_back", n=words.count(whole["hit_count"])),
            meaning=words("attempts_denied_meaning"),
        )


def show_false_blocks(words: Words, rows: pd.DataFrame) -> None:
    """Draw the share of honest attempts among the reviewed of each kind of rule, with its interval."""
    st.subheader(words("false_blocks_title"), anchor=False)
    known = rows[(rows["reviewed_count"] > 0) & (rows["rule_kind"] != risk.ANY)]
    if known.empty:
        st.info(words("no_reviews_yet"), icon=":material/hourglass_empty:")
        return
    names = risk_words.kind_names(words)
    drawn = pd.DataFrame(
        {
            "name": [names.get(kind, kind) for kind in known["rule_kind"]],
            "value": known["false_block_rate"],
            "low": known["false_block_rate_low"],
            "high": known["false_block_rate_high"],
            "kind": known["kind"],
            "told": [
                _interval(words, row, "false_block_rate", int(row["reviewed_count"]))
                for _, row in known.iterrows()
            ],
        }
    )
    target = words("target_ceiling", target=words.goal(risk.FALSE_BLOCK_CEILING))
    labels = {"name": words("rule"), "rate": words("false_block_rate")}
    st.altair_chart(
        charts.intervals(drawn, target=risk.FALSE_BLOCK_CEILING, target_label=target, labels=labels),
        alt=words("false_blocks_alt"),
    )
    st.caption(words("false_blocks_legend", n=SMALL_SAMPLE))


def acts_table(words: Words, told: list[Told]) -> Table:
    """Return what was done about rules, by whom and why."""
    names = risk_words.act_names(words)
    rows = [
        {
            "at": clock_time(moment(one["acted_at"])),
            "act": names[one["act"]],
            "rule": mark(one["rule_id"] or one["proposal_id"]),
            "by": one["acted_by"] or words("a_program"),
            "reason": one["reason"],
        }
        for one in told
    ]
    return Table(
        "acts",
        words("rule_acts", n=words.count(len(rows))),
        pd.DataFrame(rows, columns=["at", "act", "rule", "by", "reason"]),
        [
            Column("at", words("change_when"), "text"),
            Column("act", words("rule_act"), "text"),
            Column("rule", words("rule"), "text"),
            Column("by", words("acted_by"), "text"),
            Column("reason", words("review_reason_column"), "text"),
        ],
    )


def tables(words: Words, rows: pd.DataFrame, in_force: list[Told] | None) -> list[Table]:
    """Return the rows behind the page of rules: figures by kind, and the rules in force if they are known."""
    names, verdicts = risk_words.kind_names(words), risk_words.verdict_names(words)
    figures = Table(
        "figures",
        words("rules_figures"),
        rows.assign(name=[names.get(kind, kind) for kind in rows["rule_kind"]]),
        [
            Column("name", words("rule"), "text"),
            Column("hit_count", words("hits"), "count"),
            Column("hit_rate", words("hit_rate"), "rate"),
            Column("hit_rate_low", words("low"), "rate"),
            Column("hit_rate_high", words("high"), "rate"),
            Column("denied_count", words("attempts_denied"), "count"),
            Column("reviewed_count", words("reviewed"), "count"),
            Column("overturned_count", words("found_honest"), "count"),
            Column("false_block_rate", words("false_block_rate"), "rate"),
            Column("false_block_rate_low", words("false_low"), "rate"),
            Column("false_block_rate_high", words("false_high"), "rate"),
        ],
    )
    if in_force is None:
        return [figures]
    dimensions = risk_words.dimension_names(words)
    live = pd.DataFrame(
        [
            {
                "name": names.get(rule["kind"], rule["kind"]),
                "dimension": dimensions.get(rule["dimension"] or "", NOTHING),
                "threshold": rule["threshold"],
                "window": None if rule["window_seconds"] is None else rule["window_seconds"] / 3600,
                "days": rule["days"],
                "verdict": verdicts.get(rule["verdict"], rule["verdict"]),
                "score": rule["score"],
                "note": rule["note"],
            }
            for rule in in_force
        ],
        columns=["name", "dimension", "threshold", "window", "days", "verdict", "score", "note"],
    )
    live = live.astype({"threshold": "float", "window": "float", "days": "float"})
    return [
        figures,
        Table(
            "in_force",
            words("rules_in_force", n=words.count(len(live))),
            live,
            [
                Column("name", words("rule"), "text"),
                Column("dimension", words("counted_by"), "text"),
                Column("threshold", words("rule_limit"), "count"),
                Column("window", words("window_hours"), "quantity"),
                Column("days", words("rule_days"), "count"),
                Column("verdict", words("desk_verdict"), "text"),
                Column("score", words("risk_score"), "count"),
                Column("note", words("rule_note"), "text"),
            ],
            is_of_now=True,
        ),
    ]


def steps(words: Words, rows: pd.DataFrame) -> list[Step]:
    """Return what to do next: loosen what stops honest people, review where few were."""
    names = risk_words.kind_names(words)
    kinds = rows[rows["rule_kind"] != risk.ANY]
    found = [
        Step(words("step_loosen", rule=names.get(kind, kind)))
        for kind in kinds[kinds["kind"] == "missed"]["rule_kind"].head(2)
    ]
    if (kinds["reviewed_count"] < SMALL_SAMPLE).any():
        found.append(Step(words("step_review_more"), "risk_reviews"))
    return found


def _interval(words: Words, row: pd.Series, name: str, n: int) -> str:
    return words(
        "rate_with_interval",
        rate=words.rate(_known(row[name])),
        low=words.rate(_known(row[f"{name}_low"])),
        high=words.rate(_known(row[f"{name}_high"])),
        n=words.count(n),
    )


def _known(value: float) -> float | None:
    return None if pd.isna(value) else max(0.0, float(value))
