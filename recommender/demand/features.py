"""What the boosted model sees of one (series, origin, step): only values up to the origin.

All quantities are divided by the series' recent level, so that one pooled model serves series of any
size, after Montero-Manso & Hyndman, "Principles and algorithms for forecasting groups of time series"
(International Journal of Forecasting 2021).
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from recommender.demand.panel import Floats, History

WINDOW_DAYS = 28
FEATURES = (
    "step",
    "weekday",
    "day_of_year",
    "log_level",
    "ratio_7",
    "ratio_prior_28",
    "same_weekday_1",
    "same_weekday_2",
    "same_weekday_3",
    "same_weekday_mean",
    "spread",
    "zero_share",
)

Indices = NDArray[np.int64]

# A level below one unit in the window would blow the ratios up.
_LEAST_LEVEL = 1.0 / WINDOW_DAYS
_SAME_WEEKDAY_LAGS = 4


@dataclass(frozen=True)
class Rolling:
    """Running sums over time, so that the mean of any window of any series costs two look-ups.

    Arrays have shape (series, days + 1); column t holds the sum of the first t days.
    """

    count: Floats
    total: Floats
    square: Floats
    zeros: Floats

    @classmethod
    def of(cls, values: Floats) -> "Rolling":
        """Sum up a history's values, shape (series, days); NaN adds nothing."""
        is_known = ~np.isnan(values)
        filled = np.where(is_known, values, 0.0)
        return cls(
            count=_running(is_known.astype(np.float64)),
            total=_running(filled),
            square=_running(filled**2),
            zeros=_running((is_known & (filled == 0)).astype(np.float64)),
        )

    def window(self, sums: Floats, series: Indices, last: Indices, days: int) -> Floats:
        """Return the sum over the `days` days that end with day `last`."""
        end = np.maximum(last + 1, 0)
        start = np.maximum(last + 1 - days, 0)
        return np.asarray(sums[series, end] - sums[series, start], dtype=np.float64)

    def mean(self, series: Indices, last: Indices, days: int, *, otherwise: Floats | float) -> Floats:
        """Return the mean observed demand of a window; `otherwise` where nothing was observed."""
        count = self.window(self.count, series, last, days)
        total = self.window(self.total, series, last, days)
        return np.where(count > 0, total / np.maximum(count, 1.0), otherwise)

    def level(self, series: Indices, origin: Indices) -> Floats:
        """Return the mean of the last 28 days, the unit in which demand is learned."""
        return np.maximum(self.mean(series, origin, WINDOW_DAYS, otherwise=0.0), _LEAST_LEVEL)


def features(history: History, rolling: Rolling, series: Indices, origin: Indices, step: Indices) -> Floats:
    """Return the features of each row, shape (rows, len(FEATURES)).

    `series` and `origin` index the history's values, `step` ≥ 1 counts days after the origin. A
    same-weekday value that is not observed is taken to be at the recent level (ratio 1).
    """
    level = rolling.level(series, origin)
    target = (history.dates[0] + origin + step).astype("datetime64[D]")
    count = rolling.window(rolling.count, series, origin, WINDOW_DAYS)
    observed = np.maximum(count, 1.0)
    mean = rolling.window(rolling.total, series, origin, WINDOW_DAYS) / observed
    square = rolling.window(rolling.square, series, origin, WINDOW_DAYS) / observed
    lags = same_weekday_ratios(history.values, series, origin, step, level)
    prior = rolling.mean(series, origin - WINDOW_DAYS, WINDOW_DAYS, otherwise=level)
    columns = (
        step,
        (target.astype(np.int64) + 3) % 7,  # 1970-01-01 was a Thursday; 0 is Monday
        (target - target.astype("datetime64[Y]")).astype(np.int64) + 1,
        np.log(level),
        rolling.mean(series, origin, 7, otherwise=level) / level,
        prior / level,
        lags[0],
        lags[1],
        lags[2],
        lags.mean(axis=0),
        np.sqrt(np.maximum(square - mean**2, 0.0)) / level,
        rolling.window(rolling.zeros, series, origin, WINDOW_DAYS) / observed,
    )
    return np.column_stack(columns).astype(np.float64)


def same_weekday_ratios(
    values: Floats, series: Indices, origin: Indices, step: Indices, level: Floats
) -> Floats:
    """Return the last four known values on the target's weekday over the level, shape (4, rows)."""
    # The latest day at or before the origin that shares the target's weekday.
    latest = origin + step - 7 * -(-step // 7)
    ratios = []
    for weeks_back in range(_SAME_WEEKDAY_LAGS):
        day = latest - 7 * weeks_back
        value = np.where(day >= 0, values[series, np.maximum(day, 0)], np.nan)
        ratios.append(np.where(np.isnan(value), 1.0, value / level))
    return np.stack(ratios)


def _running(values: Floats) -> Floats:
    sums = np.zeros((values.shape[0], values.shape[1] + 1))
    np.cumsum(values, axis=1, out=sums[:, 1:])
    return sums
