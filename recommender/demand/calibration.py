"""Quantiles as wide as they should have been: pooled rolling conformal calibration.

The boosted quantiles tell where demand is uncertain; how far the combination was off in units of that width, at the
inner origins, tells how wide it has to be. Romano, Patterson & Candès, "Conformalized Quantile Regression" (NeurIPS
2019), with a scale in place of a shift, so that series of every size share it.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from recommender.demand.covariates import Floats
from recommender.demand.model import QUANTILES

MEDIAN = QUANTILES.index(0.5)
# Parts of the horizon that are calibrated apart, since uncertainty grows with distance: three of the usual 28 days, and
# of a longer horizon as many as keep the nearest days from being as wide as those months ahead.
_BUCKETS = 3
_BUCKET_PERIODS = 10
_MOST_WIDENING = 5.0
# Levels that are tried from the nominal one on, over this part of what is left up to one.
_LEVELS = 6
# The days ahead differ from all origins more than these, close in time, do from each other.
_MARGIN = 0.1
_MOST_EXTRA = 0.8


@dataclass(frozen=True)
class Judged:
    """Medians (series, horizon), widths (series, horizon, quantiles) and what came, at one inner origin."""

    median: Floats
    widths: Floats
    actual: Floats


@dataclass(frozen=True)
class Calibration:
    """Factors (buckets, quantiles) by which the widths are multiplied; that of the median does not matter."""

    factors: Floats

    def quantiles(self, median: Floats, widths: Floats) -> Floats:
        """Return quantiles (series, horizon, quantiles) around a median."""
        bucket = buckets(median.shape[1], len(self.factors))
        sign = np.sign(np.array(QUANTILES) - 0.5)
        return median[..., None] + sign * widths * self.factors[bucket][None, :, :]


def calibrate(judged: Sequence[Judged]) -> Calibration:
    """Learn the factors from inner origins, in order and half a horizon apart; without any they are one.

    Origins differ by more than their series do, so the quantile that is taken of the pooled scores is the one that
    covers as it should at origins it was not taken from.
    """
    if not judged:
        return Calibration(np.ones((_BUCKETS, len(QUANTILES))))
    horizon = judged[0].actual.shape[1]
    n_buckets = max(_BUCKETS, -(-horizon // _BUCKET_PERIODS))
    factors = np.ones((n_buckets, len(QUANTILES)))
    bucket = buckets(horizon, n_buckets)
    for place, quantile in enumerate(QUANTILES):
        if place == MEDIAN:
            continue
        scores = [[_scores(part, bucket == number, place) for part in judged] for number in range(n_buckets)]
        level = _level(scores, max(quantile, 1.0 - quantile))
        for number, of_bucket in enumerate(scores):
            factors[number, place] = _factor(of_bucket, level)
    return Calibration(factors)


def _scores(part: Judged, own: NDArray[np.bool_], place: int) -> Floats:
    """Return how far each known cell was beyond the median, in widths."""
    actual = part.actual[:, own]
    sign = np.sign(QUANTILES[place] - 0.5)
    score = sign * (actual - part.median[:, own]) / part.widths[:, own, place]
    return np.asarray(score[~np.isnan(actual)], dtype=np.float64)


def _level(scores: Sequence[Sequence[Floats]], wanted: float) -> float:
    """Return the least level whose factors, learned without an origin, cover it as wanted on average."""
    n_origins = len(scores[0])
    best = wanted
    for level in wanted + np.linspace(0.0, 1.0, _LEVELS, endpoint=False) * (1.0 - wanted) * _MOST_EXTRA:
        inside = total = 0
        for own in range(n_origins):
            # The next origin's horizon overlaps this one's.
            others = [other for other in range(n_origins) if abs(other - own) > 1]
            if not others:
                return wanted
            for of_bucket in scores:
                factor = _factor([of_bucket[other] for other in others], level)
                inside += int((of_bucket[own] <= factor).sum())
                total += len(of_bucket[own])
        best = float(level)
        if inside >= (wanted + _MARGIN * (1.0 - wanted)) * total:
            break
    return best


def _factor(scores: Sequence[Floats], level: float) -> float:
    pooled = np.concatenate(scores)
    if not len(pooled):
        return 1.0
    return float(np.clip(np.quantile(pooled, level), 0.0, _MOST_WIDENING))


def buckets(horizon: int, n_buckets: int) -> NDArray[np.int64]:
    """Return the bucket of each step, shape (horizon,)."""
    return np.arange(horizon) * n_buckets // max(horizon, 1)
