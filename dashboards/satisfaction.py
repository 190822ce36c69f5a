"""What satisfaction goes together with: on time or late, refused for stock, answered in time, kind words or not."""

from datetime import date

import pandas as pd
import streamlit as st

from dashboards.definitions import Definitions
from dashboards.downloads import Column
from dashboards.group_bars import group_bars
from dashboards.items_words import class_names
from dashboards.kpis import SMALL_SAMPLE
from dashboards.marts import TenantMarts
from dashboards.tables import Table
from dashboards.words import Words

TABLE = "fct_satisfaction_drivers_monthly"

_DRIVERS = """
    select
        driver, value, answer_count, satisfied_count, answer_share, satisfaction_rate, satisfaction_low,
        satisfaction_high
    from marts.fct_satisfaction_drivers_monthly
    where tenant_id = $tenant_id and month = $month
    order by driver, value
"""


def drivers(marts: TenantMarts, month: date) -> pd.DataFrame:
    """Return one row per driver and value of it: the answers of a month under it and the share (0-1) that is satisfied.

    In reading order; empty for a release from before they were told.
    """
    if marts.lacks(TABLE):
        return pd.DataFrame()
    rows = marts.rows(_DRIVERS, month=month)
    order = {
        name: place
        for place, name in enumerate(("shipping", "after_sales", "stock", "sentiment", "item_class"))
    }
    return rows.sort_values("driver", key=lambda names: names.map(order), kind="stable").reset_index(
        drop=True
    )


def show_drivers(words: Words, define: Definitions, found: pd.DataFrame) -> None:
    """Draw how satisfied who met with what was, and say where it makes the largest difference."""
    st.subheader(words("drivers"), anchor=False, help=define("satisfaction_drivers"))
    if found.empty:
        st.info(words("no_drivers"), icon=":material/hourglass_empty:")
        return
    st.markdown(answer(words, found))
    names, values = driver_names(words), value_names(words)
    met = [
        words("driver_value", driver=names[driver], value=values[driver, value])
        for driver, value in zip(found["driver"], found["value"], strict=True)
    ]
    notes = [
        words("driver_note", satisfied=words.count(satisfied), n=words.count(n))
        for satisfied, n in zip(found["satisfied_count"], found["answer_count"], strict=True)
    ]
    is_small = found["answer_count"] < SMALL_SAMPLE
    labels = {"group": words("drivers"), "rate": words("satisfied_share")}
    chart = group_bars(words, met, found["satisfaction_rate"], notes, is_small, **labels)
    st.altair_chart(chart, alt=words("drivers_alt"))
    st.caption(words("drivers_note", n=words.count(found["answer_count"].max())))


def answer(words: Words, found: pd.DataFrame) -> str:
    """Say of which driver the best and the worst value lie furthest apart, if their intervals do not meet.

    Values with few answers are left out, as they are drawn grey.
    """
    widest = None
    enough = found[found["answer_count"] >= SMALL_SAMPLE]
    for driver, rows in enough.groupby("driver", sort=False):
        best, worst = (rows.loc[rows["satisfaction_rate"].agg(pick)] for pick in ("idxmax", "idxmin"))
        gap = best["satisfaction_rate"] - worst["satisfaction_rate"]
        if best["satisfaction_low"] > worst["satisfaction_high"] and (widest is None or gap > widest[0]):
            widest = (gap, str(driver), best, worst)
    if widest is None:
        can_compare = (enough.groupby("driver").size() > 1).any()
        return words("drivers_alike") if can_compare else words("drivers_too_few")
    _, driver, best, worst = widest
    values = value_names(words)
    return words(
        "drivers_answer",
        driver=driver_names(words)[driver],
        best=values[driver, str(best["value"])],
        best_rate=words.rate(best["satisfaction_rate"]),
        worst=values[driver, str(worst["value"])],
        worst_rate=words.rate(worst["satisfaction_rate"]),
    )


def drivers_table(words: Words, found: pd.DataFrame) -> Table:
    """Return the rows of the drivers."""
    names, values = driver_names(words), value_names(words)
    columns = [
        Column("driver_name", words("driver"), "text"),
        Column("value_name", words("driver_met"), "text"),
        Column("satisfaction_rate", words("satisfied_share"), "rate"),
        Column("satisfaction_low", words("low"), "rate"),
        Column("satisfaction_high", words("high"), "rate"),
        Column("satisfied_count", words("satisfied_answers"), "count"),
        Column("answer_count", words("answer_count"), "count"),
        Column("answer_share", words("driver_share"), "rate"),
    ]
    rows = (
        found.assign(
            driver_name=[names[driver] for driver in found["driver"]],
            value_name=[values[pair] for pair in zip(found["driver"], found["value"], strict=True)],
        )
        if not found.empty
        else found
    )
    return Table("drivers", words("drivers"), rows, columns)


def driver_names(words: Words) -> dict[str, str]:
    """Return what the drivers are called."""
    return {
        "shipping": words("driver_shipping"),
        "after_sales": words("driver_after_sales"),
        "stock": words("driver_stock"),
        "sentiment": words("driver_sentiment"),
        "item_class": words("item_class"),
    }


def value_names(words: Words) -> dict[tuple[str, str], str]:
    """Return what the values of each driver are called."""
    return {
        ("shipping", "on_time"): words("driver_on_time"),
        ("shipping", "late"): words("driver_late"),
        ("after_sales", "none"): words("driver_no_case"),
        ("after_sales", "within_24h"): words("driver_within_24h"),
        ("after_sales", "late"): words("driver_answered_late"),
        ("stock", "refused"): words("driver_refused"),
        ("stock", "not_refused"): words("driver_not_refused"),
        ("sentiment", "negative"): words("driver_negative"),
        ("sentiment", "neutral"): words("driver_neutral"),
        ("sentiment", "positive"): words("driver_positive"),
        **{("item_class", name): told for name, told in class_names(words).items()},
    }
