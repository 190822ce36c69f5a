"""How the log of acts is told, chosen from and shown."""

from collections import Counter
from collections.abc import Callable, Sequence
from datetime import date, timedelta

import pandas as pd
import streamlit as st

from dashboards.address import from_address, to_address
from dashboards.desks.act_words import actor_name, actor_role, change, did, names, subject_name, which
from dashboards.desks.acts import Asked
from dashboards.desks.telling import clock_time, moment
from dashboards.downloads import Column
from dashboards.mall import Told
from dashboards.tables import Table
from dashboards.words import Words, literally

_SHOWN_DAYS = 30
# What can be chosen: whatever stands in an address is brought in between.
_FIRST, _LAST = date(2020, 1, 1), date(2099, 12, 31)


def choose_days(words: Words, today: date) -> tuple[date, date]:
    """Return the first and the last business day the reader chose; by default the last thirty."""
    first = _day(words("acts_from"), "from", today - timedelta(days=_SHOWN_DAYS - 1))
    return first, _day(words("acts_until"), "until", today)


def choose(words: Words, label: str, key: str, options: Sequence[str], told: Callable[[str], str]) -> str:
    """Return which of the options the reader chose, or nothing for all; the address bar remembers."""
    keys = ["", *options]
    chosen = st.selectbox(
        label, keys, keys.index(from_address(key, keys, "")), told, key=f"acts_{key}", width=240
    )
    to_address(key, chosen, "")
    return str(chosen)


def choose_subject(words: Words) -> str:
    """Return which kind of row the reader asks for."""
    kinds = sorted(names()["subjects"], key=lambda kind: subject_name(words, kind))
    return choose(
        words, words("acts_what"), "what", kinds,
        lambda key: subject_name(words, key) if key else words("acts_all"),
    )  # fmt: skip


def choose_actor(words: Words, acts: Sequence[Told]) -> str:
    """Return whom the reader asks for, of those who did something then; whom the address names is one of them."""
    wish = st.query_params.get("who")
    actors = {act["actor"] for act in acts} | ({wish} if wish else set())
    return choose(
        words, words("acts_who"), "who", sorted(actors),
        lambda key: actor_name(words, key) if key else words("acts_everybody"),
    )  # fmt: skip


def answer(words: Words, asked: Asked, acts: Sequence[Told]) -> str:
    """Return how many acts there were, on how many kinds of rows, and who did the most."""
    days = {"first": words.day(asked.first_day), "last": words.day(asked.last_day)}
    if not acts:
        return words("acts_none", **days)
    actor, most = Counter(act["actor"] for act in acts).most_common(1)[0]
    return words(
        "acts_answer",
        **days,
        n=words.count(len(acts)),
        kinds=words.count(len({act["subject"] for act in acts})),
        who=literally(actor_name(words, actor)),
        most=words.count(most),
    )


def table(words: Words, acts: Sequence[Told]) -> Table:
    """Return a row per act, the newest first."""
    columns = ["at", "who", "role", "did", "kind", "which", "change"]
    rows = [
        [
            clock_time(moment(act["acted_at"])), actor_name(words, act["actor"]), actor_role(words, act["actor_role"]),
            did(words, act["act"]), subject_name(words, act["subject"]), which(words, act), change(words, act),
        ]
        for act in acts
    ]  # fmt: skip
    return Table(
        "acts",
        words("acts_page"),
        pd.DataFrame(rows, columns=columns),
        [
            Column("at", words("acts_when"), "text"),
            Column("who", words("acts_who"), "text"),
            Column("role", words("acts_role"), "text"),
            Column("did", words("acts_did"), "text"),
            Column("kind", words("acts_what"), "text"),
            Column("which", words("acts_which"), "text"),
            Column("change", words("acts_change"), "text"),
        ],
    )


def _day(label: str, key: str, default: date) -> date:
    try:
        wish = date.fromisoformat(st.query_params.get(key, ""))
    except ValueError:
        wish = default
    chosen: date | None = st.date_input(
        label, min(max(wish, _FIRST), _LAST), _FIRST, _LAST, format="YYYY-MM-DD", key=f"acts_{key}", width=150
    )
    day = chosen or default
    to_address(key, day.isoformat(), default.isoformat())
    return day
