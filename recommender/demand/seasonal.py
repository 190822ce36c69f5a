"""Seasons taken out, what is left smoothed, and both put together again."""

from typing import Self

import numpy as np

from recommender.demand.context import Context
from recommender.demand.covariates import Floats
from recommender.demand.decomposition import season_filters
from recommender.demand.model import Member
from recommender.demand.rhythm import Rhythm
from recommender.demand.smoothing import smoothed_forecast

# What is smoothed: half a year of days; a level older than that is forgotten at any weight of the grid.
_RECENT_DAYS = 200


class Decomposition(Member):
    """MSTL without robustness weights, and a damped exponential smoothing of trend and remainder.

    Seasons are the week and, from two years on, the year; of weekly values the year as soon as one has passed.
    """

    def fit(self, context: Context) -> Self:
        """Return the model: seasons are taken from the history it forecasts from."""
        return self

    def medians(self, context: Context) -> dict[str, Floats]:
        """Return the latest cycle of each season on the smoothed remainder."""
        values = filled(context)
        periods = values.shape[1]
        seasons = seasons_of(context.history.rhythm, periods)
        remainder, ahead = values, np.zeros((len(values), context.horizon))
        for season, matrix in zip(seasons, season_filters(periods, seasons), strict=True):
            component = values @ matrix.T
            remainder = remainder - component
            place = periods - season + np.arange(context.horizon) % season
            ahead += component[:, place]
        lead = 14 if context.history.rhythm.week > 1 else 4
        smoothed = smoothed_forecast(remainder[:, -_RECENT_DAYS:], context.horizon, lead=lead)
        return {"decomposition": np.maximum(smoothed + ahead, 0.0)}


def seasons_of(rhythm: Rhythm, periods: int) -> tuple[int, ...]:
    """Return the seasons, in periods, that so long a history tells of."""
    if rhythm.week == 1:
        return (rhythm.year,) if periods > rhythm.year + rhythm.window else ()
    if periods >= 2 * rhythm.year:
        return (rhythm.week, rhythm.year)
    return (rhythm.week,) if periods >= 3 * rhythm.week else ()


def filled(context: Context) -> Floats:
    """Return the demand with what was not observed taken at the series' latest same weekdays, else at its mean."""
    values, week = context.values, context.history.rhythm.week
    is_known = ~np.isnan(values)
    if is_known.all():
        return values
    before = np.full_like(values, np.nan)
    before[:, week:] = context.weekday_mean[:, :-week]
    known = np.where(is_known, values, before)
    count = is_known.sum(axis=1)
    mean = np.where(is_known, values, 0.0).sum(axis=1) / np.maximum(count, 1)
    return np.where(np.isnan(known), mean[:, None], known)
