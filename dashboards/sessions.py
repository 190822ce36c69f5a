"""Whether a session still holds: a login that was disabled or given another role counts for its pages within a minute.

The cookie says who somebody was when they logged in. What they may do now is asked of transactional; while that is
away the cookie stands, so that the screens go on.
"""

from dataclasses import replace

import streamlit as st

from dashboards.mall import MallAway, Refused, ask
from dashboards.visitor import NotLoggedIn, Visitor

_FRESH_SECONDS = 60
_PATIENCE_SECONDS = 2.0
_KEPT = 1_000


def as_of_now(visitor: Visitor, token: str) -> Visitor:
    """Return a visitor with the role their login has now.

    Raises:
        NotLoggedIn: the session has ended, or its login is disabled or gone.
    """
    is_open, role = _current(st.secrets["pointmart"]["transactional_url"], token)
    if not is_open:
        raise NotLoggedIn
    return visitor if role is None else replace(visitor, role=role)


@st.cache_data(ttl=_FRESH_SECONDS, max_entries=_KEPT, show_spinner=False)
def _current(url: str, token: str) -> tuple[bool, str | None]:
    """Return whether a session is open, and the role of its login; None if that cannot be known."""
    try:
        return True, str(
            ask(url, token, "GET", "/v1/sessions/current", {}, seconds=_PATIENCE_SECONDS)["role"]
        )
    except MallAway:
        return True, None
    except Refused as refused:
        # Whatever else is refused says nothing of the session.
        return refused.slug not in ("session-over", "unauthenticated"), None
