"""A card for a figure without a target: its value, its change, what it means and what it is of."""

import streamlit as st

from dashboards.words import Words


def show_plain_card(
    words: Words,
    label: str,
    value: str,
    note: str,
    *,
    meaning: str,
    change: str | None = None,
    against: str | None = None,
    is_small: bool = False,
) -> None:
    """Show one figure, with its change `against` something (the month before); grey if its sample is too small."""
    with st.container(border=True, height="stretch"):
        st.metric(
            label,
            f":gray[{value}]" if is_small else value,
            change,
            delta_color="gray",
            delta_arrow=_arrow(change),  # type: ignore[arg-type]  # one of the literals
            delta_description=None if change is None else against or words("against_last_month"),
            help=meaning,
        )
        st.caption(f"{note} · {words('small_sample')}" if is_small else note)


def _arrow(change: str | None) -> str:
    if change is None or change[0] not in "+−":
        return "off"
    return "up" if change.startswith("+") else "down"
