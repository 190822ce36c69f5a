"""积分 Points: where are my points, and what do I owe?"""

import pandas as pd
import streamlit as st

from dashboards import group_points, kpis, member_groups, points, points_view
from dashboards.definitions import definitions
from dashboards.next_steps import Step, show_next_steps
from dashboards.page import open_marts, require_tables, show_as_of
from dashboards.periods import choose_period_and_group, is_over, say_if_partial
from dashboards.reader import require_visitor, words_of_reader
from dashboards.tables import show_tables

words = words_of_reader()
visitor = require_visitor(words)
marts = open_marts(words, visitor)

st.title(words("points_page"), anchor=False)
show_as_of(words, marts.release)
require_tables(words, marts, *points.TABLES)
flows, define = points.flows(marts), definitions(words, marts)
if flows.empty:
    st.info(words("no_points"), icon=":material/hourglass_empty:")
    st.stop()

months = [month.date() for month in flows["month"]]
groups = member_groups.member_groups(marts, words.language, *group_points.TABLES)
first, last, group = choose_period_and_group(words, months, months[-kpis.DEFAULT_MONTHS :][0], groups)
if group is None:
    owed, lots, waves = points.liability(marts), points.cohorts(marts, last), points.expiry(marts)
else:
    member_groups.say_group(words, group)
    flows = group_points.flows(marts, group)
    owed = group_points.liability(marts, group)
    lots, waves = group_points.cohorts(marts, group, last), group_points.expiry(marts, group)
    if pd.Timestamp(last) not in set(flows["month"]):
        member_groups.stop_without_members(words, last)
shown = flows[(flows["month"] >= pd.Timestamp(first)) & (flows["month"] <= pd.Timestamp(last))]
now, before = points.standings(flows, owed, waves, last)
# What expires is told of who is in a group now, which may be too few to tell of.
is_wave_told = group is None or pd.Timestamp(months[-1]) in set(flows["month"])

last_fact = kpis.last_fact_date(marts)
ends_on = None if last_fact is None or is_over(last, last_fact) else last_fact
st.subheader(points_view.answer(words, now, ends_on=ends_on, is_wave_told=is_wave_told), anchor=False)
say_if_partial(words, last, last_fact)
points_view.show_cards(words, define, now, before, is_over=ends_on is None)
points_view.show_flows(words, shown)
points_view.show_why(words, define, shown, lots)
if is_wave_told:
    points_view.show_wave(words, define, waves, now.wave.until if now.wave else None)
show_tables(
    words,
    points_view.tables(words, shown, lots, waves),
    file=(f"{first:%Y-%m}", f"{last:%Y-%m}"),
)
show_next_steps(
    words,
    [
        *(
            [
                Step(words("step_expiring", members=words.people(now.wave.members)), "members"),
                Step(words("step_affordable", points=words.count(now.wave.points)), "items"),
            ]
            if now.wave
            else []
        ),
        Step(words("step_consumption"), "enterprise"),
    ],
)
