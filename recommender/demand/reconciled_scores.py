"""How good forecasts are once items, categories and the whole were made to add up, from the test origins of all levels."""

from collections.abc import Iterator, Sequence

import numpy as np

from recommender.demand.adding_up import adding_up
from recommender.demand.ahead import Ahead
from recommender.demand.evaluation import Outcome, summed_errors
from recommender.demand.metrics import Errors
from recommender.demand.model import Forecast

# The model that people see beside such scores.
RECONCILED = "reconciled"


def reconciled_errors(
    items: Sequence[Outcome], categories: Sequence[Outcome], whole: Sequence[Outcome]
) -> list[Errors | None]:
    """Return the error sums of each level's released forecasts, made to add up at each origin; None without an origin.

    The levels have the same origins, for they are placed by the days of trade, which levels share.
    """
    tests = list(zip(items, categories, whole, strict=True))
    added = [adding_up(*(test.ahead for test in origin)) for origin in tests]
    return [
        summed_errors(
            (_of_all(test, moved), test.actual, test.scale) for test, moved in _of_level(tests, added, place)
        )
        for place in range(3)
    ]


def _of_level(
    tests: Sequence[Sequence[Outcome]], added: Sequence[Sequence[Ahead]], place: int
) -> Iterator[tuple[Outcome, Ahead]]:
    return ((origin[place], moved[place]) for origin, moved in zip(tests, added, strict=True))


def _of_all(test: Outcome, moved: Ahead) -> Forecast:
    """Return the forecasts as rows of all series; where none was made nothing is judged."""
    ids = test.ahead.known.series_ids
    n_days = test.actual.shape[1]
    rows = np.searchsorted(ids.astype(str), moved.series_ids.astype(str))
    mean = np.zeros((len(ids), n_days))
    quantiles = np.zeros((*mean.shape, moved.forecast.quantiles.shape[-1]))
    mean[rows], quantiles[rows] = moved.forecast.mean[:, :n_days], moved.forecast.quantiles[:, :n_days]
    return Forecast(moved.forecast.dates[:n_days], mean, quantiles)
