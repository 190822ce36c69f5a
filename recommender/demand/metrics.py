"""Forecast errors per series as numerators and denominators, so that ratios can be resampled.

Cells without an observed value are left out. Metrics, each Σ numerator / Σ denominator over series:
wape (median forecast), mase (median forecast, scaled by the in-sample error of the seasonal naive forecast, Hyndman &
Koehler, International Journal of Forecasting 2006), rmsse (mean forecast, the root of a series' mean squared error over
that of the naive forecast in sample, Makridakis, Spiliotis & Assimakopoulos, "The M5 competition", International
Journal of Forecasting 2022), pinball_XX (pinball loss over demand), coverage_90 (share inside [q05, q95]) and bias (mean
forecast − demand, over demand).
"""

from dataclasses import dataclass
from typing import Self

import numpy as np

from recommender.demand.covariates import Floats
from recommender.demand.model import QUANTILES, Forecast
from recommender.demand.panel import History

# Numerators and denominators, both of shape (series, metrics).
Errors = tuple[Floats, Floats]

METRICS = (
    "wape",
    "mase",
    "rmsse",
    *(f"pinball_{round(quantile * 100):02d}" for quantile in QUANTILES),
    "coverage_90",
    "bias",
)


def pinball(actual: Floats, forecast: Floats, quantile: float) -> Floats:
    """Return the pinball loss of each cell (Koenker & Bassett, Econometrica 1978)."""
    error = actual - forecast
    return np.maximum(quantile * error, (quantile - 1.0) * error)


@dataclass(frozen=True)
class Scales:
    """How hard each series is to forecast, (series,); NaN where unknown.

    Attributes:
        seasonal: mean absolute difference from the same day of the week before, or the same week of the year before.
        squared: root of the mean squared difference from the period before.
    """

    seasonal: Floats
    squared: Floats

    @classmethod
    def of(cls, history: History) -> Self:
        """Measure the differences in a history."""
        rhythm = history.rhythm
        season = rhythm.week if rhythm.week > 1 else rhythm.year
        return cls(
            _mean(np.abs(_differences(history.values, season))),
            np.sqrt(_mean(_differences(history.values, 1) ** 2)),
        )


def error_sums(forecast: Forecast, actual: Floats, scales: Scales) -> tuple[Floats, Floats]:
    """Return numerators and denominators, both of shape (series, len(METRICS)).

    `actual` has shape (series, horizon) with NaN where not observed.
    """
    is_known = ~np.isnan(actual)
    demand = np.where(is_known, actual, 0.0)
    low, median, _, high = np.moveaxis(forecast.quantiles, -1, 0)
    has_scale = (scales.seasonal > 0)[:, None] & is_known
    scaled = np.abs(demand - median) / np.where(scales.seasonal > 0, scales.seasonal, 1.0)[:, None]
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
    place = METRICS.index("rmsse")
    root, count = _root_scaled(np.where(is_known, forecast.mean - demand, np.nan), scales.squared)
    numerators.insert(place, root)
    denominators.insert(place, count)
    return np.column_stack(numerators), np.column_stack(denominators)


def _root_scaled(error: Floats, scale: Floats) -> tuple[Floats, Floats]:
    mean = _mean(error**2)
    is_known = (scale > 0) & ~np.isnan(mean)
    root = np.divide(np.sqrt(mean), scale, out=np.zeros(len(scale)), where=is_known)
    return root, is_known.astype(np.float64)


def _differences(values: Floats, periods: int) -> Floats:
    return values[:, periods:] - values[:, :-periods]


def _mean(values: Floats) -> Floats:
    """Return the mean of each row's known values; NaN where none is known."""
    count = (~np.isnan(values)).sum(axis=1)
    mean = np.full(len(values), np.nan)
    np.divide(np.nansum(values, axis=1), count, out=mean, where=count > 0)
    return mean
