"""What the forecasts are worth on the shelf: stock played week by week from the first cutoff to the end of the history.

What was learnt at the latest cutoff forecasts at every review; nothing that came after a review is known at it.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from orchestration.cli.evaluate.demand.cutoffs import Known, Settings, prepared
from orchestration.cli.evaluate.demand.dataset import Dataset
from orchestration.cli.evaluate.demand.opening import IS_OPEN
from recommender.demand.model import Forecast
from recommender.demand.recipe import Learned
from recommender.demand.rhythm import Rhythm
from recommender.demand.trial import HOLIDAYS, windows_of
from recommender.replenishment.inventory_effect import InventoryEffect, Setting, inventory_effect

# Orders are given each week and arrive a week later.
_WEEK = 7
# Levels are calibrated on protection periods that have ended, and these reviews are not counted.
_WARM_UP, _LEAST_COUNTED = 2, 2
_MOST_SERIES, _MOST_REVIEWS = 300, 40
# Every review forecasts all series; of more, that takes longer than all the rest.
_MOST_FORECAST = 3_000


@dataclass(frozen=True)
class Taught:
    """What was learnt at a cutoff, and the places among all series of those it was learnt from."""

    learned: Learned
    places: NDArray[np.int64]
    first: int

    @classmethod
    def at(cls, learned: Learned, known: Known) -> "Taught":
        """Keep what was learnt with what was known."""
        return cls(learned, known.places, known.raw.values.shape[1])


@dataclass(frozen=True)
class Shelf:
    """The rules' service on the shelf.

    Attributes:
        series: how many were played.
        reviews: at how many ends of a week each rule gave orders.
    """

    setting: Setting
    series: int
    reviews: int
    effects: Sequence[InventoryEffect]


def play(
    dataset: Dataset, settings: Settings, taught: Sequence[Taught], report: Callable[[str], None]
) -> Shelf | str:
    """Play the rules over what was asked for; where that cannot be, return why in a sentence."""
    step, periods = dataset.grid.step_days, dataset.grid.periods
    review = _WEEK // step
    setting = Setting(review, review, Rhythm.of(step).window, _WARM_UP)
    first = taught[0]
    reviews = np.arange(first.first - 1, periods, review)[:_MOST_REVIEWS]
    counted = (
        min(periods, reviews[-1] + 1 + setting.protection) - first.first - setting.protection
    ) // review
    if settings.horizon < setting.protection:
        return f"Stock is not played: its rules look {setting.protection} periods ahead, and {settings.horizon} are forecast."
    if counted < _WARM_UP + _LEAST_COUNTED:
        return "Stock is not played: after the first cutoff there are too few weeks to count."
    if len(first.places) > _MOST_FORECAST:
        return f"Stock is not played: that is done for up to {_MOST_FORECAST:,} series."
    series = first.places
    if len(series) > _MOST_SERIES:
        series = np.sort(np.random.default_rng(settings.seed).choice(series, _MOST_SERIES, replace=False))
    forecasts = []
    for number, place in enumerate(reviews, start=1):
        report(f"playing stock, review {number} of {len(reviews)}")
        teacher = max((one for one in taught if one.first <= place + 1), key=lambda one: one.first)
        forecasts.append(_forecast(dataset, settings, int(place), teacher, series))
    panel = dataset.panel
    demand = np.where(dataset.is_scored, panel.values, np.nan)[series]
    windows = windows_of(settings.calendar, panel.dates, big=settings.big)
    effects = inventory_effect(
        forecasts, demand, reviews, setting, is_open=_is_open(dataset, series), is_holiday=windows[HOLIDAYS]
    )
    return Shelf(setting, len(series), len(reviews), effects)


def _forecast(
    dataset: Dataset, settings: Settings, place: int, teacher: Taught, series: NDArray[np.int64]
) -> Forecast:
    origin: date = dataset.panel.dates[place].astype(object)
    # The series are those it was learnt from: the codes of groups are only the same among the same series.
    raw = dataset.panel.history(origin, settings.horizon).take(teacher.places)
    found = teacher.learned.forecast(prepared(raw, settings.calendar)[0]).forecast
    rows = np.searchsorted(teacher.places, series)
    return Forecast(found.dates, found.mean[rows], found.quantiles[rows])


def _is_open(dataset: Dataset, series: NDArray[np.int64]) -> NDArray[np.bool_] | None:
    """Return which periods were known to be open, if opening days are known ahead."""
    covariates = dataset.panel.covariates
    if IS_OPEN not in covariates.known_ahead:
        return None
    told = covariates.values[IS_OPEN][series, : dataset.grid.periods]
    return np.asarray(told != 0)
