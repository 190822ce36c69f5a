"""Forecasts of items, their categories and everything together, made to add up."""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from recommender.demand.ahead import Ahead
from recommender.demand.covariates import Floats
from recommender.demand.hierarchy import Level, reconciled
from recommender.demand.listings import NEW_ITEMS
from recommender.demand.model import QUANTILES, Forecast

# Between the outer quantiles of a normal demand lie so many deviations.
_DEVIATIONS = 2 * 1.6448536269514722
# Where a forecast is sure of nothing being asked for, it still has a share in what is left over.
_LEAST_VARIANCE = 1e-6


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
