"""Forecasts, and the one interface every member of the combination shares: fit on a history, tell medians."""

from abc import abstractmethod
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray
from sklearn.base import BaseEstimator

from recommender.demand.context import Context
from recommender.demand.covariates import Floats
from recommender.demand.panel import History

QUANTILES = (0.05, 0.5, 0.9, 0.95)


@dataclass(frozen=True)
class Forecast:
    """Forecasts in units for the periods after a history's origin.

    `dates` (horizon,), `mean` (series, horizon), `quantiles` (series, horizon, 4) for `QUANTILES`,
    never below zero and never crossing.
    """

    dates: NDArray[np.datetime64]
    mean: Floats
    quantiles: Floats

    @classmethod
    def after(cls, history: History, mean: Floats, quantiles: Floats) -> "Forecast":
        """Clip at zero, sort the quantiles and, where demand comes in whole units, round them.

        A quantile of whole numbers is one; left at .001, a lower bound would miss every day without
        demand. Sorting never makes the pinball loss larger: Chernozhukov, Fernández-Val & Galichon,
        "Quantile and Probability Curves Without Crossing" (Econometrica 2010).
        """
        ordered = np.sort(np.maximum(quantiles, 0.0), axis=-1)
        known = history.values[~np.isnan(history.values)]
        if (known == np.rint(known)).all():
            ordered = np.rint(ordered)
        return cls(history.dates_ahead(mean.shape[1]), np.maximum(mean, 0.0), ordered)

    def first(self, periods: int) -> "Forecast":
        """Return the forecast of the first periods alone."""
        return Forecast(self.dates[:periods], self.mean[:, :periods], self.quantiles[:, :periods])


class Member(BaseEstimator):  # type: ignore[misc]
    """A scikit-learn style estimator: parameters are stored untouched, fitted state ends in `_`."""

    @abstractmethod
    def fit(self, context: Context) -> Self:
        """Learn from this history alone, forgetting any earlier fit."""

    @abstractmethod
    def medians(self, context: Context) -> dict[str, Floats]:
        """Return, by name, the median demand (series, horizon) of plain periods after the context's origin.

        The history may be longer than the one of the fit: the model is then applied to newer values.
        """
