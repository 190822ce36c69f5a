"""Level and weekdays followed slowly: additive Holt-Winters smoothing of the fifth root, many series at once."""

from collections import deque
from typing import Self

import numpy as np
from numpy.typing import NDArray

from recommender.demand.context import Context
from recommender.demand.covariates import Floats
from recommender.demand.model import Member
from recommender.demand.shares import shares_by_error

# Slow weights: a level that a month ahead is to be told by forgets half of itself in one to ten weeks.
_LEVEL_WEIGHTS = np.array([0.01, 0.02, 0.04, 0.08, 0.16])
# Each weekday's own part forgets half of itself in a quarter; four weeks, as in plain means, tell it badly.
_SEASON_WEIGHT = 0.05
# Close to the logarithm, so that weekdays multiply and bursts weigh little, and nothing at all has a root.
_POWER = 0.2
_RECENT_PERIODS = 400
# How far ahead forecasts are compared, how slowly the comparison forgets, and how much worse a weight must do to
# count for 1/e.
_LEAD = 7
_MEMORY = 0.995
_TOLERANCE = 0.02
_START_WEEKS = 4


class SeasonalSmoothing(Member):
    """Additive Holt-Winters smoothing (Winters, Management Science 1960) of the values' fifth root, without trend.

    Several weights of the level run side by side and are mixed by how well they told the value a week ahead. Values
    that were not observed change nothing.
    """

    def fit(self, context: Context) -> Self:
        """Return the model: states are taken from the history it forecasts from."""
        return self

    def medians(self, context: Context) -> dict[str, Floats]:
        """Return level and weekday of the periods ahead; nothing where periods are weeks or too few."""
        week = context.history.rhythm.week
        if week == 1 or context.values.shape[1] < 2 * _START_WEEKS * week:
            return {}
        return {"seasonal_smoothing": smoothed_weekdays(context.values, week, context.horizon)}


def smoothed_weekdays(values: Floats, week: int, horizon: int) -> Floats:
    """Forecast values (series, periods), NaN where unknown, for (series, horizon) by level and place in the week."""
    recent = values[:, -_RECENT_PERIODS:]
    is_known = ~np.isnan(recent)
    roots = np.where(is_known, np.maximum(recent, 0.0), 0.0) ** _POWER
    level, season = _start(roots, is_known, week)
    level = np.repeat(level[:, None], len(_LEVEL_WEIGHTS), axis=1)
    season = np.repeat(season[:, :, None], len(_LEVEL_WEIGHTS), axis=2)
    error = np.zeros(level.shape)
    earlier: deque[Floats] = deque(maxlen=_LEAD)
    periods = roots.shape[1]
    for period in range(periods):
        known, own = is_known[:, [period]], season[:, period % week]
        left = roots[:, [period]] - own
        if len(earlier) == _LEAD:
            missed = np.abs(left - earlier[0])
            error = _MEMORY * error + np.where(known, missed, 0.0)
        surprise = np.where(known, left - level, 0.0)
        level = level + _LEVEL_WEIGHTS * surprise
        season[:, period % week] = own + _SEASON_WEIGHT * (1.0 - _LEVEL_WEIGHTS) * surprise
        earlier.append(level)
    places = (periods + np.arange(horizon)) % week
    ahead = np.maximum(level[:, None, :] + season[:, places], 0.0) ** (1.0 / _POWER)
    return np.asarray(np.einsum("shw,sw->sh", ahead, shares_by_error(error, _TOLERANCE)))


def _start(roots: Floats, is_known: NDArray[np.bool_], week: int) -> tuple[Floats, Floats]:
    """Return the mean root (series,) of each series' first four weeks, and how each place differs (series, week)."""
    first = is_known.argmax(axis=1)
    place = np.arange(roots.shape[1])
    own = is_known & (place >= first[:, None]) & (place < first[:, None] + _START_WEEKS * week)
    level = np.where(own, roots, 0.0).sum(axis=1) / np.maximum(own.sum(axis=1), 1)
    season = np.zeros((len(roots), week))
    for day in range(week):
        of_day = own[:, day::week]
        count = of_day.sum(axis=1)
        mean = np.where(of_day, roots[:, day::week], 0.0).sum(axis=1) / np.maximum(count, 1)
        season[:, day] = np.where(count > 0, mean - level, 0.0)
    return level, season
