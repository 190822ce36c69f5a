"""What is computed once from a history, from which the features of any (series, origin, step) are looked up.

A look-up for an origin touches only periods up to it: sums and means here end where they say they end.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Self

import numpy as np
from numpy.typing import NDArray

from recommender.demand.conditions import condition_factors
from recommender.demand.covariates import Floats
from recommender.demand.opening import IS_OPEN
from recommender.demand.panel import Groups, History
from recommender.demand.rolling import Indices, Rolling, at, between, lagged_mean
from recommender.demand.timeline import Timeline

Bools = NDArray[np.bool_]

# Means of the same weekday: four weeks, or eight where a period is a week.
_WEEKDAY_LAGS = 4
# Regressors take at most 255 labels; a finer group tells nothing that the series' own past does not.
_MOST_LABELS = 250
_SPARSE_SHARE = 0.5
_NEAR_DAYS = 7


@dataclass(frozen=True)
class Context:
    """A history with its timeline and sums.

    Attributes:
        values: (series, periods) demand over the factor of the period's conditions: what a plain day would have had.
        factor: (series, periods and horizon) by how much announced conditions multiply demand.
        rolling: sums of demand.
        squares: sums of squared demand.
        zeros: sums of whether nothing was asked for.
        off, working: sums of demand on days off, and on the others.
        weekday_mean: (series, periods) the mean of the latest same weekdays up to each period.
        pooled: sums of one series, the mean of all that are observed.
        pooled_uplift: (weeks, periods) all series' demand over their weekday means so many weeks earlier.
        covariate_sums: of each covariate, its sums.
        binary: names of covariates that answer yes or no.
        labels: (series,) of each group that has few enough labels, their codes.
        least_level: a level below one unit a window would blow the ratios up.
    """

    history: History
    timeline: Timeline
    horizon: int
    values: Floats
    factor: Floats
    rolling: Rolling
    squares: Rolling
    zeros: Rolling
    off: Rolling
    working: Rolling
    weekday_mean: Floats
    pooled: Rolling
    pooled_uplift: Floats
    covariate_sums: Mapping[str, Rolling]
    binary: frozenset[str]
    labels: Mapping[str, Indices]
    least_level: float

    @classmethod
    def of(cls, history: History, timeline: Timeline, horizon: int) -> Self:
        """Compute the sums of a history; `timeline` covers it and the horizon."""
        covariates = history.covariates.values
        binary = _binary(history)
        announced = _announced(history, binary)
        factor = _factor(history, timeline, horizon, announced)
        values = history.values / factor[:, : history.values.shape[1]] if announced else history.values
        rhythm = history.rhythm
        n_lags = _WEEKDAY_LAGS if rhythm.week > 1 else rhythm.window
        weekday_mean = lagged_mean(values, rhythm.week, n_lags)
        is_off = timeline.is_off[: values.shape[1]] >= 0.5
        positive = values[values > 0]
        weeks = -(-horizon // rhythm.week)
        return cls(
            history=history,
            timeline=timeline,
            horizon=horizon,
            values=values,
            factor=factor,
            rolling=Rolling.of(values),
            squares=Rolling.of(values**2),
            zeros=Rolling.of(np.where(np.isnan(values), np.nan, values == 0)),
            off=Rolling.of(np.where(is_off, values, np.nan)),
            working=Rolling.of(np.where(is_off, np.nan, values)),
            weekday_mean=weekday_mean,
            pooled=Rolling.of(_pooled(values)),
            pooled_uplift=np.stack(
                [_uplift(values, weekday_mean, week * rhythm.week) for week in range(1, weeks + 1)]
            ),
            covariate_sums={name: Rolling.of(value) for name, value in covariates.items()},
            binary=binary,
            labels=_labels(history.groups),
            least_level=float(positive.min(initial=np.inf)) / rhythm.window if len(positive) else 1.0,
        )

    def under(self, history: History) -> "Context":
        """Return the context of the same past with other values of what is known ahead; what is of the past is kept."""
        before, now = self.history.covariates.values, history.covariates.values
        if _binary(history) != self.binary:
            return Context.of(history, self.timeline, self.horizon)
        sums = {
            name: self.covariate_sums[name] if value is before[name] else Rolling.of(value)
            for name, value in now.items()
        }
        factor = _factor(history, self.timeline, self.horizon, _announced(history, self.binary))
        return replace(self, history=history, factor=factor, covariate_sums=sums)

    def level(self, series: Indices, origin: Indices) -> Floats:
        """Return the mean of the window up to the origin, the unit in which demand is learned."""
        window = self.history.rhythm.window
        return np.maximum(self.rolling.mean(series, origin, window, otherwise=0.0), self.least_level)

    @property
    def recent_level(self) -> Floats:
        """The level of each series at the origin, shape (series,)."""
        return self.level(*self._now)

    @property
    def recent_spread(self) -> Floats:
        """The standard deviation of each series in the window up to the origin, shape (series,)."""
        window = self.history.rhythm.window
        mean = self.rolling.mean(*self._now, window, otherwise=0.0)
        square = self.squares.mean(*self._now, window, otherwise=0.0)
        return np.sqrt(np.maximum(square - mean**2, 0.0))

    @property
    def is_active(self) -> Bools:
        """Which series were observed in the window up to the origin, shape (series,)."""
        return ~np.isnan(self.rolling.mean(*self._now, self.history.rhythm.window))

    @property
    def is_sparse(self) -> Bools:
        """Which series had nothing asked for on most days of the last year, shape (series,)."""
        return self.zeros.mean(*self._now, self.history.rhythm.year, otherwise=0.0) > _SPARSE_SHARE

    @property
    def is_near(self) -> Bools:
        """Whether an occasion is within a week of each period ahead, shape (horizon,)."""
        periods = self.values.shape[1]
        ahead = self.timeline.closest_days[periods : periods + self.horizon]
        return np.abs(np.nan_to_num(ahead, nan=np.inf)) <= _NEAR_DAYS

    @property
    def _now(self) -> tuple[Indices, Indices]:
        n_series, periods = self.values.shape
        return np.arange(n_series), np.full(n_series, periods - 1)

    @property
    def factor_ahead(self) -> Floats:
        """The factors of the periods ahead, shape (series, horizon)."""
        return self.factor[:, self.values.shape[1] :]

    def latest(self, origin: Indices, step: Indices) -> Indices:
        """Return the latest period up to the origin that shares the target's weekday."""
        week = self.history.rhythm.week
        return origin + step - week * -(-step // week)

    def weekday_level(self, series: Indices, origin: Indices, step: Indices) -> Floats:
        """Return the mean of the latest same weekdays, else the level."""
        mean = at(self.weekday_mean, series, self.latest(origin, step))
        return np.where(np.isnan(mean), self.level(series, origin), mean)

    def aligned(self, series: Indices, origin: Indices, step: Indices, back: int) -> "Aligned":
        """Look up what happened at the aligned period `back` occurrences earlier, seen from as far before."""
        place = self.timeline.aligned[back - 1][origin + step]
        place = np.where(np.floor(place) + 1 <= origin, place, np.nan)
        value = between(self.values, series, place)
        whole = np.floor(np.where(np.isnan(place), -1.0, place)).astype(np.int64)
        week = self.history.rhythm.week
        weeks = -(-step // week)
        before = at(self.weekday_mean, series, whole - weeks * week)
        pooled = np.full(len(series), np.nan)
        for number in range(1, int(weeks.max(initial=0)) + 1):
            rows = weeks == number
            pooled[rows] = between(self.pooled_uplift[[number - 1]], np.zeros_like(series[rows]), place[rows])
        return Aligned(value, before, pooled)


@dataclass(frozen=True)
class Aligned:
    """Demand at the aligned period, the series' mean of that weekday before it, and all series' uplift over theirs."""

    value: Floats
    before: Floats
    pooled_uplift: Floats


def _binary(history: History) -> frozenset[str]:
    return frozenset(name for name, values in history.covariates.values.items() if _is_binary(values))


def _is_binary(values: Floats) -> bool:
    return bool(np.isin(values[~np.isnan(values)], (0.0, 1.0)).all())


def _announced(history: History, binary: frozenset[str]) -> list[str]:
    """Return the conditions that are known ahead."""
    return sorted((binary & history.covariates.known_ahead) - {IS_OPEN})


def _factor(history: History, timeline: Timeline, horizon: int, announced: list[str]) -> Floats:
    # A timeline may reach further than this history's horizon, as at the origins inside a longer one.
    return condition_factors(history, timeline.weekday[: history.values.shape[1] + horizon], announced)


def _labels(groups: Groups) -> dict[str, Indices]:
    coded = {name: np.unique(labels.astype(str), return_inverse=True) for name, labels in groups.items()}
    return {name: codes for name, (found, codes) in coded.items() if 1 < len(found) <= _MOST_LABELS}


def _pooled(values: Floats) -> Floats:
    count = (~np.isnan(values)).sum(axis=0)
    total = np.nansum(values, axis=0)
    pooled = np.full((1, values.shape[1]), np.nan)
    np.divide(total, count, out=pooled[0], where=count > 0)
    return pooled


def _uplift(values: Floats, weekday_mean: Floats, back: int) -> Floats:
    """Return all series' demand of each period over their weekday means `back` periods earlier, shape (periods,)."""
    uplift = np.full(values.shape[1], np.nan)
    if back >= values.shape[1]:
        return uplift
    now, before = values[:, back:], weekday_mean[:, :-back]
    both = ~np.isnan(now) & ~np.isnan(before)
    total = np.where(both, now, 0.0).sum(axis=0)
    base = np.where(both, before, 0.0).sum(axis=0)
    np.divide(total, base, out=uplift[back:], where=base > 0)
    return uplift
