"""活动与试点 Campaigns and pilot: what worked, and should it go on?"""

import streamlit as st

from dashboards import campaigns, campaigns_rows, campaigns_view, kpis, pilot_view
from dashboards.categories import with_category_names
from dashboards.definitions import definitions
from dashboards.next_steps import show_next_steps
from dashboards.page import business_today, open_marts, require_tables, show_as_of
from dashboards.periods import choose_period
from dashboards.reader import require_visitor, words_of_reader
from dashboards.roles import require_page
from dashboards.tables import show_tables

words = words_of_reader()
visitor = require_visitor(words)
require_page(words, visitor, "campaigns")
marts = open_marts(words, visitor)

st.title(words("campaigns_page"), anchor=False)
show_as_of(words, marts.release)
require_tables(words, marts, *campaigns.TABLES)
months, compared = campaigns.months(marts), campaigns.pilot(marts)
if not months and compared.empty:
    st.info(words("no_campaigns"), icon=":material/hourglass_empty:")
    st.stop()

last_fact, define = kpis.last_fact_date(marts), definitions(words, marts)
if not months:
    months = [(last_fact or business_today()).replace(day=1)]
first, last = choose_period(words, months, months[-kpis.DEFAULT_MONTHS :][0])
rows = with_category_names(marts, campaigns.sales(marts, first, last), words.language)
sums = campaigns.totals(rows)

sentences = [campaigns_view.answer(words, first, last, sums), pilot_view.answer(words, compared)]
st.subheader(words("between_sentences").join(sentences), anchor=False)
campaigns_view.show_cards(words, define, sums, *pilot_view.verdict(words, compared))
campaigns_view.show_uplift(words, define, rows)
campaigns_view.show_pull_forward(words, define, rows)
pilot_view.show_pilot(words, define, compared)
show_tables(
    words,
    [campaigns_rows.table(words, rows), pilot_view.table(words, compared)],
    file=(f"{first:%Y-%m}", f"{last:%Y-%m}"),
)
show_next_steps(words, campaigns_view.steps(words, rows))
