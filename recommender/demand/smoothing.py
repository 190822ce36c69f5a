"""Exponential smoothing of many series at once, each with the parameters that served it best."""

from typing import NamedTuple

import numpy as np

from recommender.demand.covariates import Floats


class Smoothing(NamedTuple):
    """Weights of the newest value on the level and on the trend, and the damping of the trend per period."""

    level: float
    trend: float
    damping: float


GRID = (
    *(Smoothing(level, 0.0, 0.0) for level in (0.02, 0.05, 0.1, 0.2, 0.4)),
    Smoothing(0.1, 0.02, 0.9),
    Smoothing(0.2, 0.05, 0.9),
    Smoothing(0.3, 0.1, 0.95),
)


def smoothed_forecast(values: Floats, horizon: int, *, lead: int) -> Floats:
    """Return damped-trend forecasts, shape (series, horizon), of values (series, periods) without NaN.

    Of `GRID` each series takes what erred least on the mean of the next `lead` periods: one period ahead, noise
    rewards quick levels that serve a month ahead badly. Gardner & McKenzie, "Forecasting trends in time series"
    (Management Science 1985).
    """
    best = np.full(len(values), np.inf)
    chosen = np.zeros((len(values), horizon))
    for smoothing in GRID:
        error, forecast = _run(values, smoothing, horizon, lead)
        is_better = error < best
        best[is_better], chosen[is_better] = error[is_better], forecast[is_better]
    return chosen


def _run(values: Floats, smoothing: Smoothing, horizon: int, lead: int) -> tuple[Floats, Floats]:
    periods = values.shape[1]
    begin = max(1, min(2 * lead, periods // 3))
    level, trend = values[:, :begin].mean(axis=1), np.zeros(len(values))
    growth = np.cumsum(smoothing.damping ** np.arange(1, max(horizon, lead) + 1))
    mean_growth = float(growth[:lead].mean())
    ahead = np.cumsum(values, axis=1)
    error = np.zeros(len(values))
    for period in range(begin, periods):
        previous = level
        expected = level + smoothing.damping * trend
        level = expected + smoothing.level * (values[:, period] - expected)
        if smoothing.trend:
            trend = smoothing.damping * trend + smoothing.trend * (
                level - previous - smoothing.damping * trend
            )
        if period + lead < periods:
            actual = (ahead[:, period + lead] - ahead[:, period]) / lead
            error += np.abs(actual - level - mean_growth * trend)
    return error, level[:, None] + trend[:, None] * growth[:horizon]
