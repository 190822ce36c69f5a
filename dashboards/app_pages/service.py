"""服务 Service: are the promises to members kept?"""

import pandas as pd
import streamlit as st

from dashboards import kpis, member_groups, satisfaction, service, service_rows, service_view
from dashboards.address import from_address, to_address
from dashboards.definitions import definitions
from dashboards.next_steps import show_next_steps
from dashboards.page import open_marts, require_tables, show_as_of
from dashboards.periods import choose_month_and_group, months_back, say_if_partial
from dashboards.rates import rate
from dashboards.reader import require_visitor, words_of_reader
from dashboards.roles import require_page
from dashboards.tables import show_tables

words = words_of_reader()
visitor = require_visitor(words)
require_page(words, visitor, "service")
marts = open_marts(words, visitor)

st.title(words("service_page"), anchor=False)
show_as_of(words, marts.release)
require_tables(words, marts, *service.TABLES)
course = service.course(marts)
if course["value"].notna().sum() == 0:
    st.info(words("no_service"), icon=":material/hourglass_empty:")
    st.stop()

last_fact, define = kpis.last_fact_date(marts), definitions(words, marts)
months = [month.date() for month in sorted(course["period"].unique())]
groups = member_groups.member_groups(marts, words.language, *service.TABLES_OF_GROUPS)
month, compared, group = choose_month_and_group(words, months, last_fact, groups)
if group is not None:
    member_groups.say_group(words, group)
    course = service.course(marts, group)
    if pd.Timestamp(month) not in set(course["period"]):
        member_groups.stop_without_members(words, month)
against = words("against_month", month=words.month(compared))
found = [rate(marts, metric, month, compared, words.language, group) for metric in service.METRICS]
rates = [figure for figure in found if figure is not None]
late, owed = service.late(marts, month, group), service.compensations(marts, month, group)
course = course[
    (course["period"] <= pd.Timestamp(month))
    & (course["period"] > pd.Timestamp(months_back(month, kpis.DEFAULT_MONTHS)))
]

st.subheader(service_view.answer(words, month, rates, owed, words.month(compared)), anchor=False)
say_if_partial(words, month, last_fact)
service_view.show_cards(words, rates, against)
names = service_view.metric_names(words, course)
metric = st.segmented_control(
    words("metric"),
    list(names),
    default=from_address("metric", list(names), next(iter(names))),
    required=True,
    format_func=lambda key: names[key],
    key="metric",
    wrap=True,
)
to_address("metric", metric, next(iter(names)))
service_view.show_course(words, course[course["metric"] == metric])
service_view.show_why(words, define, service.regions(marts, month, group), owed)
met = satisfaction.drivers(marts, month)
if group is None:
    satisfaction.show_drivers(words, define, met)
else:
    st.caption(words("drivers_of_all"))
show_tables(
    words,
    [
        service_rows.late_table(words, late),
        service_rows.deliveries_table(words, service.deliveries(marts, month, group)),
        service_rows.cases_table(words, service.cases(marts, month, group)),
        service_rows.compensations_table(words, owed),
        service_rows.rates_table(words, course),
        *([satisfaction.drivers_table(words, met)] if group is None else []),
    ],
    file=(f"{month:%Y-%m}",),
)
show_next_steps(words, service_view.steps(words, rates, late, owed))
