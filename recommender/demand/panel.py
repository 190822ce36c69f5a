"""Daily demand as a dense table, and the only view of it a model gets: one that ends at its origin."""

from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from recommender.frames import InvalidFrame, refuse_rows, require_columns, require_numbers
from recommender.frames import require_text as require_ids

Floats = NDArray[np.float64]

_DAY = np.timedelta64(1, "D")


@dataclass(frozen=True)
class History:
    """What was known at the end of the origin day; it holds no later value, so none can leak.

    `dates` (days,) are consecutive and end at the origin; `values` (series, days) is read-only, NaN
    where demand was not observed (closed, not listed, out of stock).
    """

    series_ids: NDArray[np.object_]
    dates: NDArray[np.datetime64]
    values: Floats

    @property
    def origin(self) -> date:
        """The last day that is known."""
        day: date = self.dates[-1].astype(object)
        return day


@dataclass(frozen=True)
class Panel:
    """All series of one level over consecutive days; NaN is not observed, never zero demand.

    `series_ids` (series,) are sorted, `dates` (days,) consecutive, `values` (series, days) units.
    """

    series_ids: NDArray[np.object_]
    dates: NDArray[np.datetime64]
    values: Floats

    @classmethod
    def from_frame(cls, frame: pd.DataFrame) -> "Panel":
        """Validate and arrange a frame (series_id, date, quantity ≥ 0[, is_in_stock]).

        A row that is out of stock and sold nothing tells nothing about demand and counts as not
        observed. An unknown `is_in_stock` counts as in stock.

        Raises:
            InvalidFrame: a column is missing, a value cannot be used, or a series has a day twice.
        """
        require_columns(frame, ("series_id", "date", "quantity"))
        quantity = require_numbers(frame["quantity"], at_least=0)
        day = _require_days(frame["date"])
        codes, ids = pd.factorize(require_ids(frame["series_id"]), sort=True)
        if not len(frame):
            return cls(np.array([], object), np.array([], "datetime64[D]"), np.empty((0, 0)))
        dates = np.arange(day.min(), day.max() + _DAY)
        cell = codes * len(dates) + (day - dates[0]).astype(np.int64)
        is_repeated = np.ones(len(cell), dtype=bool)
        is_repeated[np.unique(cell, return_index=True)[1]] = False
        refuse_rows(frame["date"], is_repeated, "a series may have each day only once")
        if "is_in_stock" in frame.columns:
            is_out = frame["is_in_stock"].eq(False).fillna(False).to_numpy(dtype=bool)
            quantity = np.where(is_out & (quantity == 0), np.nan, quantity)
        values = np.full(len(ids) * len(dates), np.nan)
        values[cell] = quantity
        return cls(np.asarray(ids, dtype=object), dates, values.reshape(len(ids), len(dates)))

    def history(self, origin: date) -> History:
        """Return a copy of everything up to and including the origin day, and nothing after it."""
        is_known = self.dates <= np.datetime64(origin, "D")
        values = self.values[:, is_known].copy()
        values.flags.writeable = False
        return History(self.series_ids, self.dates[is_known].copy(), values)

    def actuals(self, origin: date, horizon_days: int) -> Floats:
        """Return what happened in the days after the origin, shape (series, horizon_days)."""
        first = int(np.searchsorted(self.dates, np.datetime64(origin, "D"))) + 1
        return self.values[:, first : first + horizon_days]


def latest_spell(
    panel: Panel, *, max_gap_days: int = 14, min_days: int = 28, max_history_days: int = 1096
) -> tuple[Panel, int] | None:
    """Cut the panel to the end of the latest unbroken spell, and return it with the spell's days.

    A spell is broken by more than `max_gap_days` days on which nothing at all was taken; those days
    become not observed. At most `max_history_days` days are kept, which bounds the cost. None if no
    spell lasts `min_days`.
    """
    active = np.flatnonzero(np.nansum(panel.values, axis=0) > 0)
    if not len(active):
        return None
    breaks = np.flatnonzero(np.diff(active) - 1 > max_gap_days)
    starts = active[np.append(0, breaks + 1)]
    ends = active[np.append(breaks, len(active) - 1)]
    long_enough = np.flatnonzero(ends - starts + 1 >= min_days)
    if not len(long_enough):
        return None
    spell = long_enough[-1]
    values = panel.values.copy()
    for end, start in zip(ends[:-1], starts[1:], strict=True):
        values[:, end + 1 : start] = np.nan
    kept = slice(max(0, ends[spell] + 1 - max_history_days), ends[spell] + 1)
    days = int(ends[spell] - starts[spell] + 1)
    return Panel(panel.series_ids, panel.dates[kept], values[:, kept]), days


def _require_days(column: pd.Series) -> NDArray[np.datetime64]:
    refuse_rows(column, column.isna(), "a date must be given")
    try:
        parsed = pd.to_datetime(column)
    except (ValueError, TypeError) as error:
        raise InvalidFrame(f"Column 'date' must hold dates: {error}.") from error
    if parsed.dt.tz is not None:
        raise InvalidFrame("Column 'date' must hold business days, not times with a zone.")
    return parsed.to_numpy().astype("datetime64[D]")
