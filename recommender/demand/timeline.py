"""What the calendar says of each period of a history and of the periods ahead, the same for all series.

A period's *aligned* period is the one of an earlier year at the same signed distance to the same occasion, and at
the same weekday where no occasion is near. Alignment is in days: where a period is a week, the aligned time
falls between two weeks and is told as a place with a fraction.
"""

from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from recommender.demand.calendar.calendar import Calendar
from recommender.demand.rhythm import Rhythm

Places = NDArray[np.float64]
Integers = NDArray[np.int64]

# An occasion is near within a fortnight, in which stocking up for it and the quiet after it lie.
REACH_DAYS = 14
# What comes round more often, such as a member day, has no season of its own to be aligned with.
_LEAST_YEARLY_GAP_DAYS = 300
_BACK_YEARS = 3
_NONE = -1


@dataclass(frozen=True)
class Timeline:
    """Arrays over all periods, shape (periods,) unless told; no occasion is -1, no known distance NaN.

    Attributes:
        weekday: 0 is Monday.
        day_of_year: 1 to 366.
        is_off: share of the period's days that are off, 0 or 1 where a period is a day.
        off_run: days of the unbroken run of days off that the day lies in; 0 on a working day.
        off_place: which day of that run it is, from 1; on a working day minus the working days since the last run.
        to_off: days until the next day off; 0 on one.
        coming, coming_days: the next occasion within reach and the days until it.
        passed, passed_days: the last occasion within reach and the days since it.
        closest, closest_days: the nearer of both, and the signed distance to its first day, negative before.
        frequent_days: signed distance to the nearest occasion that comes round more often than yearly.
        aligned: (3, periods) the aligned places one, two and three occurrences earlier, NaN where before the start.
        occasion_ids: the occasion of each code.
    """

    dates: NDArray[np.datetime64]
    weekday: Integers
    day_of_year: Integers
    is_off: NDArray[np.float64]
    off_run: Integers
    off_place: Integers
    to_off: Integers
    coming: Integers
    coming_days: NDArray[np.float64]
    passed: Integers
    passed_days: NDArray[np.float64]
    closest: Integers
    closest_days: NDArray[np.float64]
    frequent_days: NDArray[np.float64]
    aligned: Places
    occasion_ids: tuple[str, ...]

    @classmethod
    def of(cls, calendar: Calendar, first: np.datetime64, periods: int, rhythm: Rhythm) -> Self:
        """Lay the calendar over so many periods from the first date."""
        dates = first + rhythm.step_days * np.arange(periods)
        starts = {item.id: _run_starts(item.days) for item in calendar.occasions()}
        is_yearly = {key: _is_yearly(days) for key, days in starts.items()}
        yearly = {key: days for key, days in starts.items() if is_yearly[key]}
        frequent = [days for key, days in starts.items() if not is_yearly[key]]
        ids = tuple(yearly)
        coming, coming_days, passed, passed_days = _around(list(yearly.values()), dates)
        is_coming = np.nan_to_num(coming_days, nan=np.inf) <= np.nan_to_num(passed_days, nan=np.inf)
        closest = np.where(is_coming, coming, passed)
        closest_days = np.where(is_coming, -coming_days, passed_days)
        off_run, off_place, to_off = _off_runs(calendar, dates)
        return cls(
            dates=dates,
            weekday=(dates.astype(np.int64) + 3) % 7,
            day_of_year=(dates - dates.astype("datetime64[Y]")).astype(np.int64) + 1,
            is_off=_off_share(calendar, dates, rhythm),
            off_run=off_run,
            off_place=off_place,
            to_off=to_off,
            coming=coming,
            coming_days=coming_days,
            passed=passed,
            passed_days=passed_days,
            closest=closest,
            closest_days=closest_days,
            frequent_days=_signed(np.sort(np.concatenate(frequent)), dates)
            if frequent
            else np.full(periods, np.nan),
            aligned=_aligned(list(yearly.values()), closest, closest_days, dates, rhythm),
            occasion_ids=ids,
        )


def _run_starts(days: NDArray[np.datetime64]) -> NDArray[np.datetime64]:
    """Return the first day of each run: the week off of a National Day is one occasion, not seven."""
    is_start = np.append(True, np.diff(days) > np.timedelta64(2, "D"))
    starts: NDArray[np.datetime64] = days[is_start]
    return starts


def _is_yearly(starts: NDArray[np.datetime64]) -> bool:
    gaps = np.diff(starts).astype(np.int64)
    return not len(gaps) or float(np.median(gaps)) >= _LEAST_YEARLY_GAP_DAYS


def _signed(starts: NDArray[np.datetime64], dates: NDArray[np.datetime64]) -> NDArray[np.float64]:
    place = np.searchsorted(starts, dates)
    to_coming = (dates - starts[np.minimum(place, len(starts) - 1)]).astype(np.float64)
    since_passed = (dates - starts[np.maximum(place - 1, 0)]).astype(np.float64)
    return np.where(np.abs(to_coming) <= np.abs(since_passed), to_coming, since_passed)


def _around(
    occasions: list[NDArray[np.datetime64]], dates: NDArray[np.datetime64]
) -> tuple[Integers, NDArray[np.float64], Integers, NDArray[np.float64]]:
    """Return the next and the last occasion within reach of each date, and the days to and since it."""
    coming, passed = np.full((2, len(dates)), _NONE)
    coming_days, passed_days = np.full((2, len(dates)), np.inf)
    for code, starts in enumerate(occasions):
        place = np.searchsorted(starts, dates)
        has_next, has_last = place < len(starts), place > 0
        ahead = (starts[np.minimum(place, len(starts) - 1)] - dates).astype(np.float64)
        ahead[~has_next | (ahead > REACH_DAYS)] = np.inf
        behind = (dates - starts[np.maximum(place - 1, 0)]).astype(np.float64)
        behind[~has_last | (behind > REACH_DAYS)] = np.inf
        for days, best, codes in ((ahead, coming_days, coming), (behind, passed_days, passed)):
            is_nearer = days < best
            best[is_nearer], codes[is_nearer] = days[is_nearer], code
    return (
        coming,
        np.where(np.isinf(coming_days), np.nan, coming_days),
        passed,
        np.where(np.isinf(passed_days), np.nan, passed_days),
    )


def _aligned(
    occasions: list[NDArray[np.datetime64]],
    closest: Integers,
    closest_days: NDArray[np.float64],
    dates: NDArray[np.datetime64],
    rhythm: Rhythm,
) -> Places:
    place = np.arange(len(dates), dtype=np.float64)
    aligned = np.stack([place - years * rhythm.year for years in range(1, _BACK_YEARS + 1)])
    since_first = (dates - dates[0]).astype(np.float64)
    for code, starts in enumerate(occasions):
        near = np.flatnonzero(closest == code)
        distance = closest_days[near].astype(np.int64)
        own = np.searchsorted(starts, dates[near] - distance)
        for back in range(1, _BACK_YEARS + 1):
            earlier = own - back
            # Of an occasion the calendar does not know so early, the same weekday is all there is.
            known = earlier >= 0
            shift = (starts[own[known]] - starts[earlier[known]]).astype(np.float64)
            aligned[back - 1, near[known]] = (since_first[near[known]] - shift) / rhythm.step_days
    aligned[aligned < 0] = np.nan
    return aligned


def _off_share(calendar: Calendar, dates: NDArray[np.datetime64], rhythm: Rhythm) -> NDArray[np.float64]:
    days = dates[:, None] + np.arange(rhythm.step_days)
    return np.asarray(calendar.is_off(days.ravel()).reshape(days.shape).mean(axis=1), dtype=np.float64)


def _off_runs(calendar: Calendar, dates: NDArray[np.datetime64]) -> tuple[Integers, Integers, Integers]:
    """Return the length of the run of days off around each date, the place in it and the days to the next."""
    margin = 31
    days = np.arange(dates[0] - margin, dates[-1] + margin + 1)
    is_off = calendar.is_off(days)
    run, place, to_next = np.zeros((3, len(days)), dtype=np.int64)
    for index in range(1, len(days)):
        if is_off[index]:
            place[index] = max(place[index - 1], 0) + 1
        else:
            place[index] = min(place[index - 1], 0) - 1
    for index in range(len(days) - 2, -1, -1):
        to_next[index] = 0 if is_off[index] else to_next[index + 1] + 1
        if is_off[index]:
            run[index] = max(run[index + 1], place[index])
    chosen = (dates - days[0]).astype(np.int64)
    return run[chosen], place[chosen], to_next[chosen]
