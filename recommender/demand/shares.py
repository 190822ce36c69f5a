"""How much each of several forecasts counts, by how far off it was."""

import numpy as np

from recommender.demand.covariates import Floats

# An error below this is none.
_LEAST_ERROR = 1e-12


def shares_by_error(error: Floats, tolerance: float) -> Floats:
    """Return shares that sum to one along the last axis; who errs more than the best by the tolerance, in parts, has 1/e of its."""
    best = np.maximum(error.min(axis=-1, keepdims=True), _LEAST_ERROR)
    shares = np.exp(-(error / best - 1.0) / tolerance)
    return np.asarray(shares / shares.sum(axis=-1, keepdims=True), dtype=np.float64)
