"""Forecast errors per series as numerators and denominators, so that ratios can be resampled.

Cells without an observed value are left out. Metrics, each Σ numerator / Σ denominator over series:
wape (median forecast), mase (scaled by the in-sample error of the weekly naive forecast, Hyndman &
Koehler, International Journal of Forecasting 2006), pinball_XX (pinball loss over demand),
coverage_90 (share inside [q05, q95]) and bias (mean forecast − demand, over demand).
"""

import numpy as np

from recommender.demand.model import QUANTILES, Forecast
from recommender.demand.panel import Floats, History

METRICS = (
    "wape",
    "mase",
    *(f"pinball_{round(quantile * 100):02d}" for quantile in QUANTILES),
    "coverage_90",
    "bias",
)


def pinball(actual: Floats, forecast: Floats, quantile: float) -> Floats:
    """Return the pinball loss of each cell (Koenker & Bassett, Econometrica 1978)."""
    error = actual - forecast
    return np.maximum(quantile * error, (quantile - 1.0) * error)


def seasonal_scale(history: History) -> Floats:
    """Return the mean absolute week-on-week difference of each series; NaN where unknown."""
    differences = np.abs(history.values[:, 7:] - history.values[:, :-7])
    count = (~np.isnan(differences)).sum(axis=1)
    total = np.nansum(differences, axis=1)
    scale = np.full(len(total), np.nan)
    np.divide(total, count, out=scale, where=count > 0)
    return scale


def error_sums(forecast: Forecast, actual: Floats, scale: Floats) -> tuple[Floats, Floats]:
    """Return numerators and denominators, both of shape (series, len(METRICS)).

    `actual` has shape (series, horizon) with NaN where not observed, `scale` shape (series,).
    """
    is_known = ~np.isnan(actual)
    demand = np.where(is_known, actual, 0.0)
    low, median, _, high = np.moveaxis(forecast.quantiles, -1, 0)
    has_scale = (scale > 0)[:, None] & is_known
    scaled = np.abs(demand - median) / np.where(scale > 0, scale, 1.0)[:, None]
    inside = (demand >= low) & (demand <= high)
    cells = [
        (np.abs(demand - median), demand, is_known),
        (scaled, np.ones_like(demand), has_scale),
        *(
            (pinball(demand, forecast.quantiles[..., place], quantile), demand, is_known)
            for place, quantile in enumerate(QUANTILES)
        ),
        (inside.astype(np.float64), np.ones_like(demand), is_known),
        (forecast.mean - demand, demand, is_known),
    ]
    numerators = [np.where(mask, value, 0.0).sum(axis=1) for value, _, mask in cells]
    denominators = [np.where(mask, base, 0.0).sum(axis=1) for _, base, mask in cells]
    return np.column_stack(numerators), np.column_stack(denominators)
