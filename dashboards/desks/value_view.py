"""How value scores are told: the answer, cards, chart and the figures behind them."""

from datetime import date

import pandas as pd
import streamlit as st

from dashboards.desks import charts
from dashboards.desks.scores import of_a_hundred, points
from dashboards.downloads import Column
from dashboards.house_style import ACCENT
from dashboards.kpi_cards import WHOLE_NAMES
from dashboards.next_steps import Step
from dashboards.plain_cards import show_plain_card
from dashboards.tables import Table
from dashboards.words import NOTHING, Words, literally

_SHOWN = 15


def part_names(words: Words) -> dict[str, str]:
    """Return what the parts of the score are called, with their weights."""
    return {
        "functional": words("value_functional"),
        "supply": words("value_supply"),
        "service": words("value_service"),
        "price": words("value_price"),
    }


def answer(words: Words, month: date, rows: pd.DataFrame) -> str:
    """Return the scores of the month: the best and the least of the tenants."""
    best, least = rows.iloc[0], rows.iloc[-1]
    if len(rows) == 1:
        name = literally(best["name"])
        return words(
            "value_answer_one", month=words.month(month), name=name, score=points(best["value_score"])
        )
    return words(
        "value_answer",
        month=words.month(month),
        n=words.count(len(rows)),
        best=literally(best["name"]),
        high=points(best["value_score"]),
        least=literally(least["name"]),
        low=points(least["value_score"]),
    )


def show_cards(words: Words, rows: pd.DataFrame) -> None:
    """Show the median of each part over the tenants."""
    st.html(WHOLE_NAMES)
    for place, (part, name) in zip(st.columns(4), part_names(words).items(), strict=True):
        known = rows[f"{part}_score"].dropna()
        with place:
            show_plain_card(
                words,
                name,
                NOTHING if known.empty else points(known.median()),
                words("value_median", n=words.count(len(known))),
                meaning=words("value_part_meaning"),
            )


def show_scores(words: Words, rows: pd.DataFrame) -> None:
    """Draw the score of each tenant, of a hundred."""
    st.subheader(words("value_by_tenant"), anchor=False)
    kind = words("value_score")
    told = of_a_hundred(rows.head(_SHOWN), "value_score")
    drawn = pd.DataFrame({"name": told["name"], "kind": kind, "count": told["value_score"]})
    labels = {"name": words("tenant"), "kind": kind, "count": kind}
    st.altair_chart(
        charts.counts(drawn, {kind: ACCENT}, labels=labels, numbers=words.axis_numbers, decimals=1),
        alt=words("value_alt"),
    )


def tables(words: Words, rows: pd.DataFrame, figures: pd.DataFrame) -> list[Table]:
    """Return the rows behind the page: the scores, and the figures they are made of."""
    names = part_names(words)
    parts = [Column(f"{part}_score", name, "quantity") for part, name in names.items()]
    scores = ["value_score", *(column.name for column in parts)]
    return [
        Table(
            "scores",
            words("value_scores"),
            of_a_hundred(rows, *scores),
            [
                Column("name", words("tenant"), "text"),
                Column("value_score", words("value_score"), "quantity"),
                *parts,
                Column("known_weight", words("value_known"), "rate"),
            ],
        ),
        Table(
            "figures",
            words("value_figures"),
            of_a_hundred(figures, "score").assign(part=figures["part"].map(names)),
            [
                Column("name", words("tenant"), "text"),
                Column("part", words("value_part"), "text"),
                Column("metric_name", words("value_metric"), "text"),
                Column("value", words("value_measured"), "rate"),
                Column("denominator", words("value_of"), "count"),
                Column("zero_at", words("value_zero_at"), "rate"),
                Column("full_at", words("value_full_at"), "rate"),
                Column("weight", words("value_weight"), "rate"),
                Column("score", words("value_got"), "quantity"),
            ],
        ),
    ]


def steps(words: Words, figures: pd.DataFrame) -> list[Step]:
    """Return which figures cost the most of the score."""
    lost = figures.assign(lost=figures["weight"] * (1 - figures["score"]))
    worst = lost[lost["lost"] > 0].sort_values("lost", ascending=False).head(3)
    return [
        Step(
            words(
                "step_value",
                tenant=literally(row["name"]),
                metric=literally(row["metric_name"]),
                lost=points(row["lost"]),
            )
        )
        for row in worst.to_dict("records")
    ]
