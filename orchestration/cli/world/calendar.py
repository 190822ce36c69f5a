"""Chinese holidays and shopping festivals, and how much more or less is redeemed on each day.

Lunar dates are those of the Chinese calendar as the Purple Mountain Observatory publishes it; days off and the
working days they are swapped for are those of the yearly notices of the State Council.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from types import MappingProxyType

import numpy as np

from orchestration.refusal import Refusal

FIRST_YEAR, LAST_YEAR = 2015, 2035
# (month, day) of each year from FIRST_YEAR on.
_SPRING_FESTIVAL = (
    (2, 19), (2, 8), (1, 28), (2, 16), (2, 5), (1, 25), (2, 12), (2, 1), (1, 22), (2, 10), (1, 29), (2, 17), (2, 6),
    (1, 26), (2, 13), (2, 3), (1, 23), (2, 11), (1, 31), (2, 19), (2, 8),
)  # fmt: skip
_DRAGON_BOAT = (
    (6, 20), (6, 9), (5, 30), (6, 18), (6, 7), (6, 25), (6, 14), (6, 3), (6, 22), (6, 10), (5, 31), (6, 19), (6, 9),
    (5, 28), (6, 16), (6, 5), (6, 24), (6, 12), (6, 1), (6, 20), (6, 10),
)  # fmt: skip
_MID_AUTUMN = (
    (9, 27), (9, 15), (10, 4), (9, 24), (9, 13), (10, 1), (9, 21), (9, 10), (9, 29), (9, 17), (10, 6), (9, 25),
    (9, 15), (10, 3), (9, 22), (9, 12), (10, 1), (9, 19), (9, 8), (9, 27), (9, 16),
)  # fmt: skip
# First and last day off of the holidays of a year, and the weekend days worked instead, as (month, day).
_DAYS_OFF = MappingProxyType(
    {
        2023: (((1, 1), (1, 2)), ((1, 21), (1, 27)), ((4, 5), (4, 5)), ((4, 29), (5, 3)), ((6, 22), (6, 24)), ((9, 29), (10, 6))),
        2024: (((1, 1), (1, 1)), ((2, 10), (2, 17)), ((4, 4), (4, 6)), ((5, 1), (5, 5)), ((6, 8), (6, 10)), ((9, 15), (9, 17)), ((10, 1), (10, 7))),
        2025: (((1, 1), (1, 1)), ((1, 28), (2, 4)), ((4, 4), (4, 6)), ((5, 1), (5, 5)), ((5, 31), (6, 2)), ((10, 1), (10, 8))),
        2026: (((1, 1), (1, 3)), ((2, 15), (2, 23)), ((4, 4), (4, 6)), ((5, 1), (5, 5)), ((6, 19), (6, 21)), ((9, 25), (9, 27)), ((10, 1), (10, 7))),
    }
)  # fmt: skip
_SWAPPED = MappingProxyType(
    {
        2023: ((1, 28), (1, 29), (4, 23), (5, 6), (6, 25), (10, 7), (10, 8)),
        2024: ((2, 4), (2, 18), (4, 7), (4, 28), (5, 11), (9, 14), (9, 29), (10, 12)),
        2025: ((1, 26), (2, 8), (4, 27), (9, 28), (10, 11)),
        2026: ((1, 4), (2, 14), (2, 28), (5, 9), (9, 20), (10, 10)),
    }
)
# Of years whose notice is not in the table: the statutory days alone.
_SPRING_DAYS, _NATIONAL_DAYS, _LABOUR_DAYS = 7, 7, 5


class YearUnknown(Refusal):
    """The calendar has no lunar dates of a year."""


@dataclass(frozen=True)
class Festival:
    """A yearly occasion: its name, its day, and how many days before and after it is felt."""

    name: str
    day: date
    before: int
    after: int


def festivals(year: int) -> tuple[Festival, ...]:
    """Return the festivals of a year in the order of the calendar.

    Raises:
        YearUnknown: the lunar dates of the year are not in the table.
    """
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise YearUnknown(
            f"the calendar knows the lunar holidays of {FIRST_YEAR} to {LAST_YEAR}, not of {year}; choose other days"
        )
    index = year - FIRST_YEAR
    spring = date(year, *_SPRING_FESTIVAL[index])
    found = (
        Festival("new-year", date(year, 1, 1), 1, 2),
        Festival("spring-festival", spring, 20, 14),
        Festival("lantern", spring + timedelta(days=14), 2, 0),
        Festival("labour-day", date(year, 5, 1), 2, 4),
        Festival("dragon-boat", date(year, *_DRAGON_BOAT[index]), 7, 1),
        Festival("618", date(year, 6, 18), 17, 2),
        Festival("mid-autumn", date(year, *_MID_AUTUMN[index]), 12, 1),
        Festival("national-day", date(year, 10, 1), 3, 6),
        Festival("double-11", date(year, 11, 11), 10, 1),
        Festival("double-12", date(year, 12, 12), 4, 0),
    )
    return tuple(sorted(found, key=lambda festival: festival.day))


def is_day_off(day: date) -> bool:
    """Tell whether people are off: a weekend that is not worked, or a public holiday."""
    if day.year in _DAYS_OFF:
        if any(date(day.year, *a) <= day <= date(day.year, *b) for a, b in _DAYS_OFF[day.year]):
            return True
        if (day.month, day.day) in _SWAPPED[day.year]:
            return False
    else:
        long = {"spring-festival": _SPRING_DAYS, "national-day": _NATIONAL_DAYS, "labour-day": _LABOUR_DAYS}
        one_day = ("new-year", "dragon-boat", "mid-autumn")
        for festival in festivals(day.year):
            length = long.get(festival.name, 1 if festival.name in one_day else 0)
            if 0 <= (day - festival.day).days < length:
                return True
    return day.weekday() >= 5


# How many times as much is redeemed on the festival's day, and how that fades towards the edges of its days.
_STRENGTH = MappingProxyType(
    {
        "new-year": 1.25, "lantern": 1.1, "labour-day": 1.25, "dragon-boat": 1.3, "618": 2.2, "mid-autumn": 1.4,
        "national-day": 1.35, "double-11": 2.8, "double-12": 1.8,
    }
)  # fmt: skip
_WEEKDAY = (0.95, 0.93, 0.95, 0.97, 1.06, 1.10, 1.04)
# January to December, of the year without its festivals.
_MONTH = (1.04, 0.96, 0.97, 0.96, 0.98, 1.0, 0.98, 0.97, 1.0, 1.0, 1.06, 1.08)


def spring_curve(days_from_festival: int) -> float:
    """Return the factor of a day near Spring Festival: gifts before it, a quiet week from the eve on.

    Between 20 days before and 14 after; 1 elsewhere.
    """
    if -20 <= days_from_festival < -2:
        return 1.0 + 0.7 * (1.0 - abs(days_from_festival + 8) / 14.0)
    if -2 <= days_from_festival <= 6:
        return 0.55
    if 7 <= days_from_festival <= 14:
        return 0.8
    return 1.0


def demand_factors(days: Sequence[date], member_day: int) -> "np.ndarray[tuple[int], np.dtype[np.float64]]":
    """Return how many times the usual demand each day has.

    Args:
        member_day: the day of the month on which the tenant treats its members.

    Raises:
        YearUnknown: the lunar dates of a year are not in the table.
    """
    factors = np.empty(len(days))
    for n, day in enumerate(days):
        factor = (
            _WEEKDAY[5 if is_day_off(day) and day.weekday() < 5 else day.weekday()] * _MONTH[day.month - 1]
        )
        for festival in festivals(day.year):
            distance = (day - festival.day).days
            if festival.name == "spring-festival":
                factor *= spring_curve(distance)
            elif -festival.before <= distance <= festival.after:
                span = festival.before if distance < 0 else festival.after
                factor *= 1.0 + (_STRENGTH[festival.name] - 1.0) * (1.0 - abs(distance) / (span + 1.0)) ** 2
        factors[n] = factor * (1.6 if day.day == member_day else 1.0)
    return factors


# What more of some goods is wanted for.
_FELT_IN_GOODS = (
    "spring-festival",
    "new-year",
    "labour-day",
    "dragon-boat",
    "618",
    "mid-autumn",
    "national-day",
    "double-11",
)


def felt(day: date) -> dict[str, bool]:
    """Tell of each festival that moves what is wanted whether the day is one of those on which it is felt."""
    return {name: near(name, day) for name in _FELT_IN_GOODS}


def near(name: str, day: date) -> bool:
    """Tell whether a day is one of those on which a festival is felt."""
    return any(
        f.name == name and -f.before <= (day - f.day).days <= f.after
        for year in (day.year, day.year + 1)
        if year <= LAST_YEAR
        for f in festivals(year)
    )
