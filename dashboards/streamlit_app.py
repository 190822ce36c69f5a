"""Entry of the screens: the frame around each page. Streamlit runs it from top to bottom for each view."""

from pathlib import Path

import streamlit as st

from dashboards.address import to_address
from dashboards.house_style import READABLE
from dashboards.navigation import navigation
from dashboards.reader import require_visitor, words_of_reader
from dashboards.roles import is_known
from dashboards.widget_words import show_in_language
from dashboards.words import LANGUAGE_COOKIE, LANGUAGES, choose_language, literally

ICON = Path(__file__).with_name("icon.svg")
# On a phone the menus stand behind a button that has but two arrows to say so.
NAMED_MENU = (
    '<style>[data-testid="stExpandSidebarButton"] {{ width: auto; white-space: nowrap; }}'
    ' [data-testid="stExpandSidebarButton"]::after {{ content: "{menu}"; margin-left: 0.25rem; }}</style>'
)

words = words_of_reader()
st.set_page_config(page_title=words("product"), page_icon=ICON, layout="wide")
visitor = require_visitor(words)

if not is_known(visitor.role):
    st.error(words("role_without_pages"), icon=":material/lock:")
    st.stop()
chosen = st.navigation(navigation(words, visitor.role), position="top")
st.html(READABLE)
show_in_language(words)
st.html(NAMED_MENU.format(menu=words("menu")))

with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
    st.caption(
        words("looking_as", tenant=literally(visitor.tenant_name), username=literally(visitor.username))
    )
    with st.container(horizontal=True, vertical_alignment="center", width="content"):
        language = st.segmented_control(
            words("language"),
            LANGUAGES,
            default=words.language,
            required=True,
            format_func=lambda language: {"zh": "中文", "en": "English"}[language],
            label_visibility="collapsed",
            key="lang",
        )
        for address, label in (("/account", words("account")), ("/logout", words("log_out"))):
            link = f'<a href="{address}" target="_self" style="color: inherit">{label}</a>'
            st.html(link, width="content")
to_address("lang", language, choose_language(st.context.cookies.get(LANGUAGE_COOKIE)))

chosen.run()
