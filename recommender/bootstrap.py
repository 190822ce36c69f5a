"""Percentile bootstrap intervals over units (members or series), vectorised and paired.

Efron & Tibshirani, An Introduction to the Bootstrap (1993), chapter 13. One draw of resamples is
used for every model and metric, so differences between models are paired.
"""

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def resample_counts(n_units: int, *, n_resamples: int, seed: int) -> Floats:
    """Draw how often each unit occurs in each resample: shape (n_resamples, n_units)."""
    generator = np.random.default_rng(seed)
    share = np.full(n_units, 1.0 / n_units)
    return generator.multinomial(n_units, share, size=n_resamples).astype(np.float64)


def mean_intervals(values: Floats, counts: Floats) -> tuple[Floats, Floats, Floats]:
    """Return mean, low and high (95 %) of each column of values, shape (n_units, n_columns)."""
    return ratio_intervals(values, np.ones_like(values), counts)


def ratio_intervals(
    numerators: Floats, denominators: Floats, counts: Floats
) -> tuple[Floats, Floats, Floats]:
    """Return Σ numerator / Σ denominator of each column with its 95 % interval.

    Both arrays have shape (n_units, n_columns). A ratio whose denominator is zero is NaN; resamples
    with a zero denominator are left out of the interval.
    """
    value = _ratio(numerators.sum(axis=0), denominators.sum(axis=0))
    resampled = _ratio(counts @ numerators, counts @ denominators)
    bounds = np.full((2, len(value)), np.nan)
    known = np.isfinite(resampled).any(axis=0)
    if known.any():
        bounds[:, known] = np.nanquantile(resampled[:, known], [0.025, 0.975], axis=0)
    return value, bounds[0], bounds[1]


def _ratio(numerators: Floats, denominators: Floats) -> Floats:
    known = denominators > 0
    ratio = np.full(numerators.shape, np.nan)
    np.divide(numerators, denominators, out=ratio, where=known)
    return ratio
