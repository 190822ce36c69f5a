"""Items listed too recently, or not yet, for a forecast of their own: they have one of items like them."""

from dataclasses import replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from recommender.demand.ahead import Ahead
from recommender.demand.model import Forecast
from recommender.demand.new_items import NothingAlike, forecast_new
from recommender.demand.panel import Groups
from recommender.frames import require_columns, require_text

# The model that people see beside such a forecast.
NEW_ITEMS = "new_items"
# By the first, items are alike that may be alike by the others as well.
ATTRIBUTES = ("category", "kind", "class")
# In less than a week not every weekday has been seen.
_LEAST_DAYS = 7


def with_new_items(items: Ahead, listings: pd.DataFrame) -> Ahead:
    """Return the forecasts of items with those of new ones, which begin as items like them began.

    `listings` has series_id, listed_from (day) and `ATTRIBUTES`, one row per item. New is what was on offer on fewer
    than seven days, and what will be listed between the origin and the last forecast day; before that day nothing is
    asked for. Where no item's first days are known, forecasts are left as they are.

    Raises:
        InvalidFrame: a column is missing or an id is not text.
    """
    require_columns(listings, ("series_id", "listed_from", *ATTRIBUTES))
    labels = listings.assign(series_id=require_text(listings["series_id"])).set_index("series_id")
    observed = pd.Series((~np.isnan(items.known.values)).sum(axis=1), index=items.known.series_ids)
    is_new = observed.reindex(items.series_ids).to_numpy() < _LEAST_DAYS
    starts = pd.to_datetime(labels["listed_from"])
    dates = items.forecast.dates
    is_coming = (starts > items.known.dates[-1]) & (starts <= dates[-1])
    coming = labels.index[is_coming & ~labels.index.isin(items.series_ids)].to_numpy(dtype=object)
    new_ids = np.concatenate([items.series_ids[is_new], coming])
    if not len(new_ids):
        return items
    old = _taken(items, ~is_new)
    try:
        found = _forecast(old, labels, new_ids)
    except NothingAlike:
        return items
    # An item that is on offer already, and one without a row, is asked for from the first day on.
    begins = starts.reindex(new_ids).to_numpy(dtype="datetime64[D]")
    is_before = dates[None, :] < begins[:, None]
    return Ahead(
        np.concatenate([old.series_ids, new_ids]),
        Forecast(
            dates,
            np.concatenate([old.forecast.mean, np.where(is_before, 0.0, found.mean)]),
            np.concatenate([old.forecast.quantiles, np.where(is_before[..., None], 0.0, found.quantiles)]),
        ),
        np.concatenate([old.models, np.full(len(new_ids), NEW_ITEMS, dtype=object)]),
        {"category": np.concatenate([old.groups["category"], _labelled(items, labels, new_ids)])},
        items.known,
    )


def _forecast(old: Ahead, labels: pd.DataFrame, new_ids: NDArray[np.object_]) -> Forecast:
    rows = np.searchsorted(old.known.series_ids.astype(str), old.series_ids.astype(str))
    known = replace(old.known.take(rows), groups=_groups(labels, old.series_ids))
    own = _groups(labels, new_ids)
    asked = list(zip(*(own[name] for name in ATTRIBUTES), strict=True))
    return forecast_new(asked, known, ATTRIBUTES, old.forecast)


def _taken(items: Ahead, rows: NDArray[np.bool_]) -> Ahead:
    forecast = Forecast(items.forecast.dates, items.forecast.mean[rows], items.forecast.quantiles[rows])
    groups = {name: own[rows] for name, own in items.groups.items()}
    return Ahead(items.series_ids[rows], forecast, items.models[rows], groups, items.known)


def _groups(labels: pd.DataFrame, ids: NDArray[np.object_]) -> Groups:
    found = labels.reindex(ids)
    return {name: found[name].to_numpy(dtype=object) for name in ATTRIBUTES}


def _labelled(items: Ahead, labels: pd.DataFrame, ids: NDArray[np.object_]) -> NDArray[np.object_]:
    """Return the categories of new items: those they are known by, or else those they are listed in."""
    known = pd.Series(items.groups["category"], index=items.series_ids)
    return known.reindex(ids).fillna(labels["category"].reindex(ids)).to_numpy(dtype=object)
