"""Forecasts of several methods judged side by side: by window of days, by level of series, paired over series."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from recommender.bootstrap import Estimate, interval_of, quotient, ratio_intervals, resample_counts
from recommender.demand.calendar.calendar import Calendar
from recommender.demand.covariates import Floats
from recommender.demand.metrics import METRICS, Scales, error_sums
from recommender.demand.model import Forecast

# Days as far as this from a big holiday are its window.
WINDOW_DAYS = 7
ALL, HOLIDAYS = "all", "holidays"
# Between the id of an occasion and one of its days.
OF_DAY = " "
# What a forecast of sums can be judged by: quantiles do not add up.
LEVEL_METRICS = ("wape", "mase", "rmsse", "bias")
_RESAMPLES = 500


def windows_of(
    calendar: Calendar, dates: NDArray[np.datetime64], *, big: Sequence[str] | None = None
) -> dict[str, NDArray[np.bool_]]:
    """Return which dates lie in each window: all, near a big holiday, near each occasion, and near one day of it.

    The last are of big occasions and bear the day, such as `christmas 2024-12-25`, so that each past holiday's accuracy
    is kept. A week counts by the date it bears. `big` names occasions in place of the calendar's own.
    """
    found = {ALL: np.ones(len(dates), dtype=bool), HOLIDAYS: np.zeros(len(dates), dtype=bool)}
    for occasion in calendar.occasions():
        is_big = occasion.is_big if big is None else occasion.id in big
        for day in occasion.days:
            near = np.abs((dates - day).astype(np.int64)) <= WINDOW_DAYS
            if near.any():
                found[occasion.id] = found.get(occasion.id, False) | near
                if is_big:
                    found[f"{occasion.id}{OF_DAY}{day}"] = near
                    found[HOLIDAYS] |= near
    return found


@dataclass(frozen=True)
class Attempt:
    """What one method forecast after a cutoff; `places` are the units that its rows stand for."""

    forecast: Forecast
    places: NDArray[np.int64]


@dataclass
class Board:
    """Error sums of methods by window, added up over cutoffs; rows are units such as series.

    Attributes:
        units: how many there are.
        reference: the method that the others are compared with.
        sums: by window and method, numerators and denominators of shape (units, len(METRICS)).
        paired: by window and method, (units, 4): error and demand of the reference and of the method, each over the
            units and cutoffs that both were judged by.
    """

    units: int
    reference: str
    sums: dict[str, dict[str, tuple[Floats, Floats]]] = field(default_factory=dict)
    paired: dict[str, dict[str, Floats]] = field(default_factory=dict)

    def add(
        self,
        attempts: Mapping[str, Attempt],
        actual: Floats,
        scales: Scales,
        windows: Mapping[str, NDArray[np.bool_]],
    ) -> None:
        """Add the errors of methods after one cutoff; `actual` (units, horizon) is NaN where nothing is judged."""
        for window, is_inside in windows.items():
            inside = np.where(is_inside, actual, np.nan)
            if np.isnan(inside).all():
                continue
            parts = {name: self._part(attempt, inside, scales) for name, attempt in attempts.items()}
            for name, part in parts.items():
                sums = self.sums.setdefault(window, {}).setdefault(name, self._nothing())
                for total, own in zip(sums, part, strict=True):
                    np.add(total, own, out=total)
            self._pair(window, parts)

    def scores(self, window: str, *, seed: int) -> dict[str, dict[str, Estimate]]:
        """Return every method's metrics with 95 % intervals; resamples are the same for all."""
        counts = resample_counts(self.units, n_resamples=_RESAMPLES, seed=seed)
        found = {}
        for method, sums in self.sums.get(window, {}).items():
            n = int((sums[1] > 0).any(axis=1).sum())
            values = zip(METRICS, *ratio_intervals(*sums, counts), strict=True)
            found[method] = {
                metric: Estimate(float(value), float(low), float(high), n)
                for metric, value, low, high in values
            }
        return found

    def ratios(self, window: str, *, seed: int) -> dict[str, Estimate]:
        """Return the reference's WAPE over that of each other method, with paired 95 % intervals."""
        counts = resample_counts(self.units, n_resamples=_RESAMPLES, seed=seed)
        found = {}
        for method, table in self.paired.get(window, {}).items():
            value = _ratios(table.sum(axis=0, keepdims=True))[0, 0]
            low, high = interval_of(_ratios(counts @ table))
            n = int((table[:, 1] > 0).sum())
            found[method] = Estimate(float(value), float(low[0]), float(high[0]), n)
        return found

    def _part(self, attempt: Attempt, inside: Floats, scales: Scales) -> tuple[Floats, Floats]:
        places = attempt.places
        own = Scales(scales.seasonal[places], scales.squared[places])
        numerators, denominators = self._nothing()
        numerators[places], denominators[places] = error_sums(attempt.forecast, inside[places], own)
        return numerators, denominators

    def _pair(self, window: str, parts: Mapping[str, tuple[Floats, Floats]]) -> None:
        column = METRICS.index("wape")
        own = np.column_stack([part[:, column] for part in parts[self.reference]])
        for name, part in parts.items():
            if name != self.reference:
                theirs = np.column_stack([sums[:, column] for sums in part])
                is_shared = (own[:, 1] > 0) & (theirs[:, 1] > 0)
                table = self.paired.setdefault(window, {}).setdefault(name, np.zeros((self.units, 4)))
                table[is_shared] += np.column_stack([own, theirs])[is_shared]

    def _nothing(self) -> tuple[Floats, Floats]:
        shape = (self.units, len(METRICS))
        return np.zeros(shape), np.zeros(shape)


def _ratios(sums: Floats) -> Floats:
    return quotient(quotient(sums[:, [0]], sums[:, [1]]), quotient(sums[:, [2]], sums[:, [3]]))
