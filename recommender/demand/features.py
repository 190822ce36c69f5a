"""What the boosted models see of one (series, origin, step): only what was known at the origin.

All quantities are divided by the series' recent level, so that one pooled model serves series of any
size, after Montero-Manso & Hyndman, "Principles and algorithms for forecasting groups of time series"
(International Journal of Forecasting 2021). Unknown is NaN, which the models take as it is.
"""

import numpy as np

from recommender.demand.context import Context
from recommender.demand.covariate_features import covariate_columns
from recommender.demand.covariates import Floats
from recommender.demand.rolling import Indices, at

CATEGORIES = frozenset({"closest", "coming", "passed"})
GROUP_PREFIX = "group_"

# Pseudo-units, in multiples of variance over mean, by which a series' own uplift is drawn to all series'.
_UPLIFT_PRIOR = 2.0


def features(context: Context, series: Indices, origin: Indices, step: Indices) -> dict[str, Floats]:
    """Return the features of each row by name, each of shape (rows,).

    `series` and `origin` index the history's values, `step` ≥ 1 counts periods after the origin.
    """
    level = context.level(series, origin)
    columns = _level_columns(context, series, origin, step, level)
    columns |= _weekday_columns(context, series, origin, step, level)
    columns |= _calendar_columns(context, origin + step)
    columns |= _aligned_columns(context, series, origin, step, columns["spread"])
    columns |= covariate_columns(context, series, origin, step, level)
    for name, codes in sorted(context.labels.items()):
        columns[GROUP_PREFIX + name] = codes[series].astype(np.float64)
    return columns


def _level_columns(
    context: Context, series: Indices, origin: Indices, step: Indices, level: Floats
) -> dict[str, Floats]:
    rolling, pooled, window = context.rolling, context.pooled, context.history.rhythm.window
    all_series = np.zeros_like(series)
    mean = rolling.mean(series, origin, window, otherwise=0.0)
    square = context.squares.mean(series, origin, window, otherwise=0.0)
    together = np.maximum(pooled.mean(all_series, origin, window), context.least_level)
    return {
        "step": step.astype(np.float64),
        "log_level": np.log(level / context.least_level),
        "ratio_quarter": rolling.mean(series, origin, window // 4) / level,
        "ratio_half": rolling.mean(series, origin, window // 2) / level,
        "ratio_double": rolling.mean(series, origin, window * 2) / level,
        "ratio_prior": rolling.mean(series, origin - window, window) / level,
        "ratio_year": rolling.mean(series, origin, context.history.rhythm.year) / level,
        "spread": np.sqrt(np.maximum(square - mean**2, 0.0)) / level,
        "zero_share": context.zeros.mean(series, origin, window),
        "pooled_quarter": pooled.mean(all_series, origin, window // 4) / together,
        "pooled_prior": pooled.mean(all_series, origin - window, window) / together,
    }


def _weekday_columns(
    context: Context, series: Indices, origin: Indices, step: Indices, level: Floats
) -> dict[str, Floats]:
    week, window = context.history.rhythm.week, context.history.rhythm.window
    latest = context.latest(origin, step)
    columns = {
        f"same_weekday_{number}": at(context.values, series, latest - (number - 1) * week) / level
        for number in (1, 2, 3)
    }
    columns["same_weekday_mean"] = at(context.weekday_mean, series, latest) / level
    older = [at(context.weekday_mean, series, latest - 4 * number * week) for number in (1, 2)]
    columns["same_weekday_before"] = np.where(np.isnan(older[1]), older[0], (older[0] + older[1]) / 2) / level
    if week > 1:
        is_off = context.timeline.is_off[origin + step] >= 0.5
        off = context.off.mean(series, origin, 2 * window)
        working = context.working.mean(series, origin, 2 * window)
        columns["same_kind_mean"] = np.where(is_off, off, working) / level
    return columns


def _calendar_columns(context: Context, target: Indices) -> dict[str, Floats]:
    timeline = context.timeline
    columns = {
        name: getattr(timeline, name)[target].astype(np.float64)
        for name in (
            "weekday", "is_off", "off_run", "off_place", "to_off", "closest_days", "coming_days",
            "passed_days", "frequent_days",
        )
    }  # fmt: skip
    for name in sorted(CATEGORIES):
        codes = getattr(timeline, name)[target].astype(np.float64)
        columns[name] = np.where(codes < 0, np.nan, codes)
    # The day of the year learned from one year is a date and not a season: it raised the WAPE of the
    # Complete Journey categories from .34 to .39 in the last weeks.
    if context.values.shape[1] >= 2 * context.history.rhythm.year:
        columns["day_of_year"] = timeline.day_of_year[target].astype(np.float64)
    return columns


def _aligned_columns(
    context: Context, series: Indices, origin: Indices, step: Indices, spread: Floats
) -> dict[str, Floats]:
    """Return how far demand was off the weekday's mean at the aligned period of earlier years."""
    if context.values.shape[1] <= context.history.rhythm.year:
        return {}
    columns = {}
    for back, suffix in ((1, ""), (2, "_2")):
        aligned = context.aligned(series, origin, step, back)
        columns[f"aligned_uplift{suffix}"] = aligned.value / np.where(
            aligned.before > 0, aligned.before, np.nan
        )
        columns[f"pooled_uplift{suffix}"] = aligned.pooled_uplift
        prior = _UPLIFT_PRIOR * np.maximum(spread**2 * context.level(series, origin), context.least_level)
        columns[f"drawn_uplift{suffix}"] = (aligned.value + prior * aligned.pooled_uplift) / (
            aligned.before + prior
        )
    year_ago = context.timeline.aligned[0][origin]
    place = np.where(np.isnan(year_ago), -1, np.floor(year_ago)).astype(np.int64)
    window = context.history.rhythm.window
    before = context.rolling.mean(series, place, window)
    columns["growth"] = np.where(
        place >= window, context.level(series, origin) / np.maximum(before, context.least_level), np.nan
    )
    return columns
