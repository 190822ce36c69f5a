"""Forecasts of what is on offer, with what they were made from, and their table."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from recommender.demand.model import QUANTILES, Forecast
from recommender.demand.panel import Groups, History
from recommender.demand.recipe import Recipe
from recommender.frames import typed_frame

DEMAND_FORECAST_COLUMNS = {
    "level": "str",
    "series_id": "str",
    "date": "datetime64[us]",
    "origin_date": "datetime64[us]",
    "model": "str",
    "mean": "float64",
    "q05": "float64",
    "q50": "float64",
    "q90": "float64",
    "q95": "float64",
}


@dataclass(frozen=True)
class Ahead:
    """Forecasts (series, horizon) of what is on offer, with the model that each is of.

    Attributes:
        groups: their labels, (series,).
        known: the history of all series that they were made from, also of those without a forecast.
    """

    series_ids: NDArray[np.object_]
    forecast: Forecast
    models: NDArray[np.object_]
    groups: Groups
    known: History


def is_active(history: History) -> NDArray[np.bool_]:
    """Return which series were observed in the latest window; only those are forecast and scored."""
    return np.asarray((~np.isnan(history.values[:, -history.rhythm.window :])).any(axis=1))


def ahead_of(recipe: Recipe, known: History) -> Ahead:
    """Return the released forecasts of the series that were observed lately."""
    rows = np.flatnonzero(is_active(known))
    found = recipe.forecast
    forecast = Forecast(found.dates, found.mean[rows], found.quantiles[rows])
    models = np.full(len(rows), recipe.released, dtype=object)
    groups = {name: labels[rows] for name, labels in known.groups.items()}
    return Ahead(known.series_ids[rows], forecast, models, groups, known)


def forecast_frame(ahead: Ahead, *, level: str) -> pd.DataFrame:
    """Return one row per forecast series and day (see `DEMAND_FORECAST_COLUMNS`)."""
    n_series, n_days = ahead.forecast.mean.shape
    names = [f"q{round(quantile * 100):02d}" for quantile in QUANTILES]
    quantiles = ahead.forecast.quantiles.reshape(-1, len(QUANTILES))
    return typed_frame(
        DEMAND_FORECAST_COLUMNS,
        {
            "level": [level] * (n_series * n_days),
            "series_id": np.repeat(ahead.series_ids, n_days),
            "date": np.tile(ahead.forecast.dates, n_series),
            "origin_date": np.repeat(ahead.known.dates[-1], n_series * n_days),
            "model": np.repeat(ahead.models, n_days),
            "mean": ahead.forecast.mean.ravel(),
            **{name: quantiles[:, place] for place, name in enumerate(names)},
        },
    )
