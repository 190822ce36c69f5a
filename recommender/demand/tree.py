"""The demand run of all levels of a tenant: its items, their categories and everything together, which add up."""

from dataclasses import replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from recommender.demand.ahead import Ahead, forecast_frame
from recommender.demand.asked import WHOLE
from recommender.demand.boosting import Effort
from recommender.demand.calendar.calendar import Calendar
from recommender.demand.covariates import Floats
from recommender.demand.hierarchy import Level, reconciled
from recommender.demand.listings import NEW_ITEMS, with_new_items
from recommender.demand.model import QUANTILES, Forecast
from recommender.demand.training import NIGHTLY, DemandResult, train_demand

# From below, and what the series of each sum up.
LEVELS = {"item": None, "category": "category", "tenant": WHOLE}

# Between the outer quantiles of a normal demand lie so many deviations.
_DEVIATIONS = 2 * 1.6448536269514722
# Where a forecast is sure of nothing being asked for, it still has a share in what is left over.
_LEAST_VARIANCE = 1e-6


def train_levels(
    history: pd.DataFrame,
    calendar: Calendar,
    *,
    seed: int,
    listings: pd.DataFrame | None = None,
    campaigns: pd.DataFrame | None = None,
    effort: Effort = NIGHTLY,
) -> dict[str, DemandResult]:
    """Train every level of a tenant on its items' days (see `train_demand`) and make the forecasts add up.

    `history` has series_id, date, quantity, is_in_stock and category; items know of their `campaigns`. On each day the means of items sum up to the
    mean of their category, and those of categories to the one of the tenant, whose series is `WHOLE`. Quantiles do
    not add up: each belongs to its own series and moved with its mean, for what is exceeded by one item is made up
    by others. Items of the `listings` that are too new for a forecast of their own have one of items like them (see
    `with_new_items`). Scores are those of each level by itself, before its forecasts were made to add up.

    Raises:
        InvalidFrame: the history lacks a column or holds a value that cannot be used.
    """
    results = {
        level: train_demand(
            history,
            calendar,
            level=level,
            seed=seed,
            by=by,
            groups=("category",),
            campaigns=campaigns,
            effort=effort,
        )
        for level, by in LEVELS.items()
    }
    ahead = [result.ahead for result in results.values() if result.ahead is not None]
    if len(ahead) < len(LEVELS):
        return results
    items, categories, whole = ahead
    if listings is not None:
        items = with_new_items(items, listings)
    added = zip(results.items(), adding_up(items, categories, whole), strict=True)
    return {
        level: replace(result, ahead=found, demand_forecasts=forecast_frame(found, level=level))
        for (level, result), found in added
    }


def adding_up(items: Ahead, categories: Ahead, whole: Ahead) -> list[Ahead]:
    """Return the forecasts of items, categories and the whole with means that add up.

    How far each can be trusted is told by the width between its calibrated quantiles.
    """
    labels = items.groups["category"].astype(str)
    categories = _with_new_categories(items, labels, categories)
    levels = [items, categories, whole]
    place = {category: row for row, category in enumerate(categories.series_ids)}
    parents = [
        np.array([place[label] for label in labels], dtype=np.int64),
        np.zeros(len(categories.series_ids), dtype=np.int64),
        np.zeros(1, dtype=np.int64),
    ]
    variances = [_variance(level.forecast) for level in levels]
    # Sums are never certain.
    variances[1:] = [np.maximum(variance, _LEAST_VARIANCE) for variance in variances[1:]]
    moved = reconciled(
        [
            Level(level.forecast, variance, parent)
            for level, variance, parent in zip(levels, variances, parents, strict=True)
        ]
    )
    return [
        replace(level, forecast=Forecast.after(level.known, forecast.mean, forecast.quantiles))
        for level, forecast in zip(levels, moved, strict=True)
    ]


def _with_new_categories(items: Ahead, labels: NDArray[np.str_], categories: Ahead) -> Ahead:
    """Return categories with those that only new items are of; for want of a past they are the sums of these."""
    new = [label for label in np.unique(labels) if label not in set(categories.series_ids)]
    mean = [items.forecast.mean[labels == label].sum(axis=0, keepdims=True) for label in new]
    quantiles = [items.forecast.quantiles[labels == label].sum(axis=0, keepdims=True) for label in new]
    own = categories.forecast
    return replace(
        categories,
        series_ids=np.concatenate([categories.series_ids, np.array(new, dtype=object)]),
        forecast=Forecast(
            own.dates, np.concatenate([own.mean, *mean]), np.concatenate([own.quantiles, *quantiles])
        ),
        models=np.concatenate([categories.models, np.full(len(new), NEW_ITEMS, dtype=object)]),
    )


def _variance(forecast: Forecast) -> Floats:
    """Return the variance (series, horizon) of a day's demand: none on days on which nothing at all can be asked for."""
    low, high = QUANTILES.index(0.05), QUANTILES.index(0.95)
    deviation = (forecast.quantiles[..., high] - forecast.quantiles[..., low]) / _DEVIATIONS
    usual = np.maximum((deviation**2).mean(axis=1, keepdims=True), _LEAST_VARIANCE)
    return np.where((forecast.mean == 0) & (forecast.quantiles[..., high] == 0), 0.0, usual)
