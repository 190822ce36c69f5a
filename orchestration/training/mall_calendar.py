"""The calendar by which the mall's members live."""

from datetime import date

from recommender.demand.calendar.calendar import Calendar

_COUNTRY = "CN"


def mall_calendar(first: date, last: date) -> Calendar:
    """Return the calendar of some days, from the year before, whose occasions reach into them, to the year after."""
    return Calendar.of_country(_COUNTRY, first.year - 1, last.year + 1)
