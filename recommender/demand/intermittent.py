"""Demand that comes now and then: how likely it comes, and how much it then is."""

from typing import Self

import numpy as np

from recommender.demand.context import Context
from recommender.demand.covariates import Floats
from recommender.demand.model import Member

_WEIGHTS = ((0.05, 0.02), (0.1, 0.05), (0.2, 0.1))
_RECENT_DAYS = 200


class Intermittent(Member):
    """Teunter, Syntetos & Babai, "Intermittent demand" (European Journal of Operational Research 2011).

    The chance of demand is smoothed every period and its size when it comes, so that a series that dies out is
    forecast towards nothing. Of `_WEIGHTS` (size, chance) each series takes what erred least, squared, a week ahead.
    """

    def fit(self, context: Context) -> Self:
        """Return the model: all it needs is in the history it forecasts from."""
        return self

    def medians(self, context: Context) -> dict[str, Floats]:
        """Return chance times size, the same for every period ahead."""
        values = context.values[:, -_RECENT_DAYS:]
        best, chosen = np.full(len(values), np.inf), np.zeros(len(values))
        for size_weight, chance_weight in _WEIGHTS:
            error, level = _smooth(values, size_weight, chance_weight)
            is_better = error < best
            best[is_better], chosen[is_better] = error[is_better], level[is_better]
        return {"intermittent": np.repeat(chosen[:, None], context.horizon, axis=1)}


def _smooth(values: Floats, size_weight: float, chance_weight: float) -> tuple[Floats, Floats]:
    is_known = ~np.isnan(values)
    demand = np.where(is_known, values, 0.0)
    comes = demand > 0
    n_known = np.maximum(is_known.sum(axis=1), 1)
    chance = comes.sum(axis=1) / n_known
    size = demand.sum(axis=1) / np.maximum(comes.sum(axis=1), 1)
    error = np.zeros(len(values))
    for period in range(values.shape[1]):
        known, came = is_known[:, period], comes[:, period]
        error += np.where(known, (demand[:, period] - chance * size) ** 2, 0.0)
        chance = np.where(known, chance + chance_weight * (came - chance), chance)
        size = np.where(came, size + size_weight * (demand[:, period] - size), size)
    return error, chance * size
