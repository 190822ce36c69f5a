"""The Chinese calendar: lunar festivals, days off and swapped working days, and the shopping festivals.

Lunar days are computed by `borax`; days off and the working days they are swapped for are those of the State Council's
yearly notices, as `holidays` keeps them. Of a year without a notice yet, the customary breaks are taken.
"""

from collections.abc import Iterable, Iterator
from datetime import date, timedelta

import holidays
from borax.calendars.lunardate import MAX_LUNAR_YEAR, MIN_LUNAR_YEAR, LunarDate

from recommender.demand.calendar.occasion import Marked, Row

# A lunar year begins in January or February, so the twelfth month of the year before must be known, too.
FIRST_YEAR, LAST_YEAR = MIN_LUNAR_YEAR + 1, MAX_LUNAR_YEAR
_WEEKEND = (5, 6)
_NAMES = {
    "new-year": ("New Year's Day", "元旦"),
    "new-year-shopping": ("New Year shopping festival", "年货节"),
    "spring-festival": ("Spring Festival", "春节"),
    "lantern": ("Lantern Festival", "元宵节"),
    "qingming": ("Qingming", "清明节"),
    "labour-day": ("Labour Day", "劳动节"),
    "dragon-boat": ("Dragon Boat Festival", "端午节"),
    "618": ("618", "618"),
    "qixi": ("Qixi", "七夕节"),
    "mid-autumn": ("Mid-Autumn Festival", "中秋节"),
    "national-day": ("National Day", "国庆节"),
    "double-ninth": ("Double Ninth", "重阳节"),
    "double-11": ("Double 11", "双十一"),
    "double-12": ("Double 12", "双十二"),
}
# The first and the last day of a break, counted from the day itself; the eve of Spring Festival is off since 2025.
_CUSTOMARY_BREAKS = {
    "new-year": (0, 0),
    "spring-festival": (-1, 6),
    "qingming": (0, 0),
    "labour-day": (0, 4),
    "dragon-boat": (0, 0),
    "mid-autumn": (0, 0),
    "national-day": (0, 6),
}
_FIXED = {
    "new-year": (1, 1), "labour-day": (5, 1), "618": (6, 18), "national-day": (10, 1), "double-11": (11, 11),
    "double-12": (12, 12),
}  # fmt: skip
# (month, day) of the lunar year.
_LUNAR = {
    "spring-festival": (1, 1), "lantern": (1, 15), "dragon-boat": (5, 5), "qixi": (7, 7), "mid-autumn": (8, 15),
    "double-ninth": (9, 9),
}  # fmt: skip
_SHOPPING = ("new-year-shopping", "618", "double-11", "double-12")
_BIG_SHOPPING = ("618", "double-11")


class YearUnknown(ValueError):
    """The lunar days of a year are not known."""


def of_years(years: Iterable[int]) -> Marked:
    """Return the occasions, days off and swapped working days of years.

    Raises:
        YearUnknown: the lunar days of a year are not known.
    """
    asked = sorted(set(years))
    rows = tuple(_row(occasion_id, day) for year in asked for occasion_id, day in days_of(year).items())
    notices = holidays.country_holidays("CN", years=asked)
    worked = frozenset(notices.weekend_workdays)
    noticed = {day.year for day in worked if day.year in asked}
    off = {day for day in notices if day.year in noticed}
    off.update(day for year in asked if year not in noticed for day in _customary(year))
    return Marked(rows, frozenset(off), worked, _WEEKEND)


def days_of(year: int) -> dict[str, date]:
    """Return the day of each occasion in a year.

    The New Year shopping festival opens with the eighth day of the twelfth month, as the Ministry of Commerce's has
    since 2021, and is given with the Spring Festival it belongs to, though it may fall in the December before.

    Raises:
        YearUnknown: the lunar days of the year are not known.
    """
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise YearUnknown(f"the lunar days of {FIRST_YEAR} to {LAST_YEAR} are known, not those of {year}")
    found = {name: date(year, *day) for name, day in _FIXED.items()}
    found |= {name: LunarDate(year, *day).to_solar_date() for name, day in _LUNAR.items()}
    found["new-year-shopping"] = LunarDate(year - 1, 12, 8).to_solar_date()
    found["qingming"] = _qingming(year)
    return {name: found[name] for name in _NAMES}


def _qingming(year: int) -> date:
    april = (date(year, 4, day) for day in (3, 4, 5, 6))
    return next(day for day in april if LunarDate.from_solar(day).term == "清明")


def _row(occasion_id: str, day: date) -> Row:
    name, name_zh = _NAMES[occasion_id]
    if occasion_id in _SHOPPING:
        kind = "shopping"
    else:
        kind = "holiday" if occasion_id in _CUSTOMARY_BREAKS else "festival"
    return Row(day, occasion_id, name, kind, kind == "holiday" or occasion_id in _BIG_SHOPPING, name_zh)


def _customary(year: int) -> Iterator[date]:
    for occasion_id, day in days_of(year).items():
        if occasion_id in _CUSTOMARY_BREAKS:
            first, last = _CUSTOMARY_BREAKS[occasion_id]
            yield from (day + timedelta(days=n) for n in range(first, last + 1))
