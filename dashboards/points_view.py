"""How points are told: cards, charts and the rows behind them."""

from datetime import date

import pandas as pd
import streamlit as st

from dashboards import points, points_charts
from dashboards.charts import Chart
from dashboards.definitions import Definitions
from dashboards.downloads import Column
from dashboards.kpi_cards import WHOLE_NAMES
from dashboards.plain_cards import show_plain_card
from dashboards.points import Standing
from dashboards.tables import Table
from dashboards.words import NOTHING, Words


def answer(words: Words, now: Standing, *, ends_on: date | None = None, is_wave_told: bool = True) -> str:
    """Return how many points are held, what they will cost, and what expires next if that is known.

    `ends_on` is the last day known of a month that is not over.
    """
    until = (
        words("at_month_end", month=words.month(now.month))
        if ends_on is None
        else words("as_of_day", day=words.day(ends_on))
    )
    held = {"until": until, "held": words.count(now.held)}
    sentences = [
        words("points_answer", **held)
        if now.liability_fen is None
        else words("points_answer_owed", **held, owed=words.money(now.liability_fen)),
    ]
    if is_wave_told:
        sentences.append(
            words("points_nothing_expires", months=points.NEAR_MONTHS)
            if now.wave is None
            else words(
                "points_expire",
                until=words.month(now.wave.until),
                points=words.count(now.wave.points),
                members=words.people(now.wave.members),
            )
        )
    return words("between_sentences").join(sentences)


def show_cards(
    words: Words, define: Definitions, now: Standing, before: Standing | None, *, is_over: bool = True
) -> None:
    """Show what is held, owed, redeemed and about to expire, against the month before.

    What was redeemed in a month that is not over is compared with no whole one.
    """
    st.html(WHOLE_NAMES)
    places = st.columns(4)
    with places[0]:
        show_plain_card(
            words,
            words("points_held"),
            words.count(now.held),
            words("issued_in_month", points=words.count(now.issued)),
            meaning=define("points_held"),
            change=words.relative(now.held, before.held) if before else None,
        )
    with places[1]:
        is_known = before is not None and before.liability_fen is not None and now.liability_fen is not None
        show_plain_card(
            words,
            words("points_liability"),
            NOTHING if now.liability_fen is None else words.money(now.liability_fen),
            words("nothing_yet")
            if now.cost_fen is None
            else words("liability_at_most", cost=words.money(now.cost_fen)),
            meaning=define("points_liability"),
            change=words.relative(now.liability_fen or 0, before.liability_fen or 0)
            if before and is_known
            else None,
        )
    with places[2]:
        share = now.redeemed / now.issued if now.issued > 0 else None
        show_plain_card(
            words,
            words("points_redeemed"),
            words.count(now.redeemed),
            words("redeemed_of_issued", share=words.rate(share)),
            meaning=define("points_redeemed"),
            change=words.relative(now.redeemed, before.redeemed) if before and is_over else None,
        )
    with places[3]:
        show_plain_card(
            words,
            words("points_expiring", months=points.NEAR_MONTHS),
            words.count(now.wave.points if now.wave else 0),
            words("held_by_members", members=words.people(now.wave.members if now.wave else 0)),
            meaning=define("points_expiring"),
        )
    if now.is_fallback:
        st.caption(words("liability_is_cautious"))


def show_flows(words: Words, flows: pd.DataFrame) -> None:
    """Draw what came and went in the chosen months. `flows` is part of what `points.flows` returned."""
    st.subheader(words("points_flows"), anchor=False)
    st.altair_chart(
        flows_chart(words, flows),
        alt=words(
            "points_flows_alt",
            first=words.month(flows["month"].iloc[0]),
            last=words.month(flows["month"].iloc[-1]),
        ),
    )
    st.caption(words("points_flows_legend"))


def flows_chart(words: Words, flows: pd.DataFrame) -> Chart:
    """Return the chart of what came and went. `flows` is part of what `points.flows` returned."""
    return points_charts.flows(_told(words, flows), labels=_labels(words), numbers=words.axis_numbers)


def show_why(words: Words, define: Definitions, flows: pd.DataFrame, lots: pd.DataFrame) -> None:
    """Draw how what is held came about, and by lot month what it will cost."""
    left, right = st.columns(2)
    labels, numbers = _labels(words), words.axis_numbers
    with left:
        st.subheader(words("points_held_course"), anchor=False)
        st.altair_chart(
            points_charts.held(_told(words, flows), labels=labels, numbers=numbers),
            alt=words("points_held_alt"),
        )
    with right:
        st.subheader(words("liability_by_lot"), anchor=False, help=define("points_liability"))
        if lots.empty:
            st.info(words("nothing_owed"), icon=":material/check_circle:")
            return
        drawn = lots.assign(
            month=[words.short_month(month) for month in lots["month"]],
            rest=lots["cost"] - lots["liability"],
            told_liability=[words.money(fen) for fen in lots["liability_fen"]],
            told_cost=[words.money(fen) for fen in lots["cost_fen"]],
        )
        st.altair_chart(
            points_charts.cohorts(drawn, labels=labels, numbers=numbers), alt=words("liability_alt")
        )


def show_wave(words: Words, define: Definitions, waves: pd.DataFrame, near_until: date | None) -> None:
    """Draw what expires in the coming months; up to `near_until` it stands out."""
    st.subheader(words("expiry_wave"), anchor=False, help=define("points_expiring"))
    if waves.empty:
        st.info(words("nothing_expires"), icon=":material/check_circle:")
        return
    st.altair_chart(wave_chart(words, waves, near_until), alt=words("expiry_alt"))
    st.caption(words("expiry_legend", day=words.day(waves["as_of_date"].iloc[0])))


def wave_chart(words: Words, waves: pd.DataFrame, near_until: date | None) -> Chart:
    """Return the chart of what expires in the coming months. `waves` is what `points.expiry` returned, not empty."""
    coming = waves.head(points.DRAWN_MONTHS)
    drawn = pd.DataFrame(
        {
            "month": [words.short_month(month) for month in coming["month"]],
            "points": coming["remaining_points"],
            "told_points": [words.count(value) for value in coming["remaining_points"]],
            "members": [words.count(value) for value in coming["member_count"]],
            "is_near": [near_until is not None and month.date() <= near_until for month in coming["month"]],
        }
    )
    return points_charts.expiry(drawn, labels=_labels(words), numbers=words.axis_numbers)


def tables(words: Words, flows: pd.DataFrame, lots: pd.DataFrame, waves: pd.DataFrame) -> list[Table]:
    """Return the rows behind the page: flows by month, lots by month, expiry by month.

    What lots once were is told of all members alone.
    """
    history = [
        Column("issued_points", words("flow_issued"), "count"),
        Column("spent_points", words("lot_spent"), "count"),
        Column("expired_points", words("flow_expired"), "count"),
        Column("taken_back_points", words("lot_taken_back"), "count"),
    ]
    return [
        Table(
            "flows",
            words("points_flows"),
            flows.sort_values("month", ascending=False),
            [
                Column("month", words("month"), "month"),
                Column("issued", words("flow_issued"), "count"),
                Column("redeemed", words("flow_redeemed"), "count"),
                Column("expired", words("flow_expired"), "count"),
                Column("exchanged", words("flow_exchanged"), "count"),
                Column("adjusted", words("flow_adjusted"), "count"),
                Column("held", words("points_held"), "count"),
            ],
        ),
        Table(
            "lots",
            words("lots"),
            lots,
            [
                Column("month", words("lot_month"), "month"),
                *[column for column in history if column.name in lots],
                Column("remaining_points", words("lot_remaining"), "count"),
                Column("expected_redemption_share", words("expected_share"), "rate"),
                Column("estimate_cohort_count", words("estimated_from"), "count"),
                Column("liability", words("liability_yuan"), "money"),
                Column("cost", words("cost_yuan_at_most"), "money"),
            ],
        ),
        Table(
            "expiry",
            words("expiry_wave"),
            waves,
            [
                Column("month", words("expiry_month"), "month"),
                Column("first_expires_on", words("first_expires_on"), "date"),
                Column("remaining_points", words("points_word"), "count"),
                Column("member_count", words("members_word"), "count"),
                Column("member_count_so_far", words("members_so_far"), "count"),
            ],
        ),
    ]


def _told(words: Words, flows: pd.DataFrame) -> pd.DataFrame:
    rows = flows.assign(
        month=[words.short_month(month) for month in flows["month"]],
        other=flows["exchanged"] + flows["adjusted"],
    )
    told = ("issued", "redeemed", "expired", "other", "held")
    return rows.assign(**{f"told_{name}": [words.count(value) for value in rows[name]] for name in told})


def _labels(words: Words) -> dict[str, str]:
    return {
        "month": words("month"),
        "flow": words("flow"),
        "points": words("points_word"),
        "issued": words("flow_issued"),
        "redeemed": words("flow_redeemed"),
        "expired": words("flow_expired"),
        "other": words("flow_other"),
        "held": words("points_held"),
        "members": words("members_word"),
        "lot_month": words("lot_month"),
        "liability": words("expected_cost"),
        "rest": words("unlikely_cost"),
        "cost": words("cost_at_most"),
    }
