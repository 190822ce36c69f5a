"""How desks say things: clocks, moments, short ids, why the mall refused, and what the last act came to."""

from collections.abc import Callable
from datetime import datetime

import streamlit as st

from dashboards.mall import MallAway, Refused
from dashboards.page import BUSINESS_ZONE
from dashboards.words import Words, literally

_NEWS = "desk_news"
_MARK = 6
_HOUR = 3600
_REFUSALS = {
    "role-needed": "desk_role_needed",
    "session-over": "session_over",
    "unauthenticated": "session_over",
    "unknown-case": "desk_gone",
    "unknown-redemption": "desk_gone",
    "case-decided": "desk_already_decided",
    "illegal-move": "desk_already_decided",
    "past-deadline": "desk_past_deadline",
    "refund-too-large": "desk_refund_too_large",
    "under-way": "desk_under_way",
    "not-replaceable": "desk_not_replaceable",
    "out-of-stock": "desk_out_of_stock",
}


def moment(text: str) -> datetime:
    """Return a moment that the mall told."""
    return datetime.fromisoformat(text)


def clock_time(at: datetime) -> str:
    """Return a moment by the wall clock of the mall, such as 2026-03-03 12:00; it sorts as it reads."""
    return f"{at.astimezone(BUSINESS_ZONE):%Y-%m-%d %H:%M}"


def hours_left(due: datetime, now: datetime) -> float:
    """Return the hours until something is due; below 0 it is late."""
    return round((due - now).total_seconds() / _HOUR, 1)


def clock_left(words: Words, due: datetime, now: datetime) -> str:
    """Return how much of a clock is left, or since when it has run out."""
    if due >= now:
        return words("clock_left", lag=words.lag(due - now))
    return words("clock_over", lag=words.lag(now - due))


def mark(identifier: str) -> str:
    """Return the last signs of an id: enough to tell two apart, and nobody's name."""
    return identifier.replace("-", "")[-_MARK:]


def refusal(words: Words, error: Refused | MallAway) -> str:
    """Return why something was not done, and what to do now."""
    if isinstance(error, MallAway):
        return words("desk_mall_away")
    if error.slug in _REFUSALS:
        return words(_REFUSALS[error.slug])
    return words("refused_otherwise", detail=literally(str(error.told.get("detail", error.slug))))


def show_away(words: Words, error: Refused | MallAway, missing: str | None = None) -> None:
    """Say that the queue, or what else is `missing`, cannot be shown now, and why."""
    icon = ":material/cloud_off:" if isinstance(error, MallAway) else ":material/lock:"
    text = (missing or words("desk_queue_away")) if isinstance(error, MallAway) else refusal(words, error)
    st.warning(text, icon=icon)


def show_live(words: Words, now: datetime) -> None:
    """Say as of when the queue is, with a way to look again."""
    with st.container(horizontal=True, vertical_alignment="center"):
        st.caption(words("queue_as_of", moment=f"{now.astimezone(BUSINESS_ZONE):%H:%M:%S}"), width="content")
        st.button(words("look_again"), icon=":material/refresh:", key="look_again", type="tertiary")


def show_news(words: Words) -> None:
    """Tell what the last thing that was done came to, once."""
    news: tuple[bool, str] | None = st.session_state.pop(_NEWS, None)
    if news is None:
        return
    is_done, text = news
    if is_done:
        st.success(text, icon=":material/check_circle:")
    else:
        st.error(text, icon=":material/error:")


def act(
    words: Words, do: Callable[[], str], told: Callable[[Words, Refused | MallAway], str] = refusal
) -> bool:
    """Do something in the mall, and keep what came of it for the next run; tell whether it is known to be over.

    `told` says why it was refused.
    """
    try:
        st.session_state[_NEWS] = (True, do())
    except (MallAway, Refused) as error:
        st.session_state[_NEWS] = (False, told(words, error))
        return isinstance(error, Refused)
    return True
