"""Quantiles as wide as they should have been: pooled rolling conformal calibration.

The boosted quantiles tell where demand is uncertain; how far the combination was off in units of that width, at the
inner origins, tells how wide it has to be. Romano, Patterson & Candès, "Conformalized Quantile Regression" (NeurIPS
2019), with a scale in place of a shift, so that series of every size share it.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from recommender.demand.covariates import Floats
from recommender.demand.model import QUANTILES

MEDIAN = QUANTILES.index(0.5)
# Parts of the horizon that are calibrated apart, since uncertainty grows with distance.
_BUCKETS = 3
_MOST_WIDENING = 5.0


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
    """Learn the factors from inner origins; without any they are one."""
    factors = np.ones((_BUCKETS, len(QUANTILES)))
    if not judged:
        return Calibration(factors)
    bucket = buckets(judged[0].actual.shape[1], _BUCKETS)
    for number in range(_BUCKETS):
        own = bucket == number
        median, actual = (
            np.concatenate([getattr(part, name)[:, own].ravel() for part in judged])
            for name in ("median", "actual")
        )
        known = ~np.isnan(actual)
        if not known.any():
            continue
        for place, quantile in enumerate(QUANTILES):
            if place == MEDIAN:
                continue
            width = np.concatenate([part.widths[:, own, place].ravel() for part in judged])[known]
            sign = np.sign(quantile - 0.5)
            score = sign * (actual[known] - median[known]) / width
            level = max(quantile, 1.0 - quantile)
            factors[number, place] = np.clip(np.quantile(score, level), 0.0, _MOST_WIDENING)
    return Calibration(factors)


def buckets(horizon: int, n_buckets: int) -> np.ndarray:
    """Return the bucket of each step, shape (horizon,)."""
    return np.arange(horizon) * n_buckets // max(horizon, 1)
