"""企业概览 Enterprise overview: is my mall healthy this month?"""

import pandas as pd
import streamlit as st

from dashboards import charts, kpis, member_groups, overview_view
from dashboards.address import from_address, to_address
from dashboards.downloads import Column
from dashboards.kpi_cards import WHOLE_NAMES, headline, show_card
from dashboards.next_steps import show_next_steps
from dashboards.page import open_marts, show_as_of, show_rows
from dashboards.periods import choose_period_and_group, is_over, months_back, say_if_partial
from dashboards.reader import require_visitor, words_of_reader
from dashboards.report_button import show_report_button

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
groups = member_groups.member_groups(marts, words.language, *member_groups.TABLES)
first, last, group = choose_period_and_group(words, months, kpis.default_first_month(rows), groups)
if group is not None:
    rows = kpis.shown(member_groups.monthly(marts, group))
    st.caption(words("of_group", group=group.name, definition=group.definition))

last_fact = kpis.last_fact_date(marts)
is_last_over = last_fact is None or is_over(last, last_fact)
shown = kpis.figures(rows, first, last, words.language, is_judged=group is None, is_over=is_last_over)
if not shown:
    member_groups.stop_without_members(words, last)
st.subheader(headline(words, last, shown), anchor=False)
say_if_partial(words, last, last_fact)

st.html(WHOLE_NAMES)
for column, figure in zip(st.columns(len(shown)), shown, strict=True):
    with column:
        show_card(words, figure)

# Targets are promised for all members together, and for whole months.
judged = last if is_last_over else months_back(last, 1)
missed = overview_view.missed(words, marts, judged) if group is None else []
overview_view.show_alerts(words, judged, missed)

names = {figure.metric: figure.name for figure in shown}
# A segment is told as of the end of a month.
grains = {"month": words("by_month")} | ({} if group else {"day": words("by_day")})
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
overview_view.show_why(words, marts, last, group)
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
    file_name=f"pointmart-kpi-{first:%Y-%m}-{last:%Y-%m}",
    beside=lambda: show_report_button(
        words, marts, visitor, "monthly", last, words("download_monthly_report", month=words.month(last))
    ),
)
show_next_steps(words, overview_view.steps(words, missed))
