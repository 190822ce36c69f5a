"""平台资质 Licences: what may the platform do until when?"""

import streamlit as st

from dashboards import page
from dashboards.desks import licence_desk, licences, licences_view
from dashboards.desks.telling import show_away, show_live, show_news
from dashboards.mall import MallAway, Refused
from dashboards.next_steps import show_next_steps
from dashboards.reader import require_visitor, words_of_reader
from dashboards.roles import require_page
from dashboards.tables import show_tables

words = words_of_reader()
visitor = require_visitor(words)
require_page(words, visitor, "licences")

st.title(words("licences_page"), anchor=False)
desk = licences.licence_desk_of_visitor()
try:
    rows = licences.rows_of(desk.licences())
except (MallAway, Refused) as error:
    show_away(words, error)
    st.stop()
show_live(words, page.now())
show_news(words)
if rows.empty:
    st.info(words("licences_not_registered"), icon=":material/hourglass_empty:")
    st.stop()

st.subheader(licences_view.answer(words, rows), anchor=False)
licences_view.show_licences(words, rows)
licence_desk.show_licence_desk(words, desk, rows)
show_tables(words, licences_view.tables(words, rows), file=(f"{page.business_today():%Y-%m-%d}",))
show_next_steps(words, licences_view.steps(words, rows))
