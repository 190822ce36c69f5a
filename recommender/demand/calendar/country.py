"""The calendars of all countries but China: public holidays as `holidays` keeps them, and the shopping days beside them."""

import re
from collections.abc import Iterable

import holidays

from recommender.demand.calendar import shopping
from recommender.demand.calendar.names import chinese_name, occasion_id, slug
from recommender.demand.calendar.occasion import Marked, Row, first_of_runs

# What only moves a day off: the holiday itself has a row of its own.
_MOVED = re.compile(r"\b(?:observed|in lieu|substitute[d]?|bridge)\b|^day off\b", re.IGNORECASE)
# What comes with a holiday of several days, and what comes once.
_PART = re.compile(
    r"^(?:the )?(?:day preceding|(?:second|third|fourth|fifth|sixth) day of) (.+)$", re.IGNORECASE
)
_PASSING = re.compile(r"\b(?:election|temporary|special|funeral|census)\b", re.IGNORECASE)
_BETWEEN_NAMES = "; "
_HALF_DAY = "half_day"
# Fewer years cannot tell what recurs.
_LEAST_YEARS = 4


class CountryUnknown(ValueError):
    """There is no calendar of a country, or of a part of it."""


def of_years(code: str, years: Iterable[int]) -> Marked:
    """Return the occasions and days off of years in a country such as `DE`, or a part of one such as `DE-BY`.

    A holiday of several days stands at its first. What fell in one year only - a funeral, an election - is a day off
    and no occasion.

    Raises:
        CountryUnknown: there is no such country or part.
    """
    asked = sorted(set(years))
    country, _, part = code.upper().partition("-")
    observed = _public(country, part, asked, is_observed=True)
    public = _public(country, part, asked, is_observed=False)
    rows = [*_rows_of(public, "holiday")]
    if _HALF_DAY in public.supported_categories:
        rows += _rows_of(_public(country, part, asked, is_observed=False, category=_HALF_DAY), "festival")
    rows = _recurring(rows, len(asked))
    holiday_ids = {row.occasion_id for row in rows}
    has_christmas = any(row.day.month == 12 and row.day.day == 25 for row in rows)
    beside = shopping.rows_of(country, asked, has_christmas=has_christmas)
    rows += [row for row in beside if row.occasion_id not in holiday_ids]
    return Marked(
        tuple(rows),
        frozenset(observed),
        frozenset(observed.weekend_workdays),
        tuple(sorted(observed.weekend)),
    )


def _rows_of(found: holidays.HolidayBase, kind: str) -> list[Row]:
    named = [
        (day, name)
        for day, names in found.items()
        for name in names.split(_BETWEEN_NAMES)
        if not _MOVED.search(name) and not _PASSING.search(name)
    ]
    ids = {occasion_id(name) for _, name in named}
    rows = []
    for day, name in named:
        key = occasion_id(name)
        whole = _PART.match(name)
        # A part whose name has an id of its own, such as the second day of Christmas, is an occasion.
        if whole is None or key != slug(name) or occasion_id(whole[1]) not in ids:
            rows.append(Row(day, key, name, kind, is_big=kind == "holiday", name_zh=chinese_name(key)))
    return rows


def _recurring(rows: list[Row], years: int) -> list[Row]:
    found = first_of_runs(rows)
    seen: dict[str, set[int]] = {}
    for row in found:
        seen.setdefault(row.occasion_id, set()).add(row.day.year)
    return [row for row in found if years < _LEAST_YEARS or len(seen[row.occasion_id]) > 1]


def _public(
    country: str, part: str, years: list[int], *, is_observed: bool, category: str = "public"
) -> holidays.HolidayBase:
    supported = holidays.list_supported_countries()
    if country not in supported:
        raise CountryUnknown(
            f"there is no calendar of {country}; give a country's two letters, such as CN, DE or US, or a file"
        )
    if part and part not in supported[country]:
        raise CountryUnknown(
            f"{country} has no part {part}; its parts are {', '.join(supported[country]) or 'none'}"
        )
    languages = holidays.list_localized_countries().get(country, [])
    english = next((language for language in languages if language.startswith("en")), None)
    return holidays.country_holidays(
        country,
        subdiv=part or None,
        years=years,
        observed=is_observed,
        language=english,
        categories=(category,),
    )
