"""Last year's demand at the same distance to the same occasion, at this year's level."""

from typing import Self

import numpy as np

from recommender.demand.context import Bools, Context
from recommender.demand.covariates import Floats
from recommender.demand.model import Member
from recommender.demand.rolling import Indices
from recommender.demand.targets import all_targets, target_table

# Pseudo-units, in multiples of the recent level, by which a series' own uplift is drawn to all series'.
_PRIOR = 0.5
# A level that doubled or halved in a year is another business: its change is not carried on.
_LEAST_DRIFT, _MOST_DRIFT = 0.5, 2.0


def aligned_base(context: Context, series: Indices, origin: Indices, step: Indices) -> tuple[Floats, Bools]:
    """Return the aligned demand of the year before times the drift of the level, and where that is known, (rows,).

    Elsewhere it is the mean of the latest same weekdays.
    """
    now = context.weekday_level(series, origin, step)
    aligned = context.aligned(series, origin, step, 1)
    prior = _PRIOR * aligned.before
    drawn = (aligned.value + prior * aligned.pooled_uplift) / (1.0 + _PRIOR)
    drift = np.clip(now / np.where(aligned.before > 0, aligned.before, np.nan), _LEAST_DRIFT, _MOST_DRIFT)
    base = drawn * drift
    is_known = ~np.isnan(base)
    return np.where(is_known, base, now), is_known


class AlignedBase(Member):
    """The aligned base of every series and step; nothing is fitted."""

    def fit(self, context: Context) -> Self:
        """Return the model: all it needs is in the history it forecasts from."""
        return self

    def medians(self, context: Context) -> dict[str, Floats]:
        """Return the aligned base of all periods ahead."""
        base, _ = aligned_base(context, *all_targets(context))
        return {"aligned_base": target_table(context.horizon, base)}
