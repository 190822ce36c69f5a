"""Percentile bootstrap intervals over units (members or series), vectorised and paired.

Efron & Tibshirani, An Introduction to the Bootstrap (1993), chapter 13. One draw of resamples is
used for every model and metric, so differences between models are paired.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

# 64 MB of counts.
_CELLS_AT_ONCE = 8_000_000


@dataclass(frozen=True, slots=True)
class Estimate:
    """A value with its 95 % interval over `n` units, such as members or requests; NaN where there is none."""

    value: float
    low: float
    high: float
    n: int


def resample_counts(n_units: int, *, n_resamples: int, seed: int) -> Floats:
    """Draw how often each unit occurs in each resample: shape (n_resamples, n_units)."""
    generator = np.random.default_rng(seed)
    share = np.full(n_units, 1.0 / n_units)
    return generator.multinomial(n_units, share, size=n_resamples).astype(np.float64)


def resampled_sums(values: Floats, *, n_resamples: int, seed: int) -> Floats:
    """Return the sum of each column in each resample of the rows: shape (n_resamples, n_columns).

    The resamples are those of `resample_counts`, drawn a few at a time, so memory does not grow with their number.
    """
    n_units = len(values)
    generator = np.random.default_rng(seed)
    share = np.full(n_units, 1.0 / n_units)
    at_once = max(1, _CELLS_AT_ONCE // n_units)
    parts = []
    for start in range(0, n_resamples, at_once):
        size = min(at_once, n_resamples - start)
        parts.append(generator.multinomial(n_units, share, size=size).astype(np.float64) @ values)
    return np.concatenate(parts)


def ratio_intervals(
    numerators: Floats, denominators: Floats, counts: Floats
) -> tuple[Floats, Floats, Floats]:
    """Return Σ numerator / Σ denominator of each column with its 95 % interval.

    Both arrays have shape (n_units, n_columns). A ratio whose denominator is zero is NaN; resamples
    with a zero denominator are left out of the interval.
    """
    value = quotient(numerators.sum(axis=0), denominators.sum(axis=0))
    return value, *interval_of(quotient(counts @ numerators, counts @ denominators))


def interval_of(resampled: Floats) -> tuple[Floats, Floats]:
    """Return low and high (95 %) of each column, shape (n_resamples, n_columns); NaNs are left out."""
    bounds = np.full((2, resampled.shape[1]), np.nan)
    known = np.isfinite(resampled).any(axis=0)
    if known.any():
        bounds[:, known] = np.nanquantile(resampled[:, known], [0.025, 0.975], axis=0)
    return bounds[0], bounds[1]


def quotient(numerators: Floats, denominators: Floats) -> Floats:
    """Return numerators / denominators, NaN where a denominator is zero."""
    known = denominators > 0
    ratio = np.full(numerators.shape, np.nan)
    np.divide(numerators, denominators, out=ratio, where=known)
    return ratio
