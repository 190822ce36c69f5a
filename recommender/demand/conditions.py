"""How much more is asked for under announced conditions, such as a promotion, than on a plain day.

Divided by these factors, demand on a promoted Monday and on a plain one tell of the same level; times those of the days
ahead, every member of the combination knows of the promotion.
"""

import numpy as np
from numpy.typing import NDArray

from recommender.demand.covariates import Floats
from recommender.demand.panel import History
from recommender.demand.rolling import Rolling

_ROUNDS = 3
# Promoted periods' worth of demand by which a series' own factor is drawn to that of all series.
_PRIOR_PERIODS = 10.0
_LEAST_FACTOR, _MOST_FACTOR = 0.2, 10.0


def condition_factors(history: History, weekday: NDArray[np.int64], names: list[str]) -> Floats:
    """Return by how much demand is multiplied under the conditions of each period, (series, periods and those ahead).

    `names` are yes-or-no covariates that are known ahead, `weekday` 0 to 6 of each period and those ahead. A factor is that of all series
    on the weekday times the series' own; what is not known counts as no.
    """
    width = len(weekday)
    factors = np.ones((len(history.values), width))
    for name in names:
        values = history.covariates.values[name]
        holds = np.zeros(factors.shape, dtype=bool)
        shown = min(width, values.shape[1])
        holds[:, :shown] = values[:, :shown] == 1.0
        factors *= _factors(history, factors, holds, weekday)
    return factors


def _factors(
    history: History, before: Floats, holds: NDArray[np.bool_], weekday: NDArray[np.int64]
) -> Floats:
    periods = history.values.shape[1]
    values, held, day = history.values / before[:, :periods], holds[:, :periods], weekday[:periods]
    if not held.any() or held.all():
        return np.ones(holds.shape)
    factor = np.ones(holds.shape)
    # First from the periods without, then from all, their effect taken out.
    plain = np.where(held, np.nan, values)
    for _ in range(_ROUNDS):
        expected = _expected(plain, day, history.rhythm.window)
        known = held & ~np.isnan(values) & (expected > 0)
        demand, base = np.where(known, values, 0.0), np.where(known, expected, 0.0)
        pooled = np.ones(7)
        for number in np.unique(day):
            total = base[:, day == number].sum()
            pooled[number] = demand[:, day == number].sum() / total if total > 0 else 1.0
        base *= pooled[day][None, :]
        usual = base.sum(axis=1) / np.maximum(known.sum(axis=1), 1)
        prior = _PRIOR_PERIODS * usual
        whole = base.sum(axis=1) + prior
        own = np.where(whole > 0, (demand.sum(axis=1) + prior) / np.where(whole > 0, whole, 1.0), 1.0)
        found = np.clip(own[:, None] * pooled[weekday][None, :], _LEAST_FACTOR, _MOST_FACTOR)
        factor = np.where(holds, found, 1.0)
        plain = values / factor[:, :periods]
    return factor


def _expected(plain: Floats, weekday: NDArray[np.int64], window: int) -> Floats:
    """Return the level around each period times the series' weekday pattern, both of demand on a plain day."""
    n_series, periods = plain.shape
    sums = Rolling.of(plain)
    first = np.maximum(np.arange(periods) - window, 0)
    last = np.minimum(np.arange(periods) + window + 1, periods)
    count = sums.count[:, last] - sums.count[:, first]
    level = (sums.total[:, last] - sums.total[:, first]) / np.maximum(count, 1.0)
    pattern = np.ones((n_series, 7))
    known = ~np.isnan(plain)
    for day in np.unique(weekday):
        chosen = weekday == day
        total = np.where(known[:, chosen], plain[:, chosen], 0.0).sum(axis=1)
        base = np.where(known[:, chosen], level[:, chosen], 0.0).sum(axis=1)
        pattern[:, day] = np.where(base > 0, total / np.where(base > 0, base, 1.0), 1.0)
    return level * pattern[:, weekday]
