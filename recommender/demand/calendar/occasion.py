"""What a calendar is made of: recurring occasions, each with the days on which it was or will be."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
from numpy.typing import NDArray

Days = NDArray[np.datetime64]

# A public holiday; a festival on which people work; a day on which shops sell; a tenant's own days.
KINDS = ("holiday", "festival", "shopping", "member-day", "campaign")


@dataclass(frozen=True, slots=True, order=True)
class Row:
    """One occurrence: the day of an occasion in one year.

    Attributes:
        occasion_id: names what recurs and is the same each year, such as `mid-autumn`.
        kind: one of `KINDS`.
        is_big: whether errors around it are also reported apart; no model reads this.
        name_zh: the Chinese name; empty where none is known.
    """

    day: date
    occasion_id: str
    name: str
    kind: str
    is_big: bool = False
    name_zh: str = ""


@dataclass(frozen=True)
class Marked:
    """What a country's years hold; rows and days may stand in any order.

    Attributes:
        off_days: days off besides weekends.
        worked_days: weekend days that are worked in exchange.
        weekend: weekdays that are off, Monday is 0.
    """

    rows: tuple[Row, ...]
    off_days: frozenset[date]
    worked_days: frozenset[date]
    weekend: tuple[int, ...]


@dataclass(frozen=True)
class Occasion:
    """What recurs, with all its days in the calendar, in order."""

    id: str
    name: str
    name_zh: str
    kind: str
    is_big: bool
    days: Days


def first_of_runs(rows: Iterable[Row]) -> tuple[Row, ...]:
    """Return rows by day, of consecutive days of one occasion only the first."""
    ordered = sorted(set(rows))
    present = {(row.occasion_id, row.day) for row in ordered}
    return tuple(row for row in ordered if (row.occasion_id, row.day - timedelta(days=1)) not in present)


def as_days(days: Iterable[date]) -> Days:
    """Return days, each once and in order."""
    return np.unique(np.array(sorted(days), dtype="datetime64[D]"))


def signed_distance(occurrences: Days, days: Days) -> NDArray[np.int64]:
    """Return days from the nearest occurrence: negative before it, positive after, 0 on it.

    Half-way between two, the coming one is the nearest. `occurrences` must be sorted and not empty.
    """
    place = np.searchsorted(occurrences, days)
    coming = occurrences[np.minimum(place, len(occurrences) - 1)]
    gone = occurrences[np.maximum(place - 1, 0)]
    from_coming = (days - coming).astype(np.int64)
    from_gone = (days - gone).astype(np.int64)
    return np.where(np.abs(from_coming) <= np.abs(from_gone), from_coming, from_gone)
