"""Forecasts of several methods judged side by side: by window of days, by level of series, paired over series."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from recommender.bootstrap import Estimate, interval_of, quotient, ratio_intervals, resample_counts
from recommender.demand.calendar.calendar import Calendar
from recommender.demand.covariates import Floats
from recommender.demand.metrics import METRICS, Scales, error_sums
from recommender.demand.model import QUANTILES, Forecast
from recommender.demand.panel import History

# Days as far as this from a big holiday are its window.
WINDOW_DAYS = 7
ALL, HOLIDAYS = "all", "holidays"
# What a forecast of sums can be judged by: quantiles do not add up.
LEVEL_METRICS = ("wape", "mase", "rmsse", "bias")
_RESAMPLES = 500


def windows_of(
    calendar: Calendar, dates: NDArray[np.datetime64], *, step_days: int, big: Sequence[str] | None = None
) -> dict[str, NDArray[np.bool_]]:
    """Return which dates lie in each window: all, near a big holiday, and near each occasion of the calendar.

    A week counts if it touches the window. `big` names occasions in place of the calendar's own.
    """
    days = dates[:, None] + np.arange(step_days)
    found = {ALL: np.ones(len(dates), dtype=bool), HOLIDAYS: np.zeros(len(dates), dtype=bool)}
    for occasion in calendar.occasions():
        near = (np.abs(calendar.signed_distance(occasion.id, days)) <= WINDOW_DAYS).any(axis=1)
        if near.any():
            found[occasion.id] = near
        if occasion.id in big if big is not None else occasion.is_big:
            found[HOLIDAYS] |= near
    return found


@dataclass
class Board:
    """Error sums of methods by window, added up over cutoffs; rows are units such as series.

    Attributes:
        units: how many there are.
        sums: by window and method, numerators and denominators of shape (units, len(METRICS)).
    """

    units: int
    sums: dict[str, dict[str, tuple[Floats, Floats]]] = field(default_factory=dict)

    def add(
        self,
        method: str,
        forecast: Forecast,
        actual: Floats,
        scales: Scales,
        windows: Mapping[str, NDArray[np.bool_]],
        places: NDArray[np.int64],
    ) -> None:
        """Add the errors of one method after one cutoff; `places` are the units the forecast's rows stand for."""
        for window, is_inside in windows.items():
            if not is_inside.any():
                continue
            inside = np.where(is_inside, actual, np.nan)
            sums = self.sums.setdefault(window, {}).setdefault(method, self._nothing())
            for total, part in zip(sums, error_sums(forecast, inside, scales), strict=True):
                total[places] += part

    def scores(self, window: str, *, seed: int) -> dict[str, dict[str, Estimate]]:
        """Return every method's metrics with 95 % intervals; resamples are the same for all."""
        methods = self.sums.get(window, {})
        counts = resample_counts(self.units, n_resamples=_RESAMPLES, seed=seed)
        found = {}
        for method, sums in methods.items():
            n = int((sums[1] > 0).any(axis=1).sum())
            values = zip(METRICS, *ratio_intervals(*sums, counts), strict=True)
            found[method] = {
                metric: Estimate(float(value), float(low), float(high), n)
                for metric, value, low, high in values
            }
        return found

    def ratios(self, window: str, method: str, *, seed: int, metric: str = "wape") -> dict[str, Estimate]:
        """Return one method's metric over that of each other, on the units both were judged by."""
        methods = self.sums.get(window, {})
        if method not in methods:
            return {}
        column = METRICS.index(metric)
        own = np.column_stack([part[:, column] for part in methods[method]])
        counts = resample_counts(self.units, n_resamples=_RESAMPLES, seed=seed)
        found = {}
        for other, sums in methods.items():
            if other == method:
                continue
            theirs = np.column_stack([part[:, column] for part in sums])
            # A method that was measured on some series only is compared on them.
            is_shared = (own[:, 1] > 0) & (theirs[:, 1] > 0)
            table = np.where(is_shared[:, None], np.column_stack([own, theirs]), 0.0)
            value = _ratios(table.sum(axis=0, keepdims=True))[0, 0]
            low, high = interval_of(_ratios(counts @ table))
            found[other] = Estimate(float(value), float(low[0]), float(high[0]), int(is_shared.sum()))
        return found

    def _nothing(self) -> tuple[Floats, Floats]:
        shape = (self.units, len(METRICS))
        return np.zeros(shape), np.zeros(shape)


def summed(
    history: History, forecast: Forecast, actual: Floats, members: NDArray[np.int64], groups: int
) -> tuple[History, Forecast, Floats]:
    """Return history, mean forecast and demand summed by group; `members` (series,) tells whose each series is.

    A series that was not observed in a period is left out of both demand and forecast.
    """
    is_known = ~np.isnan(actual)
    mean = _by_group(np.where(is_known, forecast.mean, 0.0), members, groups)
    demand = _by_group(np.where(is_known, actual, 0.0), members, groups)
    demand[_by_group(is_known.astype(np.float64), members, groups) == 0] = np.nan
    seen = ~np.isnan(history.values)
    past = _by_group(np.where(seen, history.values, 0.0), members, groups)
    past[_by_group(seen.astype(np.float64), members, groups) == 0] = np.nan
    ids = np.array([str(group) for group in range(groups)], dtype=object)
    point = np.repeat(mean[..., None], len(QUANTILES), axis=-1)
    return (
        History(ids, history.dates, past, history.step_days),
        Forecast(forecast.dates, mean, point),
        demand,
    )


def _by_group(values: Floats, members: NDArray[np.int64], groups: int) -> Floats:
    table = np.zeros((groups, values.shape[1]))
    np.add.at(table, members, values)
    return table


def _ratios(sums: Floats) -> Floats:
    return quotient(quotient(sums[:, [0]], sums[:, [1]]), quotient(sums[:, [2]], sums[:, [3]]))
