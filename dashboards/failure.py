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
    if isinstance(error, duckdb.CatalogException):
        # A release that was published before this page's tables were thought of.
        text = words("release_outdated")
    elif isinstance(error, duckdb.Error | NoRelease):
        text = words("release_unreadable")
    else:
        text = words("page_failed")
    st.error(text, icon=":material/error:")
    return True
