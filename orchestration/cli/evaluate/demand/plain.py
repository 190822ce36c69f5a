"""The plain methods every forecast is measured against: the season before again, and the mean of recent weekdays.

They are computed here apart from the recipe, whose own members of these names are calibrated with it.
"""

import warnings

import numpy as np

from orchestration.cli.evaluate.columns import Floats
from recommender.demand.model import QUANTILES, Forecast
from recommender.demand.panel import History

_WEEKS = 4
# Residuals of a quarter of days, or a year of weeks, tell the spread.
_RESIDUAL_PERIODS = {1: 84, 7: 52}


def seasonal_naive(history: History, horizon: int) -> Forecast:
    """Repeat the week before, or of weekly values the year before; what was not observed is the weekday's mean.

    Intervals: the quantiles of the differences between seasons, growing with the root of the seasons ahead (Hyndman &
    Athanasopoulos, Forecasting: Principles and Practice, 3rd ed., section 5.5).
    """
    values, rhythm = history.values, history.rhythm
    season = rhythm.week if rhythm.week > 1 else rhythm.year
    if values.shape[1] <= season:
        return weekday_means(history, horizon)
    ahead = 1 + np.arange(horizon) // season
    point = values[:, values.shape[1] + np.arange(horizon) - season * ahead]
    point = np.where(np.isnan(point), _weekday_level(history, horizon), point)
    return _spread(history, point, values[:, season:] - values[:, :-season], np.sqrt(ahead))


def weekday_means(history: History, horizon: int) -> Forecast:
    """Repeat the means of the last four same weekdays, or of the last eight weeks.

    Intervals: the quantiles of how far days were from the mean of the four before.
    """
    values, rhythm = history.values, history.rhythm
    back = rhythm.week if rhythm.week > 1 else 1
    n_lags = _WEEKS if rhythm.week > 1 else rhythm.window
    periods = values.shape[1]
    first = back * n_lags
    residuals = np.full((len(values), 1), np.nan)
    if periods > first:
        lags = np.stack(
            [values[:, first - back * lag : periods - back * lag] for lag in range(1, n_lags + 1)]
        )
        residuals = values[:, first:] - _nan_mean(lags, axis=0)
    return _spread(history, _weekday_level(history, horizon), residuals, np.ones(horizon))


def _weekday_level(history: History, horizon: int) -> Floats:
    recent = history.values[:, -history.rhythm.window :]
    level = np.nan_to_num(_nan_mean(recent, axis=1))
    week = history.rhythm.week
    whole = recent.shape[1] // week * week
    if week == 1 or not whole:
        return np.repeat(level[:, None], horizon, axis=1)
    by_day = _nan_mean(recent[:, -whole:].reshape(len(recent), -1, week), axis=1)
    by_day = np.where(np.isnan(by_day), level[:, None], by_day)
    return by_day[:, np.arange(horizon) % week]


def _spread(history: History, point: Floats, residuals: Floats, growth: Floats) -> Forecast:
    recent = residuals[:, -_RESIDUAL_PERIODS[history.step_days] :]
    spread = np.zeros((len(point), len(QUANTILES)))
    is_known = ~np.isnan(recent).all(axis=1)
    if is_known.any():
        spread[is_known] = np.nanquantile(recent[is_known], QUANTILES, axis=1).T
    quantiles = point[:, :, None] + spread[:, None, :] * growth[None, :, None]
    # The point is the median: the residuals' own median is drift and noise.
    middle = QUANTILES.index(0.5)
    quantiles[:, :, :middle] = np.minimum(quantiles[:, :, :middle], point[:, :, None])
    quantiles[:, :, middle] = point
    quantiles[:, :, middle:] = np.maximum.accumulate(quantiles[:, :, middle:], axis=-1)
    dates = history.dates_ahead(point.shape[1])
    return Forecast(dates, np.maximum(point, 0.0), np.maximum(quantiles, 0.0))


def _nan_mean(values: Floats, axis: int) -> Floats:
    with warnings.catch_warnings():
        # What was never observed has no mean, and that is what NaN says.
        warnings.simplefilter("ignore", RuntimeWarning)
        mean: Floats = np.nanmean(values, axis=axis)
    return mean
