"""How service is told: the answer, cards, the course of a rate, and why."""

from datetime import date

import pandas as pd
import streamlit as st

from dashboards import charts, rate_answers, service, service_charts, service_words
from dashboards.carriers import carrier_names
from dashboards.definitions import Definitions
from dashboards.group_bars import group_bars
from dashboards.items_view import show_rate
from dashboards.kpi_cards import WHOLE_NAMES
from dashboards.kpis import SMALL_SAMPLE
from dashboards.next_steps import Step
from dashboards.rates import Rate
from dashboards.words import Words, literally

# How many cards stand in a row.
_PER_ROW = 4


def answer(words: Words, month: date, rates: list[Rate], owed: pd.DataFrame, against: str) -> str:
    """Return how promises were kept, and who is answerable for most compensations of the month."""
    sentences = [rate_answers.answer(words, month, rates, against=against)]
    if not owed.empty:
        parties = owed["party"].value_counts()
        sentences.append(
            words(
                "compensations_answer",
                count=words.count(len(owed)),
                party=service_words.party_names(words)[str(parties.index[0])],
                most=words.count(parties.iloc[0]),
            )
        )
    return words("between_sentences").join(sentences)


def show_cards(words: Words, rates: list[Rate], against: str) -> None:
    """Show the rates of service, each with its target, change, sample and definition."""
    st.html(WHOLE_NAMES)
    # What members say stands below what was promised to them.
    for row in (rates[:_PER_ROW], rates[_PER_ROW:]):
        for place, figure in zip(st.columns(_PER_ROW) if row else [], row, strict=False):
            with place:
                show_rate(words, figure, against)


def show_course(words: Words, rows: pd.DataFrame) -> None:
    """Draw one rate month by month with its target. `rows` is what `service.course` returned, of one metric."""
    name = str(rows[f"name_{words.language}"].iloc[0])
    if rows["value"].notna().sum() == 0:
        st.info(words("no_values", name=name), icon=":material/hourglass_empty:")
        return
    goal = rows["target"].iloc[-1]
    st.altair_chart(
        charts.trend(
            rows[["period", "value", "low", "high", "target"]].astype(
                {"value": float, "low": float, "high": float}
            ),
            is_daily=False,
            target_label=None if pd.isna(goal) else words("target", target=words.goal(goal)),
            value_label=name,
            period_label=words("month"),
        ),
        alt=words("trend_alt", name=name),
    )


def show_why(words: Words, define: Definitions, regions: pd.DataFrame, owed: pd.DataFrame) -> None:
    """Draw delivery by region, and compensations by who is responsible."""
    left, right = st.columns(2)
    with left:
        st.subheader(words("delivered_by_region"), anchor=False)
        if regions.empty:
            st.info(words("nothing_delivered"), icon=":material/hourglass_empty:")
        else:
            st.altair_chart(_regions_chart(words, regions), alt=words("delivered_by_region_alt"))
            st.caption(words("n_deliveries", n=words.count(regions["due"].sum())))
    with right:
        st.subheader(words("compensations"), anchor=False, help=define("compensations"))
        if owed.empty:
            st.info(words("no_compensations"), icon=":material/check_circle:")
            return
        st.altair_chart(_parties_chart(words, owed), alt=words("compensations_alt"))
        st.caption(
            words(
                "compensations_note",
                n=words.count(len(owed)),
                points=words.count(owed["points"].sum()),
                credited=words.count(owed["credited_points"].sum()),
            )
        )


def steps(words: Words, rates: list[Rate], late: pd.DataFrame, owed: pd.DataFrame) -> list[Step]:
    """Return what to do first: late parcels, open compensations, complaints."""
    found = []
    if not late.empty:
        found.append(Step(words("step_late", count=words.count(len(late))), "stock"))
    still_open = owed[owed["outcome"] == "open"]
    if not still_open.empty:
        name = (
            still_open["responsible"]
            .replace(carrier_names(words))
            .fillna(words("party_platform"))
            .value_counts()
        )
        found.append(
            Step(
                words(
                    "step_compensations",
                    count=words.count(len(still_open)),
                    name=literally(str(name.index[0])),
                    most=words.count(name.iloc[0]),
                )
            )
        )
    complaints = next((rate for rate in rates if rate.metric == "complaint_rate"), None)
    if complaints is not None and complaints.numerator:
        found.append(Step(words("step_complaints", count=words.count(complaints.numerator)), "items"))
    return found


def metric_names(words: Words, rows: pd.DataFrame) -> dict[str, str]:
    """Return the names of the rates of service, in reading order. `rows` is what `service.course` returned."""
    names = dict(zip(rows["metric"], rows[f"name_{words.language}"], strict=True))
    return {metric: names[metric] for metric in service.METRICS if metric in names}


def _regions_chart(words: Words, regions: pd.DataFrame) -> charts.Chart:
    names = service_words.region_names(words)
    notes = [
        words("region_note", on_time=words.count(on_time), due=words.count(due))
        for on_time, due in zip(regions["on_time"], regions["due"], strict=True)
    ]
    is_small = regions["due"] < SMALL_SAMPLE
    labels = {"group": words("region"), "rate": words("on_time_share")}
    return group_bars(words, regions["region"].map(names), regions["rate"], notes, is_small, **labels)


def _parties_chart(words: Words, owed: pd.DataFrame) -> charts.Chart:
    names = service_words.party_names(words)
    counted = (
        owed.assign(party=owed["party"].map(names))
        .groupby(["party", "outcome"])
        .size()
        .reset_index(name="count")
    )
    totals = counted.groupby("party")["count"].sum().sort_values(ascending=False)
    ordered = counted.set_index("party").loc[totals.index].reset_index()
    labels = {
        "party": words("responsible"),
        "outcome": words("case_outcome"),
        "count": words("compensations"),
    }
    return service_charts.parties(ordered, names=service_words.settlement_names(words), labels=labels)
