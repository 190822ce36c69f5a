"""How forecasts did around each past holiday: of the days that a run forecast from before them and then saw."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from recommender.demand.calendar.calendar import Calendar
from recommender.demand.metrics import METRICS, Errors
from recommender.demand.trial import WINDOW_DAYS
from recommender.frames import typed_frame

HOLIDAY_ACCURACY_COLUMNS = {
    "level": "str",
    "occasion_id": "str",
    "holiday_date": "datetime64[us]",
    "model": "str",
    "is_released": "bool",
    "wape": "float64",
    "bias": "float64",
    "coverage_90": "float64",
    "demand": "float64",
    "n": "int64",
    "judged_until": "datetime64[us]",
}


@dataclass(frozen=True, order=True)
class PastHoliday:
    """A big occasion in one year; its window is the week on either side of the day."""

    day: date
    occasion_id: str


def past_holidays(calendar: Calendar, first: date, last: date) -> list[PastHoliday]:
    """Return the big occasions of a calendar whose whole window lies within the days from `first` to `last`.

    A window that is cut is left out: an earlier run saw all of it, or a later one will.
    """
    earliest = np.datetime64(first, "D") + WINDOW_DAYS
    latest = np.datetime64(last, "D") - WINDOW_DAYS
    return sorted(
        PastHoliday(day.astype(object), occasion.id)
        for occasion in calendar.occasions()
        if occasion.is_big
        for day in occasion.days[(occasion.days >= earliest) & (occasion.days <= latest)]
    )


def windows_at(
    holidays: Sequence[PastHoliday], dates: NDArray[np.datetime64]
) -> dict[PastHoliday, NDArray[np.bool_]]:
    """Return which of the dates lie in the window of each holiday that they touch."""
    near = {
        holiday: np.abs((dates - np.datetime64(holiday.day, "D")).astype(np.int64)) <= WINDOW_DAYS
        for holiday in holidays
    }
    return {holiday: is_near for holiday, is_near in near.items() if is_near.any()}


def accuracy_frame(
    errors: Mapping[PastHoliday, Mapping[str, Errors]],
    *,
    level: str,
    released: str,
    baseline: str,
    judged_until: date | None,
) -> pd.DataFrame:
    """Return a row per holiday of the released model and of the baseline (see `HOLIDAY_ACCURACY_COLUMNS`).

    `demand` is in units and `n` counts series and days, once for each origin from which they were forecast; wape,
    bias and coverage_90 are those of all series together. A window in which nothing was asked for has no rows.
    `judged_until` is the last day that was seen.
    """
    rows = [
        {"level": level, "judged_until": judged_until, **_row(holiday, model, sums[model], model == released)}
        for holiday, sums in errors.items()
        for model in dict.fromkeys((released, baseline))
        if model in sums and sums[model][1][:, METRICS.index("wape")].sum() > 0
    ]
    return typed_frame(
        HOLIDAY_ACCURACY_COLUMNS,
        {name: np.array([row[name] for row in rows]) for name in HOLIDAY_ACCURACY_COLUMNS},
    )


def _row(holiday: PastHoliday, model: str, errors: Errors, is_released: bool) -> dict[str, object]:
    numerators, denominators = (part.sum(axis=0) for part in errors)
    value = {
        name: float(numerators[place] / denominators[place])
        for name in ("wape", "bias", "coverage_90")
        for place in (METRICS.index(name),)
    }
    return {
        "occasion_id": holiday.occasion_id,
        "holiday_date": holiday.day,
        "model": model,
        "is_released": is_released,
        "demand": float(denominators[METRICS.index("wape")]),
        "n": int(denominators[METRICS.index("coverage_90")]),
        **value,
    }
