"""The forecast under another plan: a promotion that is not yet announced, another price."""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from recommender.demand.covariates import Covariates, Floats
from recommender.demand.panel import History


class UnknownCovariate(ValueError):
    """The history has no such covariate that is known ahead, so nothing was learned of its effect."""


def with_plan(history: History, plan: Mapping[str, Floats]) -> History:
    """Return the history with other values of covariates that are known ahead, each (series, horizon) from the origin on.

    Where a plan is NaN the value stays as it was. A learned recipe applied to both histories tells the effect.

    Raises:
        UnknownCovariate: a covariate is not among those known ahead.
    """
    periods = history.values.shape[1]
    values = dict(history.covariates.values)
    for name, planned in plan.items():
        if name not in history.covariates.known_ahead:
            raise UnknownCovariate(
                f"'{name}' is not known ahead; known are {sorted(history.covariates.known_ahead)}"
            )
        width = max(values[name].shape[1], periods + planned.shape[1])
        wide = np.full((len(planned), width), np.nan)
        wide[:, : values[name].shape[1]] = values[name]
        ahead = wide[:, periods : periods + planned.shape[1]]
        wide[:, periods : periods + planned.shape[1]] = np.where(np.isnan(planned), ahead, planned)
        values[name] = wide
    return replace(history, covariates=Covariates(values, history.covariates.known_ahead))
