"""Demand of items that nobody has asked for yet: what became of items like them when they were new."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from recommender.demand.covariates import Floats
from recommender.demand.model import QUANTILES, Forecast
from recommender.demand.panel import History

# Items alike tell a launch from this number on; fewer, and those that share less are asked.
_LEAST_ALIKE = 5


class NothingAlike(ValueError):
    """The history holds no item whose first weeks are known."""


@dataclass(frozen=True)
class Launch:
    """How items begin: mean daily demand of the first window, (series,), NaN where an item is older than the history."""

    level: Floats

    @classmethod
    def of(cls, history: History) -> "Launch":
        """Measure every item's first observed window; one observed on the first day may have begun before."""
        known = ~np.isnan(history.values)
        window = history.rhythm.window
        begin = np.argmax(known, axis=1)
        level = np.full(len(known), np.nan)
        for item in np.flatnonzero(known.any(axis=1) & (begin > 0)):
            first = history.values[item, begin[item] : begin[item] + window]
            level[item] = np.nanmean(first)
        return cls(level)


def forecast_new(
    labels: Sequence[Sequence[object]], history: History, names: Sequence[str], forecast: Forecast
) -> Forecast:
    """Forecast items without a past, given their labels (items, len(names)) of the history's groups `names`.

    The level is that of the launches of items with the same labels; while these are fewer than five, the last label is
    left off, down to all items. Days go as the released forecast of those items goes.

    Raises:
        NothingAlike: no launch is known at all.
    """
    launches = Launch.of(history).level
    if np.isnan(launches).all():
        raise NothingAlike("no item's first days lie within the history, so a launch cannot be told")
    found = [_forecast(_alike(own, history, names, launches), launches, forecast) for own in labels]
    mean = np.array([part[0] for part in found]).reshape(len(labels), -1)
    quantiles = np.array([part[1] for part in found]).reshape(len(labels), mean.shape[1], len(QUANTILES))
    return Forecast.after(history, mean, quantiles)


def _alike(
    own: Sequence[object], history: History, names: Sequence[str], launches: Floats
) -> NDArray[np.bool_]:
    for depth in range(len(names), 0, -1):
        is_alike = ~np.isnan(launches)
        for name, label in zip(names[:depth], own[:depth], strict=True):
            is_alike &= history.groups[name] == label
        if is_alike.sum() >= _LEAST_ALIKE:
            return is_alike
    return ~np.isnan(launches)


def _forecast(is_alike: NDArray[np.bool_], launches: Floats, forecast: Forecast) -> tuple[Floats, Floats]:
    level = launches[is_alike]
    total = forecast.mean[is_alike].sum(axis=0)
    shape = total / total.mean() if total.mean() > 0 else np.ones_like(total)
    quantiles: Floats = np.quantile(level, QUANTILES)
    return level.mean() * shape, shape[:, None] * quantiles[None, :]
