"""The one interface every demand model shares: fit on a history, forecast from a history."""

from abc import abstractmethod
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray
from sklearn.base import BaseEstimator

from recommender.demand.panel import Floats, History

QUANTILES = (0.05, 0.5, 0.9, 0.95)


@dataclass(frozen=True)
class Forecast:
    """Forecasts in units for the days after a history's origin.

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
        dates = history.dates[-1] + np.arange(1, mean.shape[1] + 1)
        ordered = np.sort(np.maximum(quantiles, 0.0), axis=-1)
        known = history.values[~np.isnan(history.values)]
        if (known == np.rint(known)).all():
            ordered = np.rint(ordered)
        return cls(dates, np.maximum(mean, 0.0), ordered)


class DemandModel(BaseEstimator):  # type: ignore[misc]
    """A scikit-learn style estimator: parameters are stored untouched, fitted state ends in `_`."""

    @abstractmethod
    def fit(self, history: History) -> Self:
        """Learn from this history alone, forgetting any earlier fit."""

    @abstractmethod
    def forecast(self, history: History) -> Forecast:
        """Forecast each series of the history for the days after its origin.

        The history may be longer than the one of the fit: the model is then applied to newer values.
        """
