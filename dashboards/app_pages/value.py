"""价值评分 Value score: what is each mall worth to its tenant, by measured figures?"""

import streamlit as st

from dashboards.address import from_address, to_address
from dashboards.desks import value, value_view
from dashboards.desks.tenants_view import choose_tenant
from dashboards.next_steps import show_next_steps
from dashboards.page import BUSINESS_ZONE, open_platform_marts, require_tables, show_as_of
from dashboards.periods import is_over
from dashboards.reader import require_visitor, words_of_reader
from dashboards.roles import require_page
from dashboards.tables import show_tables

words = words_of_reader()
visitor = require_visitor(words)
require_page(words, visitor, "value")
marts = open_platform_marts(words, visitor)

st.title(words("value_page"), anchor=False)
show_as_of(words, marts.release)
require_tables(words, marts, *value.TABLES)
months = {f"{month:%Y-%m}": month for month in value.months(marts)}
if not months:
    st.info(words("value_none"), icon=":material/hourglass_empty:")
    st.stop()
with st.container(horizontal=True, vertical_alignment="bottom"):
    code = choose_tenant(words, marts)
    # A month's score is that of the whole month.
    complete = marts.release.complete_until.astimezone(BUSINESS_ZONE).date()
    over = [key for key, month in months.items() if is_over(month, complete)]
    newest = next(iter(over or months))
    chosen = st.selectbox(
        words("month"),
        list(months),
        list(months).index(from_address("month", list(months), newest)),
        lambda key: words.month(months[key]),
        key="month",
        width=170,
    )
    to_address("month", chosen, newest)
month = months[chosen]
rows = value.scores(marts, month, code)
figures = value.figures(marts, month, code, words)
if rows.empty:
    st.info(words("value_none"), icon=":material/hourglass_empty:")
    st.stop()
st.subheader(value_view.answer(words, month, rows), anchor=False)
value_view.show_cards(words, rows)
value_view.show_scores(words, rows)
show_tables(words, value_view.tables(words, rows, figures), file=(chosen, code))
show_next_steps(words, value_view.steps(words, figures))
