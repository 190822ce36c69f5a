"""From each cutoff, forecasts that know only what was known then, judged by what came after."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from orchestration.cli.evaluate.columns import Floats
from orchestration.cli.evaluate.demand.dataset import Dataset
from orchestration.cli.evaluate.demand.plain import seasonal_naive, weekday_means
from orchestration.cli.evaluate.demand.rivals import forecast_rivals
from orchestration.refusal import Refusal
from recommender.demand.calendar.calendar import Calendar
from recommender.demand.extremes import without_extremes
from recommender.demand.metrics import Scales
from recommender.demand.model import Forecast
from recommender.demand.panel import History
from recommender.demand.recipe import Recipe, forecast_demand
from recommender.demand.trial import ALL, HOLIDAYS, Board, summed, windows_of

RECIPE = "recipe"
TOTAL = "total"
# So many periods must be known before a cutoff.
_LEAST_PERIODS = {1: 28, 7: 8}
_PERIOD_NAMES = {1: "days", 7: "weeks"}
# Beyond so many groups, or with a group for every other series, sums tell nothing that series do not.
_MOST_GROUPS = 200


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
class Told:
    """What one cutoff's recipe told of itself."""

    cutoff: date
    first: date
    series: int
    extremes_cut: int
    failed_fits: int
    released: str
    validation: dict[str, float] | None
    weights: dict[str, float] | None
    seconds: float


@dataclass
class Outcome:
    """All that was measured.

    Attributes:
        series: errors by series.
        members: errors of the recipe's members by series, on all days and near holidays.
        levels: errors by group of each level, of sums.
    """

    series: Board
    members: Board
    levels: dict[str, Board]
    told: list[Told] = field(default_factory=list)


Write = Callable[[date, NDArray[np.object_], Forecast], None]
Report = Callable[[str], None]


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


def run(dataset: Dataset, settings: Settings, write: Write, report: Report) -> Outcome:
    """Forecast from every cutoff, hand the recipe's forecasts to `write`, and judge all methods.

    Raises:
        CutoffRefused: from a cutoff nothing can be forecast.
    """
    panel = dataset.panel
    places = places_of(dataset, settings.cutoffs)
    n_series = len(panel.series_ids)
    levels = _levels(dataset)
    outcome = Outcome(
        Board(n_series), Board(n_series), {name: Board(len(labels)) for name, (_, labels) in levels.items()}
    )
    sample = _sample(dataset, places.values(), settings)
    for cutoff, place in places.items():
        began = time.monotonic()
        origin: date = panel.dates[place - 1].astype(object)
        whole = panel.history(origin, settings.horizon)
        seen = np.flatnonzero(~np.isnan(whole.values).all(axis=1))
        raw = whole.take(seen)
        history, cut = without_extremes(raw, settings.calendar)
        actual = _actual(dataset, place, settings.horizon)[seen]
        dates = raw.dates_ahead(settings.horizon)
        windows = windows_of(settings.calendar, dates, step_days=raw.step_days, big=settings.big)
        windows |= _occurrences(settings, windows, dates, raw.step_days)

        def tell(words: str, cutoff: date = cutoff) -> None:
            report(f"{cutoff}: {words}")

        recipe = forecast_demand(
            history, settings.calendar, settings.horizon, seed=settings.seed, report=tell
        )
        write(cutoff, raw.series_ids, recipe.forecast)
        tell("judging")
        scales = Scales.of(raw)
        plain = {
            "seasonal_naive": seasonal_naive(history, settings.horizon),
            "weekday_means": weekday_means(history, settings.horizon),
        }
        methods = {RECIPE: recipe.forecast, **plain}
        for name, forecast in methods.items():
            outcome.series.add(name, forecast, actual, scales, windows, seen)
            for level, board in outcome.levels.items():
                members, labels = levels[level]
                past, point, demand = summed(raw, forecast, actual, members[seen], len(labels))
                chosen = {window: windows[window] for window in (ALL, HOLIDAYS)}
                board.add(name, point, demand, Scales.of(past), chosen, np.arange(len(labels)))
        for name, forecast in recipe.members.items():
            outcome.members.add(
                name, forecast, actual, scales, {key: windows[key] for key in (ALL, HOLIDAYS)}, seen
            )
        failed = _judge_rivals(
            history,
            actual,
            scales,
            windows,
            seen,
            sample,
            settings,
            plain["weekday_means"],
            outcome.series,
            tell,
        )
        outcome.told.append(
            _told(cutoff, dates[0].astype(object), len(seen), cut, failed, recipe, time.monotonic() - began)
        )
    return outcome


def _judge_rivals(
    history: History, actual: Floats, scales: Scales, windows: dict[str, NDArray[np.bool_]], seen: NDArray[np.int64],
    sample: NDArray[np.bool_], settings: Settings, plain: Forecast, board: Board, tell: Report,
) -> int:  # fmt: skip
    chosen = np.flatnonzero(sample[seen])
    if not len(chosen) or np.isnan(actual[chosen]).all():
        return 0
    part = Forecast(plain.dates, plain.mean[chosen], plain.quantiles[chosen])
    done = 0

    def advance() -> None:
        nonlocal done
        done += 1
        if done % 5 == 0 or done == len(chosen):
            tell(f"AutoETS and MSTL, series {done} of {len(chosen)}")

    forecasts, failed = forecast_rivals(history.take(chosen), settings.horizon, part, advance)
    own = Scales(scales.seasonal[chosen], scales.squared[chosen])
    for name, forecast in forecasts.items():
        board.add(name, forecast, actual[chosen], own, windows, seen[chosen])
    return failed


def _actual(dataset: Dataset, place: int, horizon: int) -> Floats:
    """Return what is judged by, (series, horizon): NaN where nothing was observed or the history has ended."""
    window = slice(place, place + horizon)
    known = np.where(dataset.is_scored[:, window], dataset.panel.values[:, window], np.nan)
    found = np.full((len(known), horizon), np.nan)
    found[:, : known.shape[1]] = known
    return found


def _sample(dataset: Dataset, places: Sequence[int] | object, settings: Settings) -> NDArray[np.bool_]:
    """Choose by chance the series that the statistical methods are fitted to, of those that are judged at all."""
    chosen = np.zeros(len(dataset.panel.series_ids), dtype=bool)
    for place in places:  # type: ignore[attr-defined]
        chosen |= ~np.isnan(_actual(dataset, place, settings.horizon)).all(axis=1)
    candidates = np.flatnonzero(chosen)
    if len(candidates) > settings.rival_series:
        kept = np.random.default_rng(settings.seed).choice(candidates, settings.rival_series, replace=False)
        chosen[:] = False
        chosen[kept] = True
    return chosen


def _levels(dataset: Dataset) -> dict[str, tuple[NDArray[np.int64], list[str]]]:
    """Return by level the group of each series and the groups' labels: each group column, and all series together."""
    n_series = len(dataset.panel.series_ids)
    found: dict[str, tuple[NDArray[np.int64], list[str]]] = {}
    for name, labels in dataset.panel.groups.items():
        codes, names = pd.factorize(labels, sort=True)
        if 1 < len(names) <= min(_MOST_GROUPS, n_series // 2):
            found[name] = (codes.astype(np.int64), [str(label) for label in names])
    found[TOTAL] = (np.zeros(n_series, dtype=np.int64), [TOTAL])
    return found


def _occurrences(
    settings: Settings, windows: dict[str, NDArray[np.bool_]], dates: NDArray[np.datetime64], step_days: int
) -> dict[str, NDArray[np.bool_]]:
    """Return a window for each single occurrence of a big occasion, so that each past holiday's accuracy is kept."""
    found = {}
    for occasion in settings.calendar.occasions():
        is_big = occasion.id in settings.big if settings.big is not None else occasion.is_big
        if is_big and occasion.id in windows:
            for day in occasion.days:
                near = windows[occasion.id] & (np.abs((dates - day).astype(np.int64)) < 7 + step_days)
                if near.any():
                    found[f"{occasion.id} {day}"] = near
    return found


def _told(
    cutoff: date, first: date, series: int, cut: int, failed: int, recipe: Recipe, seconds: float
) -> Told:
    return Told(
        cutoff, first, series, cut, failed, recipe.released,
        None if recipe.validation is None else dict(recipe.validation.wape),
        None if recipe.weights is None else dict(zip(recipe.weights.names, recipe.weights.pooled.tolist(), strict=True)),
        seconds,
    )  # fmt: skip
