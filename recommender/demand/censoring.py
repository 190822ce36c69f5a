"""What would have been asked for on days without stock: sales then are a lower bound, not demand."""

import numpy as np
from numpy.typing import NDArray

from recommender.demand.covariates import Floats
from recommender.demand.rolling import Rolling

# Days on each side that tell the level of a day without stock.
_REACH = 28
# Days' worth of demand by which a series' own weekday pattern is drawn to that of all series.
_WEEKDAY_PRIOR = 8.0
# Units, in multiples of variance over mean, by which a day's factor is drawn to one: fewer cannot tell a tenth apart.
_DAY_PRIOR = 25.0
_ROUNDS = 3


def demand_without_stock_outs(
    sold: Floats, is_out: NDArray[np.bool_], dates: NDArray[np.datetime64]
) -> Floats:
    """Return what was sold, and on days without stock no less than what was likely asked for.

    `sold` (series, days), NaN where not on offer; `is_out` (series, days) whether stock ran out that day. The estimate
    is the series' level in the four weeks around the day, on days with stock, times how the day was for all series and
    how the weekday is for this one. It looks both ways, so it is for learning from the past and not a forecast.
    """
    observed = np.where(is_out, np.nan, sold)
    weekday = (dates.astype(np.int64) + 3) % 7
    day_factor = np.ones(sold.shape[1])
    own = np.ones((len(sold), 7))
    level = np.zeros_like(sold)
    for _ in range(_ROUNDS):
        pattern = day_factor[None, :] * own[:, weekday]
        level = _local_level(observed, pattern)
        day_factor = _day_factor(observed, level * own[:, weekday])
        own = _weekday_factor(observed, level * day_factor[None, :], weekday)
    estimate = level * day_factor[None, :] * own[:, weekday]
    return np.where(is_out & ~np.isnan(sold), np.fmax(sold, estimate), sold)


def _local_level(observed: Floats, pattern: Floats) -> Floats:
    """Return demand over pattern in the window around each day; without one observed day there, in all days."""
    known = ~np.isnan(observed)
    total = Rolling.of(np.where(known, observed, 0.0)).total
    expected = Rolling.of(np.where(known, pattern, 0.0)).total
    days = observed.shape[1]
    first = np.maximum(np.arange(days) - _REACH, 0)
    last = np.minimum(np.arange(days) + _REACH + 1, days)
    around, base = total[:, last] - total[:, first], expected[:, last] - expected[:, first]
    overall = total[:, -1:] / np.maximum(expected[:, -1:], 1e-9)
    return np.where(base > 1e-9, around / np.maximum(base, 1e-9), overall)


def _weekday_factor(observed: Floats, expected: Floats, weekday: NDArray[np.int64]) -> Floats:
    factor = np.ones((len(observed), 7))
    for day in range(7):
        chosen = weekday == day
        known = ~np.isnan(observed[:, chosen])
        total = np.where(known, observed[:, chosen], 0.0).sum(axis=1)
        base = np.where(known, expected[:, chosen], 0.0).sum(axis=1)
        prior = _WEEKDAY_PRIOR * base / np.maximum(known.sum(axis=1), 1)
        factor[:, day] = (total + prior) / np.where(base > 0, base + prior, 1.0)
        factor[base <= 0, day] = 1.0
    return factor


def _day_factor(observed: Floats, expected: Floats) -> Floats:
    known = ~np.isnan(observed) & (expected > 0)
    total = np.where(known, observed, 0.0).sum(axis=0)
    base = np.where(known, expected, 0.0).sum(axis=0)
    squared = np.where(known, (observed - expected) ** 2 / np.where(known, expected, 1.0), 0.0)
    prior = _DAY_PRIOR * squared.sum() / max(int(known.sum()), 1)
    factor = np.ones(observed.shape[1])
    np.divide(total + prior, base + prior, out=factor, where=base + prior > 0)
    return factor
