"""Levels of series, such as stores or categories, whose demand adds up: groups, and sums by group."""

from collections.abc import Mapping

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from recommender.demand.covariates import Floats
from recommender.demand.model import QUANTILES, Forecast
from recommender.demand.panel import Groups, History

# By level, the group of each series and the groups' labels.
Levels = Mapping[str, tuple[NDArray[np.int64], list[str]]]

TOTAL = "total"
# With more groups, or one for every other series, sums tell nothing that series do not.
_MOST_GROUPS = 200


def levels_of(groups: Groups, n_series: int) -> Levels:
    """Return the level of each group column, and that of all series together."""
    found: dict[str, tuple[NDArray[np.int64], list[str]]] = {}
    for name, labels in groups.items():
        codes, names = pd.factorize(labels, sort=True)
        if 1 < len(names) <= min(_MOST_GROUPS, n_series // 2):
            found[name] = (codes.astype(np.int64), [str(label) for label in names])
    found[TOTAL] = (np.zeros(n_series, dtype=np.int64), [TOTAL])
    return found


def summed_demand(demand: Floats, group: NDArray[np.int64], groups: int) -> Floats:
    """Return demand (series, periods) by group; NaN where no series of the group was observed."""
    is_known = ~np.isnan(demand)
    sums = _by_group(np.where(is_known, demand, 0.0), group, groups)
    sums[_by_group(is_known.astype(np.float64), group, groups) == 0] = np.nan
    return sums


def summed_forecast(forecast: Forecast, actual: Floats, group: NDArray[np.int64], groups: int) -> Forecast:
    """Return mean forecasts by group, of the cells whose demand was observed; means add up, quantiles do not.

    Every quantile of the result is the mean.
    """
    mean = _by_group(np.where(np.isnan(actual), 0.0, forecast.mean), group, groups)
    return Forecast(forecast.dates, mean, np.repeat(mean[..., None], len(QUANTILES), axis=-1))


def summed_history(history: History, group: NDArray[np.int64], groups: int) -> History:
    """Return the history of the groups' demand, without covariates."""
    ids = np.array([str(place) for place in range(groups)], dtype=object)
    return History(ids, history.dates, summed_demand(history.values, group, groups), history.step_days)


def _by_group(values: Floats, group: NDArray[np.int64], groups: int) -> Floats:
    table = np.zeros((groups, values.shape[1]))
    np.add.at(table, group, values)
    return table
