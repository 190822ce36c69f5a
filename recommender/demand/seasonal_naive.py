"""Every day as the same weekday last week: the baseline a learned model has to beat."""

from typing import Self

import numpy as np

from recommender.demand.features import Rolling, same_weekday_ratios
from recommender.demand.model import QUANTILES, DemandModel, Forecast
from recommender.demand.panel import Floats, History


class SeasonalNaive(DemandModel):
    """Repeat the latest week; intervals from how far weeks differed, growing with √weeks ahead.

    Hyndman & Athanasopoulos, Forecasting: Principles and Practice (3rd ed.), sections 5.2 and 5.5;
    the residuals' own quantiles stand in for the normal ones, as demand is skewed. A weekday that was
    not observed last week is taken at the 28-day mean.

    Fitted: `spread_`, shape (series, 4), the residual quantiles, and `series_ids_`.
    """

    def __init__(self, horizon_days: int = 28, residual_days: int = 84) -> None:
        self.horizon_days = horizon_days
        self.residual_days = residual_days

    def fit(self, history: History) -> Self:
        """Learn the quantiles of the week-on-week differences of each series."""
        differences = history.values[:, 7:] - history.values[:, :-7]
        recent = differences[:, -self.residual_days :]
        self.series_ids_ = history.series_ids
        self.spread_ = np.zeros((len(recent), len(QUANTILES)))
        is_known = ~np.isnan(recent).all(axis=1)
        if is_known.any():
            self.spread_[is_known] = np.nanquantile(recent[is_known], QUANTILES, axis=1).T
        return self

    def forecast(self, history: History) -> Forecast:
        """Repeat the latest week and spread it by the differences seen in the fit."""
        shape = (len(history.series_ids), self.horizon_days)
        series, step = (index.ravel() for index in np.indices(shape))
        origin = np.full(series.size, history.values.shape[1] - 1)
        level = Rolling.of(history.values).level(series, origin)
        ratios = same_weekday_ratios(history.values, series, origin, step + 1, level)
        point = (ratios[0] * level).reshape(shape)
        weeks_ahead = 1 + np.arange(self.horizon_days) // 7
        growth: Floats = np.sqrt(weeks_ahead)[None, :, None]
        quantiles = point[:, :, None] + self.spread_[:, None, :] * growth
        # The point forecast is this model's median; the differences' own median is drift and noise.
        quantiles[:, :, QUANTILES.index(0.5)] = point
        return Forecast.after(history, point, quantiles)
