"""Running sums over time, so that the mean of any window of any series costs two look-ups."""

from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from recommender.demand.covariates import Floats

Indices = NDArray[np.int64]


@dataclass(frozen=True)
class Rolling:
    """Running sums of shape (series, periods + 1); column t holds the sum of the first t periods."""

    count: Floats
    total: Floats

    @classmethod
    def of(cls, values: Floats) -> Self:
        """Sum up values of shape (series, periods); NaN adds nothing."""
        is_known = ~np.isnan(values)
        return cls(_running(is_known.astype(np.float64)), _running(np.where(is_known, values, 0.0)))

    def mean(
        self, series: Indices, last: Indices, periods: int, *, otherwise: Floats | float = np.nan
    ) -> Floats:
        """Return the mean of what is known in the window that ends with period `last`, else `otherwise`."""
        count = _window(self.count, series, last, periods)
        total = _window(self.total, series, last, periods)
        return np.where(count > 0, total / np.maximum(count, 1.0), otherwise)


def at(values: Floats, series: Indices, place: Indices) -> Floats:
    """Return the value of each series and place; NaN before the first and after the last period."""
    inside = (place >= 0) & (place < values.shape[1])
    found = values[series, np.where(inside, place, 0)]
    return np.where(inside, found, np.nan)


def between(values: Floats, series: Indices, place: Floats) -> Floats:
    """Return the value at each place with a fraction, on the line between its neighbours; NaN where unknown."""
    known = ~np.isnan(place)
    low = np.floor(np.where(known, place, -1.0)).astype(np.int64)
    share = np.where(known, place, -1.0) - low
    below = at(values, series, low)
    if not share.any():
        return below
    above = at(values, series, low + 1)
    return np.where(share == 0.0, below, (1.0 - share) * below + share * above)


def lagged_mean(values: Floats, lag: int, n_lags: int) -> Floats:
    """Return the mean of what is known at each period and `n_lags` - 1 earlier ones that are `lag` apart."""
    is_known = ~np.isnan(values)
    filled = np.where(is_known, values, 0.0)
    total, count = filled.copy(), is_known.astype(np.float64)
    for back in range(lag, lag * n_lags, lag):
        total[:, back:] += filled[:, :-back]
        count[:, back:] += is_known[:, :-back]
    return np.divide(total, count, out=np.full_like(total, np.nan), where=count > 0)


def _window(sums: Floats, series: Indices, last: Indices, periods: int) -> Floats:
    end = np.clip(last + 1, 0, sums.shape[1] - 1)
    start = np.clip(last + 1 - periods, 0, sums.shape[1] - 1)
    return np.asarray(sums[series, end] - sums[series, start], dtype=np.float64)


def _running(values: Floats) -> Floats:
    sums = np.zeros((values.shape[0], values.shape[1] + 1))
    np.cumsum(values, axis=1, out=sums[:, 1:])
    return sums
