"""The filter bar of the pages about an enterprise: the same choices in the same place on each of them."""

from collections.abc import Sequence
from contextlib import AbstractContextManager
from datetime import date

import streamlit as st

from dashboards.address import from_address, to_address
from dashboards.kpis import month_after
from dashboards.member_groups import MemberGroup, choose_group
from dashboards.words import Words

_WIDTH = 170
_COMPARISONS = ("month", "year")


def choose_period(words: Words, months: Sequence[date], default_first: date) -> tuple[date, date]:
    """Return the first and the last month the reader chose of `months`, oldest first; stop the page if they are swapped."""
    first, last, _ = choose_period_and_group(words, months, default_first, None)
    return first, last


def choose_period_and_group(
    words: Words, months: Sequence[date], default_first: date, groups: list[MemberGroup] | None
) -> tuple[date, date, MemberGroup | None]:
    """Return the period as `choose_period` does, and of which members: a segment, a stage, or None for all.

    `groups` is as in `choose_group`.
    """
    with _filter_bar():
        first, last = _choose_first_and_last(words, months, default_first)
        group = choose_group(words, groups)
    return *_in_order(words, first, last), group


def choose_month(words: Words, months: Sequence[date], last_fact: date | None) -> tuple[date, date]:
    """Return the month the reader chose of `months`, oldest first, and the one to compare it with.

    The newest month that is over by the last fact is shown first. The compared month need not be known.
    """
    month, compared, _ = choose_month_and_group(words, months, last_fact, None)
    return month, compared


def choose_month_and_group(
    words: Words, months: Sequence[date], last_fact: date | None, groups: list[MemberGroup] | None
) -> tuple[date, date, MemberGroup | None]:
    """Return the months as `choose_month` does, and of which members, as `choose_period_and_group` does."""
    by_key = _keys(months)
    over = [key for key, month in by_key.items() if last_fact and is_over(month, last_fact)]
    names = {"month": words("month_before"), "year": words("year_before")}
    with _filter_bar():
        month = _choose_month(words, words("month"), "month", by_key, (over or list(by_key))[-1])
        comparison = st.selectbox(
            words("compare_with"),
            _COMPARISONS,
            _COMPARISONS.index(from_address("compare", _COMPARISONS, "month")),
            lambda key: names[key],
            key="compare",
            width=_WIDTH,
        )
        group = choose_group(words, groups)
    to_address("compare", comparison, "month")
    return month, months_back(month, 12 if comparison == "year" else 1), group


def months_back(month: date, count: int) -> date:
    """Return the first day of the month so many months before."""
    years, place = divmod(month.year * 12 + month.month - 1 - count, 12)
    return date(years, place + 1, 1)


def is_over(month: date, last_fact: date) -> bool:
    """Tell whether the facts reach the last day of a month, given by its first day."""
    return (month_after(month) - last_fact).days <= 1


def say_if_partial(words: Words, month: date, last_fact: date | None) -> None:
    """Say of a month that is not over until when it counts."""
    if last_fact is not None and last_fact >= month and not is_over(month, last_fact):
        st.caption(words("month_is_partial", month=words.month(month), day=words.day(last_fact)))


def _filter_bar() -> AbstractContextManager[object]:
    return st.container(horizontal=True, vertical_alignment="bottom")


def _choose_first_and_last(words: Words, months: Sequence[date], default_first: date) -> tuple[date, date]:
    by_key = _keys(months)
    keys = list(by_key)
    first = _choose_month(words, words("first_month"), "from", by_key, f"{default_first:%Y-%m}")
    return first, _choose_month(words, words("last_month"), "to", by_key, keys[-1])


def _in_order(words: Words, first: date, last: date) -> tuple[date, date]:
    if first > last:
        st.info(words("period_backwards"), icon=":material/date_range:")
        st.stop()
    return first, last


def _keys(months: Sequence[date]) -> dict[str, date]:
    return {f"{month:%Y-%m}": month for month in months}


def _choose_month(words: Words, label: str, name: str, by_key: dict[str, date], default: str) -> date:
    keys = list(by_key)
    chosen = st.selectbox(
        label,
        keys,
        keys.index(from_address(name, keys, default)),
        lambda key: words.month(by_key[key]),
        key=name,
        width=_WIDTH,
    )
    to_address(name, chosen, default)
    return by_key[chosen]
