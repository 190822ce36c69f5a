"""企业入驻 Tenants: who is on the way in, and how long does it take?"""

import streamlit as st

from dashboards.desks import platform, tenants_view
from dashboards.next_steps import show_next_steps
from dashboards.page import business_today, open_platform_marts, require_tables, show_as_of
from dashboards.reader import require_visitor, words_of_reader
from dashboards.roles import require_page
from dashboards.tables import show_tables

words = words_of_reader()
visitor = require_visitor(words)
require_page(words, visitor, "tenants")
marts = open_platform_marts(words, visitor)

st.title(words("tenants_page"), anchor=False)
show_as_of(words, marts.release)
require_tables(words, marts, *platform.ONBOARDING_TABLES)
code = tenants_view.choose_tenant(words, marts)
rows = platform.tenants(marts, code, business_today())

st.subheader(tenants_view.answer(words, rows), anchor=False)
tenants_view.show_cards(words, rows)
tenants_view.show_steps(words, rows)
show_tables(words, tenants_view.tables(words, rows), file=(marts.release.release_id,))
show_next_steps(words, tenants_view.steps(words, rows))
