"""企业概览 Enterprise overview: is my mall healthy this month?"""

import pandas as pd
import streamlit as st

from dashboards import charts, kpis
from dashboards.address import from_address, to_address
from dashboards.downloads import Column
from dashboards.kpi_cards import WHOLE_NAMES, headline, show_card
from dashboards.page import open_marts, show_as_of, show_rows
from dashboards.reader import require_visitor, words_of_reader

words = words_of_reader()
visitor = require_visitor(words)
marts = open_marts(words, visitor)
rows = kpis.monthly(marts)

st.title(words("enterprise_page"), anchor=False)
show_as_of(words, marts.release)
if rows.empty:
    st.info(words("no_facts"), icon=":material/hourglass_empty:")
    st.stop()

months = [period.date() for period in sorted(rows["period"].unique())]
keys = [f"{month:%Y-%m}" for month in months]
by_key = dict(zip(keys, months, strict=True))


def name_of_month(key: str) -> str:
    """Return a month's name for the filter."""
    return words.month(by_key[key])


default_first = f"{kpis.default_first_month(rows):%Y-%m}"
with st.container(horizontal=True, vertical_alignment="bottom"):
    first_key = st.selectbox(
        words("first_month"),
        keys,
        keys.index(from_address("from", keys, default_first)),
        name_of_month,
        key="from",
        width=170,
    )
    last_key = st.selectbox(
        words("last_month"),
        keys,
        keys.index(from_address("to", keys, keys[-1])),
        name_of_month,
        key="to",
        width=170,
    )
to_address("from", first_key, default_first)
to_address("to", last_key, keys[-1])
first, last = by_key[first_key], by_key[last_key]
if first > last:
    st.info(words("period_backwards"), icon=":material/date_range:")
    st.stop()

shown = kpis.figures(rows, first, last, words.language)
st.subheader(headline(words, last, shown), anchor=False)
last_fact = kpis.last_fact_date(marts)
if (
    last_fact is not None
    and kpis.month_after(last) > last_fact >= last
    and (kpis.month_after(last) - last_fact).days > 1
):
    st.caption(words("month_is_partial", month=words.month(last), day=words.day(last_fact)))

st.html(WHOLE_NAMES)
for column, figure in zip(st.columns(len(shown)), shown, strict=True):
    with column:
        show_card(words, figure)

names = {figure.metric: figure.name for figure in shown}
grains = {"month": words("by_month"), "day": words("by_day")}
with st.container(horizontal=True, vertical_alignment="bottom"):
    metric = st.segmented_control(
        words("metric"),
        list(names),
        default=from_address("metric", list(names), shown[0].metric),
        required=True,
        format_func=lambda key: names[key],
        key="metric",
        wrap=True,
    )
    grain = st.segmented_control(
        words("grain"),
        list(grains),
        default=from_address("grain", list(grains), "month"),
        required=True,
        format_func=lambda key: grains[key],
        key="grain",
    )
to_address("metric", metric, shown[0].metric)
to_address("grain", grain, "month")
is_daily = grain == "day"
if is_daily:
    rows = kpis.daily(marts, first, kpis.month_after(last))
else:
    rows = rows[(rows["period"] >= pd.Timestamp(first)) & (rows["period"] <= pd.Timestamp(last))]

of_metric = rows[rows["metric"] == metric]
if of_metric["value"].notna().any():
    st.altair_chart(
        charts.trend(
            of_metric[["period", "value", "low", "high", "target"]],
            is_daily=is_daily,
            target_label=None
            if is_daily
            else words("target", target=words.goal(of_metric["target"].iloc[-1])),
            value_label=names[metric],
            period_label=words("day" if is_daily else "month"),
        ),
        alt=words("trend_alt", name=names[metric]),
    )
else:
    st.info(words("no_values", name=names[metric]), icon=":material/hourglass_empty:")

if is_daily:
    st.caption(words("targets_are_monthly"))
show_rows(
    words,
    rows.sort_values("period", ascending=False, kind="stable"),
    [
        Column("period", words("day" if is_daily else "month"), "date" if is_daily else "month"),
        Column(f"name_{words.language}", words("metric"), "text"),
        Column("value", words("value"), "rate"),
        *([] if is_daily else [Column("target", words("target_column"), "rate")]),
        Column("low", words("low"), "rate"),
        Column("high", words("high"), "rate"),
        Column("numerator", words("numerator"), "count"),
        Column("denominator", words("denominator"), "count"),
    ],
    file_name=f"pointmart-kpi-{first_key}-{last_key}",
)
