"""All methods' errors after one cutoff: the recipe's and its members', the plain methods', and the statistical ones'."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from orchestration.cli.evaluate.demand.cutoffs import Known, Settings, actual_after, scales_of
from orchestration.cli.evaluate.demand.dataset import Dataset
from orchestration.cli.evaluate.demand.plain import seasonal_naive, weekday_means
from orchestration.cli.evaluate.demand.rivals import forecast_rivals
from recommender.demand.levels import Levels, levels_of, summed_demand, summed_forecast, summed_history
from recommender.demand.metrics import Scales
from recommender.demand.model import Forecast
from recommender.demand.recipe import Recipe
from recommender.demand.trial import ALL, HOLIDAYS, Attempt, Board

RECIPE = "recipe"

Report = Callable[[str], None]


@dataclass(frozen=True)
class Boards:
    """All errors that were measured.

    Attributes:
        series: errors by series.
        members: errors of the recipe's members by series, on all days and near holidays.
        levels: errors by group of each level, of sums.
        groups: whose each series is at each level.
    """

    series: Board
    members: Board
    levels: dict[str, Board]
    groups: Levels

    @classmethod
    def of(cls, dataset: Dataset) -> "Boards":
        """Return empty boards for the series and groups of a dataset."""
        n_series = len(dataset.panel.series_ids)
        groups = levels_of(dataset.panel.groups, n_series)
        levels = {name: Board(len(labels), RECIPE) for name, (_, labels) in groups.items()}
        return cls(Board(n_series, RECIPE), Board(n_series, RECIPE), levels, groups)


def judge(
    known: Known, recipe: Recipe, boards: Boards, sample: NDArray[np.bool_], settings: Settings,
    tell: Report,
) -> int:  # fmt: skip
    """Add all methods' errors to the boards; return how many fits failed."""
    plain = {
        "seasonal_naive": seasonal_naive(known.history, settings.horizon),
        "weekday_means": weekday_means(known.history, settings.horizon),
    }
    whole = {
        name: Attempt(forecast, known.places) for name, forecast in {RECIPE: recipe.forecast, **plain}.items()
    }
    rivals, failed = _rivals(known, sample, settings, plain["weekday_means"], tell)
    scales = scales_of(known)
    boards.series.add({**whole, **rivals}, known.actual, scales, known.windows)
    chief = {window: known.windows[window] for window in (ALL, HOLIDAYS)}
    members = {name: Attempt(forecast, known.places) for name, forecast in recipe.members.items()}
    boards.members.add({RECIPE: whole[RECIPE], **members}, known.actual, scales, chief)
    for level, board in boards.levels.items():
        groups, labels = boards.groups[level]
        own = groups[known.places]
        demand = summed_demand(known.actual[known.places], own, len(labels))
        attempts = {
            name: Attempt(
                summed_forecast(attempt.forecast, known.actual[known.places], own, len(labels)), np.arange(len(labels))
            )
            for name, attempt in whole.items()
        }  # fmt: skip
        board.add(attempts, demand, Scales.of(summed_history(known.raw, own, len(labels))), chief)
    return failed


def _rivals(
    known: Known, sample: NDArray[np.bool_], settings: Settings, plain: Forecast, tell: Report
) -> tuple[dict[str, Attempt], int]:
    chosen = np.flatnonzero(sample[known.places])
    places = known.places[chosen]
    if not len(chosen) or np.isnan(known.actual[places]).all():
        return {}, 0
    part = Forecast(plain.dates, plain.mean[chosen], plain.quantiles[chosen])

    def advance(done: int) -> None:
        tell(f"AutoETS and MSTL, series {done} of {len(chosen)}")

    forecasts, failed = forecast_rivals(known.history.take(chosen), settings.horizon, part, advance)
    return {name: Attempt(forecast, places) for name, forecast in forecasts.items()}, failed


def sampled(dataset: Dataset, places: Iterable[int], settings: Settings) -> NDArray[np.bool_]:
    """Choose by chance the series that the statistical methods are fitted to, of those that are judged at all."""
    chosen = np.zeros(len(dataset.panel.series_ids), dtype=bool)
    for place in places:
        chosen |= ~np.isnan(actual_after(dataset, place, settings.horizon)).all(axis=1)
    candidates = np.flatnonzero(chosen)
    if len(candidates) > settings.rival_series:
        kept = np.random.default_rng(settings.seed).choice(candidates, settings.rival_series, replace=False)
        chosen[:] = False
        chosen[kept] = True
    return chosen
