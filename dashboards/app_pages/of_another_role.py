"""What stands at the address of a page that is not for the visitor's role."""

import streamlit as st

from dashboards.navigation import ICONS, page_titles, script
from dashboards.reader import require_visitor, words_of_reader
from dashboards.roles import first_page

words = words_of_reader()
first = first_page(require_visitor(words).role)

st.title(words("not_for_your_role"), anchor=False)
st.info(words("page_of_another_role"), icon=":material/lock:")
if first is not None:
    label = words("go_to", page=page_titles(words)[first])
    st.page_link(script(first), label=label, icon=ICONS[first])
