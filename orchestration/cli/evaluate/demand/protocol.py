"""From each cutoff, forecasts that know only what was known then, judged by what came after."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from orchestration.cli.evaluate.demand.cutoffs import Known, Settings, known_at, places_of
from orchestration.cli.evaluate.demand.dataset import Dataset
from orchestration.cli.evaluate.demand.inventory import Shelf, Taught, play
from orchestration.cli.evaluate.demand.judging import Boards, Report, judge, sampled
from recommender.demand.model import Forecast
from recommender.demand.recipe import Recipe, learn

Write = Callable[[date, NDArray[np.object_], Forecast], None]


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


@dataclass(frozen=True)
class Outcome:
    """All that was measured, and what each cutoff's recipe told.

    Attributes:
        shelf: the service of stock by the forecasts, or why it was not played.
    """

    boards: Boards
    told: Sequence[Told]
    shelf: Shelf | str


def run(
    dataset: Dataset, settings: Settings, write: Write, report: Report, finished: Callable[[Told], None]
) -> Outcome:
    """Forecast from every cutoff, hand the recipe's forecasts to `write`, and judge all methods.

    `finished` is called with what each cutoff told.

    Raises:
        CutoffRefused: from a cutoff nothing can be forecast.
    """
    places = places_of(dataset, settings.cutoffs)
    boards = Boards.of(dataset)
    sample = sampled(dataset, places.values(), settings)
    all_told, taught = [], []
    for cutoff, place in places.items():
        began = time.monotonic()

        def tell(words: str, cutoff: date = cutoff) -> None:
            report(f"{cutoff}: {words}")

        known = known_at(dataset, place, settings)
        learned = learn(known.history, settings.calendar, settings.horizon, seed=settings.seed, report=tell)
        recipe = learned.forecast(known.history)
        taught.append(Taught.at(learned, known))
        write(cutoff, known.history.series_ids, recipe.forecast)
        tell("judging")
        failed = judge(known, recipe, boards, sample, settings, tell)
        told = _told(cutoff, known, recipe, failed, time.monotonic() - began)
        all_told.append(told)
        finished(told)
    return Outcome(boards, all_told, play(dataset, settings, taught, report))


def _told(cutoff: date, known: Known, recipe: Recipe, failed: int, seconds: float) -> Told:
    first: date = recipe.forecast.dates[0].astype(object)
    weights, validation = recipe.weights, recipe.validation
    return Told(
        cutoff,
        first,
        len(known.places),
        known.cut,
        failed,
        recipe.released,
        None if validation is None else dict(validation.wape),
        None if weights is None else dict(zip(weights.names, weights.pooled.tolist(), strict=True)),
        seconds,
    )
