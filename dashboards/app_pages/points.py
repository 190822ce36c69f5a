"""积分 Points: where are my points, and what do I owe?"""

import pandas as pd
import streamlit as st

from dashboards import kpis, points, points_view
from dashboards.definitions import definitions
from dashboards.next_steps import Step, show_next_steps
from dashboards.page import open_marts, require_tables, show_as_of
from dashboards.periods import choose_period, say_if_partial
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
first, last = choose_period(words, months, months[-kpis.DEFAULT_MONTHS :][0])
shown = flows[(flows["month"] >= pd.Timestamp(first)) & (flows["month"] <= pd.Timestamp(last))]
lots, waves = points.cohorts(marts, last), points.expiry(marts)
now, before = points.standings(flows, points.liability(marts), waves, last)

st.subheader(points_view.answer(words, now), anchor=False)
say_if_partial(words, last, kpis.last_fact_date(marts))
points_view.show_cards(words, define, now, before)
points_view.show_flows(words, shown)
points_view.show_why(words, define, shown, lots)
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
