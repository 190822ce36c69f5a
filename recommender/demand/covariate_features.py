"""What covariates tell of a target period: their value there, around it, and what demand was like under them."""

from collections.abc import Iterator

import numpy as np

from recommender.demand.context import Context
from recommender.demand.covariates import Floats
from recommender.demand.rolling import Indices, Rolling, at

# A quarter: same weekdays under the same conditions, such as a promotion, are looked for so far back.
_MATCH_WEEKS = 12


def covariate_columns(
    context: Context, series: Indices, origin: Indices, step: Indices, level: Floats
) -> dict[str, Floats]:
    """Return the columns of all covariates, and the series' mean demand on like days over its level."""
    columns: dict[str, Floats] = {}
    for name, values in _known_ahead(context):
        around = _around_binary if name in context.binary else _around_number
        sums = context.covariate_sums[name]
        columns |= {
            f"{name}_{key}": column for key, column in around(context, values, sums, series, origin, step)
        }
    for name in context.history.covariates:
        if name not in context.history.covariates.known_ahead:
            columns |= {f"{name}_{key}": value for key, value in _at_origin(context, name, series, origin)}
    mean, count = matched_mean(context, series, origin, step)
    columns["like_day_mean"] = mean / level
    columns["like_day_count"] = count
    return columns


def matched_mean(context: Context, series: Indices, origin: Indices, step: Indices) -> tuple[Floats, Floats]:
    """Return the mean demand and number of the last quarter's same weekdays under the target's conditions.

    Conditions are whether the day is off, and every yes-or-no covariate that is known ahead.
    """
    conditions = [values for name, values in _known_ahead(context) if name in context.binary]
    is_off = context.timeline.is_off >= 0.5
    latest, week = context.latest(origin, step), context.history.rhythm.week
    wanted = [at(values, series, origin + step) for values in conditions]
    total, count = np.zeros((2, len(series)))
    for back in range(_MATCH_WEEKS):
        day = latest - back * week
        value = at(context.values, series, day)
        is_like = ~np.isnan(value)
        if week > 1:
            is_like &= is_off[np.maximum(day, 0)] == is_off[origin + step]
        for values, want in zip(conditions, wanted, strict=True):
            is_like &= at(values, series, day) == want
        total += np.where(is_like, value, 0.0)
        count += is_like
    return np.divide(total, count, out=np.full(len(series), np.nan), where=count > 0), count


def _known_ahead(context: Context) -> Iterator[tuple[str, Floats]]:
    covariates = context.history.covariates
    return ((name, covariates.values[name]) for name in covariates if name in covariates.known_ahead)


def _around_binary(
    context: Context, values: Floats, sums: Rolling, series: Indices, origin: Indices, step: Indices
) -> Iterator[tuple[str, Floats]]:
    target, end = origin + step, origin + context.horizon
    yield "at", at(values, series, target)
    yield "before", at(values, series, target - 1)
    # At the end of the horizon the next day is not known, in training as in use.
    yield "after", np.where(target < end, at(values, series, target + 1), np.nan)
    yield "week_before", sums.mean(series, target - 1, 7)
    ahead = np.minimum(target + 7, end)
    yield "week_after", np.where(target < end, _mean_until(sums, series, target, ahead), np.nan)
    yield "recent_share", sums.mean(series, origin, context.history.rhythm.window)


def _mean_until(sums: Rolling, series: Indices, after: Indices, last: Indices) -> Floats:
    width = sums.count.shape[1] - 1
    end, start = np.minimum(last + 1, width), np.minimum(after + 1, width)
    count = sums.count[series, end] - sums.count[series, start]
    total = sums.total[series, end] - sums.total[series, start]
    mean = np.full(len(series), np.nan)
    np.divide(total, count, out=mean, where=count > 0)
    return mean


def _around_number(
    context: Context, values: Floats, sums: Rolling, series: Indices, origin: Indices, step: Indices
) -> Iterator[tuple[str, Floats]]:
    usual = sums.mean(series, origin, context.history.rhythm.window)
    now = at(values, series, origin + step)
    yield "at", now
    yield "over_recent", now / np.where(usual == 0, np.nan, usual)


def _at_origin(context: Context, name: str, series: Indices, origin: Indices) -> Iterator[tuple[str, Floats]]:
    window, sums = context.history.rhythm.window, context.covariate_sums[name]
    usual = sums.mean(series, origin, window)
    yield "recent", usual
    yield "last", at(context.history.covariates.values[name], series, origin)
    yield "quarter_over_recent", sums.mean(series, origin, window // 4) / np.where(usual == 0, np.nan, usual)
