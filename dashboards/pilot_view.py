"""How the pilot is told: go or not, each metric beside the other members', and the rows behind."""

import pandas as pd
import streamlit as st

from dashboards import charts
from dashboards.definitions import Definitions
from dashboards.downloads import Column
from dashboards.kpis import SMALL_SAMPLE
from dashboards.tables import Table
from dashboards.words import NOTHING, Words


def answer(words: Words, rows: pd.DataFrame) -> str:
    """Return whether the pilot may go on to all members, and what speaks against it.

    `rows` is what `campaigns.pilot` returned.
    """
    judged = rows[rows["is_no_worse"].notna()]
    if rows.empty:
        return words("no_pilot")
    if judged.empty:
        return words("pilot_unjudged")
    worse = judged[~judged["is_no_worse"].astype(bool)][f"name_{words.language}"]
    if not worse.empty:
        return words("pilot_no_go", names=words("and").join(worse))
    return words("pilot_go", count=len(judged))


def verdict(words: Words, rows: pd.DataFrame) -> tuple[str, str]:
    """Return go or not in a word, and of how many members."""
    judged = rows[rows["is_no_worse"].notna()]
    if judged.empty:
        return NOTHING, words("pilot_none" if rows.empty else "pilot_waits")
    is_go = bool(judged["is_no_worse"].all())
    told = words("go" if is_go else "no_go")
    members = rows[rows["metric"] == "member_redemption_rate"]
    if members.empty:
        return told, words("pilot_compared", count=len(judged))
    row = members.iloc[0]
    return told, words(
        "pilot_members",
        pilot=words.people(row["pilot_denominator"]),
        others=words.people(row["others_denominator"]),
    )


def show_pilot(words: Words, define: Definitions, rows: pd.DataFrame) -> None:
    """Draw each metric of the pilot beside the others', with 95 % intervals; nothing without a pilot."""
    st.subheader(words("pilot"), anchor=False, help=define("pilot"))
    if rows.empty:
        st.info(words("no_pilot"), icon=":material/science:")
        return
    for place, (_, row) in zip(st.columns(len(rows)), rows.iterrows(), strict=True):
        with place:
            _show_metric(words, row)


def table(words: Words, rows: pd.DataFrame) -> Table:
    """Return the rows behind the comparison."""
    verdicts = {True: words("pilot_no_worse"), False: words("pilot_worse")}
    return Table(
        "pilot",
        words("pilot"),
        rows.assign(verdict=rows["is_no_worse"].map(verdicts)),
        [
            Column(f"name_{words.language}", words("metric"), "text"),
            Column("pilot_rate", words("pilot_rate"), "rate"),
            Column("pilot_low", words("low"), "rate"),
            Column("pilot_high", words("high"), "rate"),
            Column("pilot_numerator", words("numerator"), "count"),
            Column("pilot_denominator", words("denominator"), "count"),
            Column("others_rate", words("others_rate"), "rate"),
            Column("others_low", words("others_low"), "rate"),
            Column("others_high", words("others_high"), "rate"),
            Column("others_numerator", words("others_numerator"), "count"),
            Column("others_denominator", words("others_denominator"), "count"),
            Column("verdict", words("verdict"), "text"),
        ],
    )


def _show_metric(words: Words, row: pd.Series) -> None:
    name = row[f"name_{words.language}"]
    st.markdown(f"**{name}**", help=row[f"definition_{words.language}"])
    parts = {"pilot": words("pilot"), "others": words("other_members")}
    drawn = pd.DataFrame(
        {
            "name": list(parts.values()),
            "value": [row[f"{part}_rate"] for part in parts],
            "low": [row[f"{part}_low"] for part in parts],
            "high": [row[f"{part}_high"] for part in parts],
            "is_released": [True, False],
        }
    ).dropna(subset=["value"])
    if drawn.empty:
        st.info(words("nothing_to_compare"), icon=":material/hourglass_empty:")
        return
    labels = {"model": words("cohort_part"), "low": words("low"), "high": words("high")}
    st.altair_chart(
        charts.models(drawn.astype({"value": float, "low": float, "high": float}), value_format=".2%",
                      value_label=name, labels=labels),
        alt=words("pilot_alt", name=name),
    )  # fmt: skip
    few = min(row["pilot_denominator"], row["others_denominator"]) < SMALL_SAMPLE
    told = words(
        "pilot_n", pilot=words.count(row["pilot_denominator"]), others=words.count(row["others_denominator"])
    )
    st.caption(f"{told} · {words('small_sample')}" if few else told)
