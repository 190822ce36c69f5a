"""The rows (series, origin, step) a forecast is made of, and the table they are arranged in."""

import numpy as np

from recommender.demand.context import Context
from recommender.demand.covariates import Floats
from recommender.demand.rolling import Indices


def all_targets(context: Context) -> tuple[Indices, Indices, Indices]:
    """Return the rows of every series and step after the context's origin, series by series."""
    series, step = np.indices((len(context.values), context.horizon)).reshape(2, -1)
    return series, np.full_like(series, context.values.shape[1] - 1), step + 1


def target_table(horizon: int, values: Floats) -> Floats:
    """Arrange the values of those rows as (series, horizon)."""
    return values.reshape(-1, horizon)
