"""What a visitor sees instead of a stack trace."""

import logging

import duckdb
import streamlit as st

from dashboards.reader import words_of_reader
from dashboards.release import NoRelease

_log = logging.getLogger(__name__)


def show_failure(error: Exception) -> bool:
    """Log what went wrong and tell the visitor what to do; the details stay in the log."""
    _log.error("a page failed", exc_info=error)
    words = words_of_reader()
    is_release = isinstance(error, duckdb.Error | NoRelease)
    st.error(words("release_unreadable" if is_release else "page_failed"), icon=":material/error:")
    return True
