"""Who reads a page, and in which language."""

import streamlit as st

from dashboards.sessions import as_of_now
from dashboards.visitor import COOKIE, NotLoggedIn, Visitor, read_visitor
from dashboards.words import LANGUAGE_COOKIE, Words, choose_language


def words_of_reader() -> Words:
    """Return the words in the language of the address bar, else of the reader's last choice."""
    return Words(
        choose_language(
            st.session_state.get("lang"), st.query_params.get("lang"), st.context.cookies.get(LANGUAGE_COOKIE)
        )
    )


def require_visitor(words: Words) -> Visitor:
    """Return who looks, from the cookie of the WebSocket handshake; stop the page if nobody may.

    Checked at each run of the page: a connection may outlive its session.
    """
    cookies = st.context.cookies
    try:
        return as_of_now(read_visitor(cookies, st.secrets["pointmart"]["session_secret"]), cookies[COOKIE])
    except NotLoggedIn:
        st.warning(words("session_over"))
        st.html(f'<a href="/login" target="_self">{words("log_in")}</a>')
        st.stop()
