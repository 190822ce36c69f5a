"""平台资质 Licences: what may the platform do until when?"""

import streamlit as st

from dashboards.desks import licences_view, platform
from dashboards.next_steps import show_next_steps
from dashboards.page import business_today, open_platform_marts, require_tables, show_as_of
from dashboards.reader import require_visitor, words_of_reader
from dashboards.roles import require_page
from dashboards.tables import show_tables

words = words_of_reader()
visitor = require_visitor(words)
require_page(words, visitor, "licences")
marts = open_platform_marts(words, visitor)

st.title(words("licences_page"), anchor=False)
show_as_of(words, marts.release)
require_tables(words, marts, *platform.LICENCE_TABLES)
rows = platform.licences(marts, business_today())

st.subheader(licences_view.answer(words, rows), anchor=False)
licences_view.show_licences(words, rows)
show_tables(words, licences_view.tables(words, rows), file=(marts.release.release_id,))
show_next_steps(words, licences_view.steps(words, rows))
