"""Possible courses of demand over the days ahead, from daily quantiles and how days go wrong together.

The quantile function of a day is piecewise linear in the normal score of the probability through q05, q50,
q90 and q95, and goes on straight beyond .05 and .95: exact where demand is normal, and as skewed as the
quantiles are where it is not. Days are joined by a Gaussian copula with one correlation between any two
days of a series (Joe, Dependence Modeling with Copulas, 2014, 3.4): what a forecast gets wrong is mostly
the level, so its errors do not fade with the distance between days, and sums are as wide as that makes them.
"""

from dataclasses import dataclass

import numpy as np
from scipy.special import ndtri
from scipy.stats import qmc

from recommender.bootstrap import Floats
from recommender.demand.model import QUANTILES, Forecast

# Where no past forecasts were compared. Boosted quantiles were found at .14 on daily categories of a grocer and at
# .10 on daily sales of shops, but the level of a holiday is less sure than that of usual days.
ASSUMED_CORRELATION = 0.3
_SCORES: Floats = np.asarray(ndtri(QUANTILES), dtype=np.float64)
_MOST_CORRELATED = 0.95
# A forecast's mean may differ from its quantiles' by a bias, but not by more than this.
_SCALES = (0.5, 2.0)
_TAIL = 1.0 - QUANTILES[-1]
_FAR = 3.5
# A point of the sequence may lie on the border, whose normal score is infinite.
_EDGE = 1e-9


@dataclass(frozen=True)
class Draws:
    """Normal scores of the paths shared by all series: `scores` and `weights` of the four quantiles.

    `scores` has shape (paths, days), `weights` (paths, days, 4). All series take the same draws, which is
    right for anything that is added up over series as an expectation, and says nothing of their dependence.
    """

    scores: Floats
    weights: Floats

    @classmethod
    def of(cls, days: int, *, correlation: float, n_paths: int, seed: int) -> "Draws":
        """Draw at least `n_paths` paths, a power of two of them, by a scrambled Sobol sequence.

        Its quantiles of sums are off by half as much as those of as many independent draws.
        """
        points = qmc.Sobol(days + 1, rng=np.random.default_rng(seed)).random_base2((n_paths - 1).bit_length())
        normal = ndtri(np.clip(points, _EDGE, 1.0 - _EDGE))
        scores = np.sqrt(correlation) * normal[:, :1] + np.sqrt(1.0 - correlation) * normal[:, 1:]
        return cls(scores, _hat_weights(scores))


def demand_of_day(forecast: Forecast, draws: Draws, day: int) -> Floats:
    """Return units of demand of one day's place, shape (series, paths).

    The mean over paths is that of the forecast: quantiles of rare demand are whole numbers and mostly zero,
    and their mean says little. What scaling by .5-2 does not reach is added beyond the upper quantile.
    """
    demand = np.maximum(forecast.quantiles[:, day] @ draws.weights[:, day].T, 0.0)
    mean, own = forecast.mean[:, day], demand.mean(axis=1)
    scale = np.ones_like(own)
    np.divide(mean, own, out=scale, where=own > 0)
    scale = np.clip(scale, *_SCALES)
    demand *= scale[:, None]
    missing = np.maximum(mean - own * scale, 0.0)
    rows = np.flatnonzero(missing > 0)
    if len(rows):
        is_top = draws.scores[:, day] >= np.quantile(draws.scores[:, day], 1.0 - _TAIL)
        demand[rows] += missing[rows, None] * is_top / is_top.mean()
    return demand


def demand_paths(forecast: Forecast, draws: Draws) -> Floats:
    """Return units of demand of all days of a forecast, shape (series, paths, days)."""
    days = range(draws.scores.shape[1])
    return np.stack([demand_of_day(forecast, draws, day) for day in days], axis=-1)


def normal_scores(forecast: Forecast, actual: Floats) -> Floats:
    """Return the normal score of each actual value (series, days) under its forecast; NaN where unknown.

    A value that several quantiles share scores the middle of theirs; where all four agree, nothing is told.
    """
    knots = forecast.quantiles
    below = (knots < actual[..., None]).sum(axis=-1)
    reached = (knots <= actual[..., None]).sum(axis=-1)
    scores = np.where(
        reached > below + 1,
        (_SCORES[np.minimum(below, 3)] + _SCORES[np.maximum(reached - 1, 0)]) / 2.0,
        _interpolated(knots, actual, below),
    )
    is_told = ~np.isnan(actual) & (knots[..., -1] > knots[..., 0])
    return np.where(is_told, np.clip(scores, -_FAR, _FAR), np.nan)


def error_correlation(scores: Floats) -> float:
    """Return the correlation between two days of one forecast from scores (forecasts of series, days).

    It is the moment estimate: the mean product of two different days over the mean square. Without two
    days to compare it is `ASSUMED_CORRELATION`.
    """
    known = ~np.isnan(scores)
    filled = np.where(known, scores, 0.0)
    count = known.sum(axis=1)
    squares = (filled * filled).sum(axis=1)
    pairs = float((count * (count - 1)).sum())
    total = float(squares.sum())
    if pairs == 0 or total == 0:
        return ASSUMED_CORRELATION
    products = float((filled.sum(axis=1) ** 2 - squares).sum())
    return float(np.clip((products / pairs) / (total / count.sum()), 0.0, _MOST_CORRELATED))


def _hat_weights(scores: Floats) -> Floats:
    """Return how much of each knot is in the straight line at a score; beyond the ends the line goes on."""
    left = np.clip(np.searchsorted(_SCORES, scores, side="right") - 1, 0, len(_SCORES) - 2)
    share = (scores - _SCORES[left]) / (_SCORES[left + 1] - _SCORES[left])
    weights = np.zeros((*scores.shape, len(_SCORES)))
    np.put_along_axis(weights, left[..., None], (1.0 - share)[..., None], axis=-1)
    np.put_along_axis(weights, left[..., None] + 1, share[..., None], axis=-1)
    return weights


def _interpolated(
    knots: Floats, actual: Floats, below: np.ndarray[tuple[int, ...], np.dtype[np.int64]]
) -> Floats:
    left = np.clip(below - 1, 0, len(_SCORES) - 2)
    low = np.take_along_axis(knots, left[..., None], axis=-1)[..., 0]
    high = np.take_along_axis(knots, left[..., None] + 1, axis=-1)[..., 0]
    share = np.zeros_like(actual)
    np.divide(actual - low, high - low, out=share, where=high > low)
    # Beyond the ends of a flat piece there is no slope to go on with.
    far = np.where(actual > high, 1.0 + _FAR, np.where(actual < low, -_FAR, 0.0))
    share = np.where(high > low, share, far)
    return _SCORES[left] + share * (_SCORES[left + 1] - _SCORES[left])
