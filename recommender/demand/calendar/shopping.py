"""The days of western calendars on which shops sell most; public holidays are not among them."""

from collections.abc import Callable, Iterable
from datetime import date, timedelta

from dateutil.easter import EASTER_ORTHODOX, EASTER_WESTERN, easter

from recommender.demand.calendar.names import chinese_name
from recommender.demand.calendar.occasion import Row

_SUNDAY = 6
_MONDAY, _THURSDAY = 0, 3
_BIG = ("black-friday",)
# Where Easter is that of the Julian calendar.
_ORTHODOX = frozenset(("BG", "BY", "CY", "ET", "GE", "GR", "MD", "ME", "MK", "RO", "RS", "RU", "UA"))
_NAMES = {
    "super-bowl": "Super Bowl",
    "valentines-day": "Valentine's Day",
    "good-friday": "Good Friday",
    "easter": "Easter",
    "mothers-day": "Mother's Day",
    "halloween": "Halloween",
    "black-friday": "Black Friday",
    "cyber-monday": "Cyber Monday",
    "christmas-eve": "Christmas Eve",
    "second-christmas-day": "Boxing Day",
    "new-years-eve": "New Year's Eve",
}
# Felt only where Christmas is a holiday.
_CHRISTIAN = ("good-friday", "easter", "christmas-eve", "second-christmas-day")


def rows_of(country: str, years: Iterable[int], *, has_christmas: bool) -> list[Row]:
    """Return the shopping days of years in a country, by its two letters."""
    rows = []
    for year in years:
        for occasion_id, day in _days_of(country, year).items():
            if has_christmas or occasion_id not in _CHRISTIAN:
                name = _NAMES[occasion_id]
                rows.append(
                    Row(day, occasion_id, name, "shopping", occasion_id in _BIG, chinese_name(occasion_id))
                )
    return rows


def _days_of(country: str, year: int) -> dict[str, date]:
    sunday = easter(year, EASTER_ORTHODOX if country in _ORTHODOX else EASTER_WESTERN)
    black_friday = _nth(year, 11, _THURSDAY, 4) + timedelta(days=1)
    found = {
        "valentines-day": date(year, 2, 14),
        "good-friday": sunday - timedelta(days=2),
        "easter": sunday,
        "mothers-day": _MOTHERS_DAY.get(country, _second_of_may)(year),
        "halloween": date(year, 10, 31),
        "black-friday": black_friday,
        "cyber-monday": black_friday + timedelta(days=3),
        "christmas-eve": date(year, 12, 24),
        "second-christmas-day": date(year, 12, 26),
        "new-years-eve": date(year, 12, 31),
    }
    if country == "US":
        # The season is a week longer since 2021.
        found["super-bowl"] = _nth(year, 2, _SUNDAY, 2 if year >= 2022 else 1)
    return found


def _nth(year: int, month: int, weekday: int, number: int) -> date:
    first = date(year, month, 1)
    return first + timedelta(days=(weekday - first.weekday()) % 7 + 7 * (number - 1))


def _second_of_may(year: int) -> date:
    return _nth(year, 5, _SUNDAY, 2)


def _first_of_may(year: int) -> date:
    return _nth(year, 5, _SUNDAY, 1)


def _last_of_may(year: int) -> date:
    return date(year, 5, 31) - timedelta(days=(date(year, 5, 31).weekday() - _SUNDAY) % 7)


def _last_of_may_or_after_whit(year: int) -> date:
    last = _last_of_may(year)
    return last + timedelta(days=7) if last == easter(year) + timedelta(days=49) else last


def _in_lent(year: int) -> date:
    sunday: date = easter(year)
    return sunday - timedelta(days=21)


# Countries whose Mother's Day is not the second Sunday of May.
_MOTHERS_DAY: dict[str, Callable[[int], date]] = {
    "AR": lambda year: _nth(year, 10, _SUNDAY, 3),
    "ES": _first_of_may,
    "FR": _last_of_may_or_after_whit,
    "GB": _in_lent,
    "HU": _first_of_may,
    "IE": _in_lent,
    "MX": lambda year: date(year, 5, 10),
    "NO": lambda year: _nth(year, 2, _SUNDAY, 2),
    "PL": lambda year: date(year, 5, 26),
    "PT": _first_of_may,
    "RO": _first_of_may,
    "SE": _last_of_may,
}
