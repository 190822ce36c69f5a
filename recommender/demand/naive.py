"""What needs no learning: the latest season again, and the mean of the latest same weekdays."""

from typing import Self

import numpy as np

from recommender.demand.context import Context
from recommender.demand.covariates import Floats
from recommender.demand.model import Member
from recommender.demand.rolling import at
from recommender.demand.targets import all_targets, target_table


class SeasonalNaive(Member):
    """Every period as in the latest season: last week's same day, or the same week of last year.

    Hyndman & Athanasopoulos, Forecasting: Principles and Practice (3rd ed.), section 5.2. What was not observed
    is taken at the mean of the latest same weekdays.
    """

    def fit(self, context: Context) -> Self:
        """Return the model: all it needs is in the history it forecasts from."""
        return self

    def medians(self, context: Context) -> dict[str, Floats]:
        """Return the latest season again."""
        series, origin, step = all_targets(context)
        rhythm = context.history.rhythm
        is_weekly = rhythm.week == 1 and context.values.shape[1] >= rhythm.year
        place = origin + step - rhythm.year if is_weekly else context.latest(origin, step)
        value = at(context.values, series, place)
        known = np.where(np.isnan(value), context.weekday_level(series, origin, step), value)
        return {"seasonal_naive": target_table(context.horizon, known)}


class WeekdayMeans(Member):
    """Every period as the mean of the latest four same weekdays, or of the latest eight weeks."""

    def fit(self, context: Context) -> Self:
        """Return the model: all it needs is in the history it forecasts from."""
        return self

    def medians(self, context: Context) -> dict[str, Floats]:
        """Return the means."""
        return {"weekday_means": target_table(context.horizon, context.weekday_level(*all_targets(context)))}
