"""How accounts that share devices are told."""

import pandas as pd
import streamlit as st

from dashboards.desks import risk_charts
from dashboards.downloads import Column
from dashboards.tables import Table
from dashboards.words import Words


def answer(words: Words, rows: pd.DataFrame, days: int) -> str:
    """Return how many devices several accounts share, the most shared one, and how many of these were held back."""
    if rows.empty:
        return words("links_none", days=days)
    members = rows.drop_duplicates("member_id")
    return words(
        "links_answer",
        days=days,
        devices=words.count(rows["device_id"].nunique()),
        most=words.count(rows["members"].max()),
        members=words.count(len(members)),
        held=words.count((members["held_back"] > 0).sum()),
    )


def show_network(words: Words, rows: pd.DataFrame) -> None:
    """Draw who was seen on which shared device."""
    labels = {
        "device": words("device_mark"),
        "member": words("member_mark"),
        "held_back": words("held_back_count"),
    }
    st.altair_chart(risk_charts.network(rows, labels=labels), alt=words("network_alt"))
    st.caption(words("network_legend"))


def tables(words: Words, rows: pd.DataFrame) -> list[Table]:
    """Return the rows behind the net: each account on each device."""
    return [
        Table(
            "links",
            words("links_title", n=words.count(len(rows))),
            rows,
            [
                Column("device", words("device_mark"), "text"),
                Column("members", words("accounts_on_device"), "count"),
                Column("member", words("member_mark"), "text"),
                Column("held_back", words("held_back_count"), "count"),
                Column("first_seen", words("first_seen"), "text"),
            ],
            is_of_now=True,
        )
    ]
