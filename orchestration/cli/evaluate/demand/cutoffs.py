"""From which days forecasts are made, what was known then, and what came after."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

import numpy as np
from numpy.typing import NDArray

from orchestration.cli.evaluate.columns import Floats
from orchestration.cli.evaluate.demand.dataset import Dataset
from orchestration.refusal import Refusal
from recommender.demand.calendar.calendar import Calendar
from recommender.demand.censoring import demand_without_stock_outs
from recommender.demand.extremes import without_extremes
from recommender.demand.metrics import Scales
from recommender.demand.panel import History
from recommender.demand.trial import windows_of

# So many periods must be known before a cutoff.
_LEAST_PERIODS = {1: 28, 7: 8}
# What tells that stock ran out, also for a part of the day.
IN_STOCK = "in_stock"
_PERIOD_NAMES = {1: "days", 7: "weeks"}


class CutoffRefused(Refusal):
    """From a cutoff nothing can be forecast."""


@dataclass(frozen=True)
class Settings:
    """What was asked for; `rival_series` is how many series the statistical methods are fitted to."""

    calendar: Calendar
    cutoffs: Sequence[date]
    horizon: int
    seed: int
    rival_series: int
    big: Sequence[str] | None = None


@dataclass(frozen=True)
class Known:
    """One cutoff: what was known, and what came.

    Attributes:
        raw: the history as it was.
        history: for learning, with what was likely asked for on days without stock, and extremes cut.
        places: of its series among all.
        actual: (all series, horizon).
    """

    raw: History
    history: History
    places: NDArray[np.int64]
    actual: Floats
    cut: int
    windows: dict[str, NDArray[np.bool_]]


def places_of(dataset: Dataset, cutoffs: Sequence[date]) -> dict[date, int]:
    """Return the first period to forecast from each cutoff: the cutoff's own, or the next that begins after it.

    Raises:
        CutoffRefused: too little is known before a cutoff, or it lies after the end of the history.
    """
    grid, dates = dataset.grid, dataset.panel.dates
    least, name = _LEAST_PERIODS[grid.step_days], _PERIOD_NAMES[grid.step_days]
    found = {}
    for cutoff in sorted(set(cutoffs)):
        place = grid.first_at_or_after(np.datetime64(cutoff))
        span = f"{dataset.file} goes from {dates[0]} to {dates[-1]}"
        if place < least:
            raise CutoffRefused(
                f"only {place} {name} are known before the cutoff {cutoff}, and {least} are needed: {span}"
            )
        if place > grid.periods:
            raise CutoffRefused(
                f"the cutoff {cutoff} lies after the first {name[:-1]} that is not known: {span}"
            )
        found[cutoff] = place
    return found


def known_at(dataset: Dataset, place: int, settings: Settings) -> Known:
    """Return what was known before a period, and what came from it on.

    Raises:
        CutoffRefused: no series was observed before it.
    """
    origin: date = dataset.panel.dates[place - 1].astype(object)
    whole = dataset.panel.history(origin, settings.horizon)
    seen = np.flatnonzero(~np.isnan(whole.values).all(axis=1))
    if not len(seen):
        raise CutoffRefused(f"no series of {dataset.file} has a quantity up to {origin}")
    raw = whole.take(seen)
    history, cut = prepared(raw, settings.calendar)
    dates = raw.dates_ahead(settings.horizon)
    windows = windows_of(settings.calendar, dates, big=settings.big)
    actual = np.full((len(dataset.panel.series_ids), settings.horizon), np.nan)
    actual[seen] = actual_after(dataset, place, settings.horizon)[seen]
    return Known(raw, history, seen, actual, cut, windows)


def prepared(history: History, calendar: Calendar) -> tuple[History, int]:
    """Return a history to learn from, and how many extremes were cut in it.

    Sales of days when stock ran out are raised to what was likely asked for.
    """
    if IN_STOCK in history.covariates.values:
        is_out = history.covariates.values[IN_STOCK][:, : history.values.shape[1]] < 1
        values = demand_without_stock_outs(history.values, is_out, history.dates)
        values.flags.writeable = False
        history = replace(history, values=values)
    return without_extremes(history, calendar)


def actual_after(dataset: Dataset, place: int, horizon: int) -> Floats:
    """Return what is judged by, (series, horizon): NaN where nothing was observed or the history has ended."""
    window = slice(place, place + horizon)
    known = np.where(dataset.is_scored[:, window], dataset.panel.values[:, window], np.nan)
    found = np.full((len(known), horizon), np.nan)
    found[:, : known.shape[1]] = known
    return found


def scales_of(known: Known) -> Scales:
    """Return how hard each of all series is to forecast; NaN for those that were not known."""
    own = Scales.of(known.raw)
    seasonal, squared = np.full((2, len(known.actual)), np.nan)
    seasonal[known.places], squared[known.places] = own.seasonal, own.squared
    return Scales(seasonal, squared)
