"""How much more or less is redeemed on each day of the Chinese calendar, whose dates are those that forecasts know."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from types import MappingProxyType

import numpy as np

from orchestration.refusal import Refusal
from recommender.demand.calendar import chinese
from recommender.demand.calendar.calendar import Calendar

FIRST_YEAR, LAST_YEAR = 2015, 2035
# How many days before and after its day each festival is felt.
_SPAN = MappingProxyType(
    {
        "new-year": (1, 2), "spring-festival": (20, 14), "lantern": (2, 0), "labour-day": (2, 4), "dragon-boat": (7, 1),
        "618": (17, 2), "mid-autumn": (12, 1), "national-day": (3, 6), "double-11": (10, 1), "double-12": (4, 0),
    }
)  # fmt: skip


class YearUnknown(Refusal):
    """The world does not reach to a year."""


@dataclass(frozen=True)
class Festival:
    """A yearly occasion: its name, its day, and how many days before and after it is felt."""

    name: str
    day: date
    before: int
    after: int


@cache
def festivals(year: int) -> tuple[Festival, ...]:
    """Return the festivals of a year in the order of the calendar.

    Raises:
        YearUnknown: the world does not reach so far.
    """
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise YearUnknown(
            f"the calendar knows the lunar holidays of {FIRST_YEAR} to {LAST_YEAR}, not of {year}; choose other days"
        )
    days = chinese.days_of(year)
    found = (Festival(name, days[name], before, after) for name, (before, after) in _SPAN.items())
    return tuple(sorted(found, key=lambda festival: festival.day))


def is_day_off(day: date) -> bool:
    """Tell whether people are off: a weekend that is not worked, or a public holiday."""
    return bool(_off([day])[0])


def _off(days: Sequence[date]) -> "np.ndarray[tuple[int], np.dtype[np.bool_]]":
    return _calendar().is_off(np.array(days, dtype="datetime64[D]"))


@cache
def _calendar() -> Calendar:
    return Calendar.of_country("CN", FIRST_YEAR, LAST_YEAR)


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
        YearUnknown: the world does not reach to one of the days.
    """
    factors = np.empty(len(days))
    for n, (day, is_off) in enumerate(zip(days, _off(days), strict=True)):
        factor = _WEEKDAY[5 if is_off and day.weekday() < 5 else day.weekday()] * _MONTH[day.month - 1]
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
