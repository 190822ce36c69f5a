"""How suppliers are told: the answer, cards, scores and what they have agreed to."""

import pandas as pd
import streamlit as st

from dashboards.desks import charts, suppliers
from dashboards.downloads import Column
from dashboards.house_style import ACCENT
from dashboards.kpi_cards import WHOLE_NAMES
from dashboards.kpis import SMALL_SAMPLE
from dashboards.next_steps import Step
from dashboards.plain_cards import show_plain_card
from dashboards.tables import Table
from dashboards.words import NOTHING, Words, literally

_SHOWN = 15


def answer(words: Words, rows: pd.DataFrame, ending: pd.DataFrame) -> str:
    """Return how many suppliers stay below the target beyond chance, and how many terms end soon."""
    judged = rows[rows["kind"] != "small"]
    told = words(
        "suppliers_answer",
        n=words.count(len(rows)),
        judged=words.count(len(judged)),
        missed=words.count((rows["kind"] == "missed").sum()),
        target=words.goal(suppliers.TARGET),
    )
    return told + words("suppliers_ending", n=words.count(len(ending)), days=suppliers.EXPIRING_DAYS)


def show_cards(words: Words, rows: pd.DataFrame, ending: pd.DataFrame) -> None:
    """Show how all suppliers together kept days and quantities, what came damaged, and which terms end."""
    st.html(WHOLE_NAMES)
    places = st.columns(4)
    judged, kept = int(rows["judged_line_count"].sum()), int(rows["on_time_in_full_count"].sum())
    came = int(rows["received_quantity"].sum() + rows["damaged_quantity"].sum())
    damaged = int(rows["damaged_quantity"].sum())
    with places[0]:
        show_plain_card(
            words,
            words("on_time_in_full"),
            words.rate(kept / judged if judged else None),
            words(
                "target_and_lines",
                target=words("target", target=words.goal(suppliers.TARGET)),
                n=words.count(judged),
            ),
            meaning=words("on_time_in_full_meaning"),
            is_small=0 < judged < SMALL_SAMPLE,
        )
    with places[1]:
        show_plain_card(
            words,
            words("damage_rate"),
            words.rate(damaged / came if came else None),
            words("damaged_of", damaged=words.count(damaged), came=words.count(came)),
            meaning=words("damage_rate_meaning"),
        )
    with places[2]:
        suspended = int((rows["supplier_status"] == "suspended").sum())
        show_plain_card(
            words,
            words("suppliers_active"),
            words.count(len(rows) - suspended),
            words("suppliers_suspended", n=words.count(suspended)),
            meaning=words("suppliers_active_meaning"),
        )
    with places[3]:
        first = ending["valid_until"].min()
        show_plain_card(
            words,
            words("terms_ending", days=suppliers.EXPIRING_DAYS),
            words.count(len(ending)),
            words("nothing_ends") if pd.isna(first) else words("first_ends", day=words.day(first)),
            meaning=words("terms_ending_meaning"),
        )


def show_scores(words: Words, rows: pd.DataFrame) -> None:
    """Draw the share of lines on time and in full of each supplier with its interval."""
    st.subheader(words("scores_title"), anchor=False)
    known = rows[rows["on_time_in_full_rate"].notna()].head(_SHOWN)
    if known.empty:
        st.info(words("no_scores"), icon=":material/hourglass_empty:")
        return
    drawn = pd.DataFrame(
        {
            "name": known["supplier_name"],
            "value": known["on_time_in_full_rate"],
            "low": known["on_time_in_full_low"],
            "high": known["on_time_in_full_high"],
            "kind": known["kind"],
            "told": [
                words(
                    "rate_with_interval",
                    rate=words.rate(row["on_time_in_full_rate"]),
                    low=words.rate(row["on_time_in_full_low"]),
                    high=words.rate(row["on_time_in_full_high"]),
                    n=words.count(row["judged_line_count"]),
                )
                for row in known.to_dict("records")
            ],
        }
    )
    labels = {"name": words("supplier"), "rate": words("on_time_in_full")}
    target = words("target", target=words.goal(suppliers.TARGET))
    st.altair_chart(
        charts.intervals(drawn, target=suppliers.TARGET, target_label=target, labels=labels),
        alt=words("scores_alt"),
    )
    st.caption(words("scores_legend", n=SMALL_SAMPLE))


def show_lateness(words: Words, rows: pd.DataFrame) -> None:
    """Draw by how many days each supplier's lines came after the promised day."""
    late = rows[rows["mean_late_days"] > 0].sort_values("mean_late_days", ascending=False).head(_SHOWN)
    st.subheader(words("lateness_title"), anchor=False)
    if late.empty:
        st.success(words("nobody_late"), icon=":material/check_circle:")
        return
    drawn = pd.DataFrame(
        {"name": late["supplier_name"], "kind": words("late_days"), "count": late["mean_late_days"].round(1)}
    )
    labels = {"name": words("supplier"), "kind": words("late_days"), "count": words("late_days")}
    st.altair_chart(
        charts.counts(
            drawn, {words("late_days"): ACCENT}, labels=labels, numbers=words.axis_numbers, decimals=1
        ),
        alt=words("lateness_alt"),
    )


def tables(words: Words, rows: pd.DataFrame, terms: pd.DataFrame) -> list[Table]:
    """Return the rows behind the page: the scorecards, and the terms by when they end."""
    states = {"active": words("supplier_active"), "suspended": words("supplier_suspended")}
    return [
        Table(
            "scores",
            words("scorecards"),
            rows.assign(
                state=rows["supplier_status"].map(states).fillna(NOTHING), cost=rows["cost_fen"] / 100
            ),
            [
                Column("supplier_name", words("supplier"), "text"),
                Column("state", words("state"), "text"),
                Column("on_time_in_full_rate", words("on_time_in_full"), "rate"),
                Column("on_time_in_full_low", words("low"), "rate"),
                Column("on_time_in_full_high", words("high"), "rate"),
                Column("judged_line_count", words("judged_lines"), "count"),
                Column("fill_rate", words("fill_rate"), "rate"),
                Column("damage_rate", words("damage_rate"), "rate"),
                Column("mean_promised_lead_days", words("promised_days"), "quantity"),
                Column("mean_achieved_lead_days", words("achieved_days"), "quantity"),
                Column("mean_late_days", words("late_days"), "quantity"),
                Column("cost", words("cost_yuan"), "money"),
                Column("outstanding_quantity", words("incoming_units"), "count"),
                Column("from_date", words("first_day"), "date", is_on_page=False),
                Column("to_date", words("last_day"), "date", is_on_page=False),
            ],
        ),
        Table(
            "terms",
            words("terms_title", n=words.count(len(terms))),
            terms.assign(unit_cost=terms["unit_cost_fen"] / 100),
            [
                Column("supplier_name", words("supplier"), "text"),
                Column("item", words("item"), "text"),
                Column("valid_until", words("valid_until"), "date"),
                Column("days_left", words("days_until"), "count"),
                Column("unit_cost", words("unit_cost_yuan"), "money"),
                Column("lead_days", words("promised_days"), "count"),
                Column("worst_lead_days", words("worst_days"), "count"),
                Column("min_order_quantity", words("minimum_order"), "count"),
                Column("pack_size", words("pack_size"), "count"),
                Column("shelf_life_days", words("shelf_life_days"), "count"),
                Column("valid_from", words("valid_from"), "date"),
            ],
        ),
    ]


def steps(words: Words, rows: pd.DataFrame, ending: pd.DataFrame) -> list[Step]:
    """Return what to do next: speak with who stays behind, renew what ends."""
    found: list[Step] = []
    missed = rows[rows["kind"] == "missed"]
    if not missed.empty:
        names = words("and").join(literally(name) for name in missed["supplier_name"].head(3))
        found.append(Step(words("step_talk", names=names, target=words.goal(suppliers.TARGET)), "orders"))
    if not ending.empty:
        names = words("and").join(literally(name) for name in dict.fromkeys(ending["supplier_name"].head(9)))
        day = words.day(ending["valid_until"].min())
        found.append(Step(words("step_renew_terms", names=names, day=day), "stock"))
    return found
