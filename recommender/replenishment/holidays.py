"""Which holidays are to be planned for, and from when to when."""

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from recommender.demand.calendar.calendar import Calendar


@dataclass(frozen=True)
class Holiday:
    """An occasion of a year: its day, and the last of the days off that it begins or lies in."""

    occasion_id: str
    first_day: date
    last_day: date


def coming_holidays(calendar: Calendar, after: date, until: date) -> list[Holiday]:
    """Return the big occasions whose day is after one day and not after another, by day.

    The calendar must know the years of both and the days off that follow.
    """
    found = []
    for occasion in calendar.occasions():
        if not occasion.is_big:
            continue
        for day in occasion.days.astype(object):
            if after < day <= until:
                found.append(Holiday(occasion.id, day, _last_day_off(calendar, day)))
    return sorted(found, key=lambda holiday: (holiday.first_day, holiday.occasion_id))


def _last_day_off(calendar: Calendar, day: date) -> date:
    """Return the last day of the unbroken days off from a day on, or the day itself if it is worked."""
    last = day
    while (
        bool(calendar.is_off(np.array([last], dtype="datetime64[D]"))[0]) and last.year <= calendar.last_year
    ):
        last += timedelta(days=1)
    return max(last - timedelta(days=1), day)
