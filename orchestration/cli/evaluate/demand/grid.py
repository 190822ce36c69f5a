"""The days or weeks that rows stand for, and the cells of a table of series by periods."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from orchestration.cli.evaluate.demand.rows import Rows
from orchestration.cli.evaluate.demand.treatment import Treatments
from orchestration.cli.evaluate.table import FileRefused

_DAY, _WEEK = 1, 7
# So many rows on one weekday are weekly ones with a few that went astray.
_ON_ONE_WEEKDAY = 0.95
_MOST_DAYS_APART = 3
_MOST_CELLS = 400_000_000
_EPOCH_WEEKDAY = 3  # 1970-01-01 was a Thursday, and Monday is 0


@dataclass(frozen=True)
class Grid:
    """Series, sorted, by consecutive periods of `step_days` days."""

    ids: pd.Index
    first: np.datetime64
    periods: int
    step_days: int

    @property
    def dates(self) -> NDArray[np.datetime64]:
        """The first day of each period, or the weekday that weekly rows bear."""
        return self.first + self.step_days * np.arange(self.periods)

    def places(self, days: NDArray[np.datetime64]) -> NDArray[np.int64]:
        """Return the period of each day, the nearest where weekly rows went astray."""
        return np.rint((days - self.first).astype(np.int64) / self.step_days).astype(np.int64)

    def first_at_or_after(self, day: np.datetime64) -> int:
        """Return the first period that begins on a day or after it."""
        days = int((day - self.first).astype(np.int64))
        return max(0, -(-days // self.step_days))


def grid_of(rows: Rows, done: Treatments) -> Grid:
    """Return the series and periods of a history; whether days or weeks, the rows tell.

    Raises:
        FileRefused: the rows are neither daily nor weekly, or there are too many cells.
    """
    days, counts = np.unique(rows.days, return_counts=True)
    weekday = (days.astype(np.int64) + _EPOCH_WEEKDAY) % 7
    by_weekday = np.bincount(weekday, weights=counts, minlength=7)
    usual = int(by_weekday.argmax())
    gaps = np.diff(days).astype(np.int64)
    ids = pd.Index(sorted(rows.series.unique()))
    if len(days) > 1 and by_weekday[usual] >= _ON_ONE_WEEKDAY * counts.sum() and np.median(gaps) >= _WEEK:
        on_time = days[weekday == usual]
        done.note(
            "moved_to_the_week",
            counts.sum() - by_weekday[usual],
            "rows of a week that bore another weekday went to the nearest week",
        )
        first, last = (
            min(on_time[0], _nearest(days[0], on_time[0])),
            max(on_time[-1], _nearest(days[-1], on_time[0])),
        )
        grid = Grid(ids, first, int((last - first).astype(np.int64)) // _WEEK + 1, _WEEK)
    else:
        if len(days) > 1 and np.median(gaps) > _MOST_DAYS_APART:
            raise FileRefused(
                f"{rows.file}, column date: the days are {np.median(gaps):g} days apart as a rule and on different weekdays; "
                "give one row a day or one a week"
            )
        grid = Grid(ids, days[0], int((days[-1] - days[0]).astype(np.int64)) + 1, _DAY)
    if len(ids) * grid.periods > _MOST_CELLS:
        raise FileRefused(
            f"{rows.file} has {len(ids):,} series over {grid.periods:,} periods, from {days[0]} to {days[-1]}; "
            f"at most {_MOST_CELLS:,} cells can be learnt from: is a date wrong?"
        )
    return grid


def _nearest(day: np.datetime64, on_time: np.datetime64) -> np.datetime64:
    weeks = np.rint((day - on_time).astype(np.int64) / _WEEK)
    return on_time + np.timedelta64(int(weeks) * _WEEK, "D")
