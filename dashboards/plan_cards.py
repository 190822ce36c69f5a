"""The figures of a plan as cards: pieces, cost, risk and the next day to order, and how they change."""

from datetime import date
from typing import Literal

import streamlit as st

from dashboards.kpi_cards import WHOLE_NAMES
from dashboards.plan_figures import Figures
from dashboards.plan_words import days_until
from dashboards.words import NOTHING, Words


def _arrow(change: float) -> Literal["up", "down", "off"]:
    return "off" if change == 0 else "up" if change > 0 else "down"


def show_plan_cards(words: Words, found: Figures, today: date) -> None:
    """Show what a plan comes to; what was edited is told against what was proposed."""
    st.html(WHOLE_NAMES)
    pieces, cost, risk, day = st.columns(4)
    more = found.quantity - found.proposed_quantity
    with pieces, st.container(border=True, height="stretch"):
        st.metric(
            words("to_order"),
            words.count(found.quantity),
            words.signed(more, words.count(abs(more))) if found.edited else None,
            delta_color="gray",
            delta_arrow=_arrow(more),
            delta_description=words("against_proposal") if found.edited else None,
            help=words("to_order_meaning"),
        )
        st.caption(words("of_lines", ordered=words.count(found.ordered), lines=words.count(found.lines)))
    dearer = found.cost_fen - found.proposed_cost_fen
    with cost, st.container(border=True, height="stretch"):
        st.metric(
            words("purchase_cost"),
            words.money(found.cost_fen),
            words.signed(dearer, words.money(abs(dearer))) if found.edited else None,
            delta_color="gray",
            delta_arrow=_arrow(dearer),
            delta_description=words("against_proposal") if found.edited else None,
            help=words("cost_meaning"),
        )
        unpriced = words("unpriced", n=words.count(found.unpriced)) if found.unpriced else None
        st.caption(unpriced or words("before_breaks"))
    with risk, st.container(border=True, height="stretch"):
        st.metric(
            words("mean_risk"),
            words.rate(found.risk_with),
            words.change(found.risk_with - found.risk_without),
            delta_color="primary" if found.risk_with < found.risk_without else "gray",
            delta_arrow=_arrow(found.risk_with - found.risk_without),
            delta_description=words("against_nothing"),
            help=words("mean_risk_meaning"),
        )
        st.caption(
            words(
                "expected_loss",
                without=words.money(found.cost_without_plan_fen),
                with_plan=words.money(found.cost_with_plan_fen),
            )
            + (f"  \n{words('as_proposed')}" if found.edited else "")
        )
    with day, st.container(border=True, height="stretch"):
        if found.next_order_by is None:
            st.metric(words("next_order_by"), NOTHING, help=words("order_by_meaning"))
            st.caption(words("nothing_to_order"))
            return
        st.metric(
            words("next_order_by"), words.short_day(found.next_order_by), help=words("order_by_meaning")
        )
        left = days_until(words, found.next_order_by, today)
        if found.late or found.too_late:
            late = [
                words(key, n=words.count(n))
                for key, n in (("late_lines", found.late), ("too_late_lines", found.too_late))
                if n
            ]
            st.markdown(f":red[:small[{left} · {words('and').join(late)}]]")
        else:
            st.caption(left)
