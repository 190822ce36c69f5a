"""The demand run of all levels of a tenant: its items, their categories and everything together, which add up."""

from dataclasses import replace

import numpy as np
import pandas as pd

from recommender.demand.asked import WHOLE
from recommender.demand.boosting import Effort
from recommender.demand.calendar.calendar import Calendar
from recommender.demand.covariates import Floats
from recommender.demand.hierarchy import Level, reconciled
from recommender.demand.model import QUANTILES, Forecast
from recommender.demand.training import NIGHTLY, Ahead, DemandResult, forecast_frame, train_demand

# From below, and what the series of each sum up.
LEVELS = {"item": None, "category": "category", "tenant": WHOLE}

# Between the outer quantiles of a normal demand lie so many deviations.
_DEVIATIONS = 2 * 1.6448536269514722
# Where a forecast is sure of nothing being asked for, it still has a share in what is left over.
_LEAST_VARIANCE = 1e-6


def train_levels(
    history: pd.DataFrame, calendar: Calendar, *, seed: int, effort: Effort = NIGHTLY
) -> dict[str, DemandResult]:
    """Train every level of a tenant on its items' days (see `train_demand`) and make the forecasts add up.

    `history` has series_id, date, quantity, is_in_stock and category. On each day the means of items sum up to the
    mean of their category, and those of categories to the one of the tenant, whose series is `WHOLE`. Quantiles do
    not add up: each belongs to its own series and moved with its mean, for what is exceeded by one item is made up
    by others. Scores are those of each level by itself, before its forecasts were made to add up.

    Raises:
        InvalidFrame: the history lacks a column or holds a value that cannot be used.
    """
    results = {
        level: train_demand(
            history, calendar, level=level, seed=seed, by=by, groups=("category",), effort=effort
        )
        for level, by in LEVELS.items()
    }
    ahead = [result.ahead for result in results.values() if result.ahead is not None]
    if len(ahead) < len(LEVELS):
        return results
    added = zip(results.items(), adding_up(*ahead), strict=True)
    return {
        level: replace(result, ahead=found, demand_forecasts=forecast_frame(found, level=level))
        for (level, result), found in added
    }


def adding_up(items: Ahead, categories: Ahead, whole: Ahead) -> list[Ahead]:
    """Return the forecasts of items, categories and the whole with means that add up.

    How far each can be trusted is told by the width between its calibrated quantiles.
    """
    levels = [items, categories, whole]
    of_item = dict(zip(items.known.series_ids, items.known.groups["category"].astype(str), strict=True))
    category = np.array([of_item[item] for item in items.series_ids], dtype=object)
    parents = [
        np.searchsorted(categories.series_ids.astype(str), category.astype(str)),
        np.zeros(len(categories.series_ids), dtype=np.int64),
        np.zeros(1, dtype=np.int64),
    ]
    moved = reconciled(
        [
            Level(level.forecast, _variance(level.forecast), parent)
            for level, parent in zip(levels, parents, strict=True)
        ]
    )
    return [
        replace(level, forecast=Forecast.after(level.known, forecast.mean, forecast.quantiles))
        for level, forecast in zip(levels, moved, strict=True)
    ]


def _variance(forecast: Forecast) -> Floats:
    """Return the variance (series,) of a day's demand."""
    low, high = QUANTILES.index(0.05), QUANTILES.index(0.95)
    deviation = (forecast.quantiles[..., high] - forecast.quantiles[..., low]) / _DEVIATIONS
    return np.asarray(np.maximum((deviation**2).mean(axis=1), _LEAST_VARIANCE))
