"""The address bar holds the filters, so that a view can be sent to a colleague.

Streamlit's own binding writes the labels, which change with the language; this writes the keys.
"""

from collections.abc import Sequence

import streamlit as st


def from_address(name: str, options: Sequence[str], default: str) -> str:
    """Return the option the address bar names, or the default if it names none."""
    wish = st.query_params.get(name)
    return wish if wish is not None and wish in options else default


def to_address(name: str, value: str, default: str) -> None:
    """Write a choice into the address bar; the default stays out of it."""
    if value != default:
        st.query_params[name] = value
    elif name in st.query_params:
        del st.query_params[name]
