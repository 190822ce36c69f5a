"""Seasonal decomposition of many series of one length at once.

Without robustness weights STL (Cleveland, Cleveland, McRae & Terpenning, Journal of Official Statistics 1990) is a
linear filter, so one matrix, built once, takes the season out of every series; several seasons are taken out
in turn as in MSTL (Bandara, Hyndman & Bergmeir, arXiv:2107.13462).
"""

import numpy as np

from recommender.demand.covariates import Floats

_INNER_LOOPS = 2
_OUTER_LOOPS = 2
# Cycles over which a week's pattern is smoothed. A year has too few cycles: its pattern is their mean.
_SEASON_CYCLES = 21


def season_filters(periods: int, seasons: tuple[int, ...]) -> list[Floats]:
    """Return, for each season, the matrix (periods, periods) that takes values to that season's component."""
    identity = np.eye(periods)
    alone = [_season_filter(periods, season) for season in seasons]
    found = [np.zeros((periods, periods)) for _ in seasons]
    for _ in range(_OUTER_LOOPS if len(seasons) > 1 else 1):
        for place, own in enumerate(alone):
            others = sum(
                (part for other, part in enumerate(found) if other != place), np.zeros_like(identity)
            )
            found[place] = own @ (identity - others)
    return found


def _season_filter(periods: int, season: int) -> Floats:
    identity = np.eye(periods)
    cycles = _cycle_smoother(periods, season)
    low_pass = loess(periods, _odd(season), degree=1) @ _moving_averages(periods, season)
    # The low-pass part is what of the trend came into the smoothed cycles.
    raw = cycles[season : season + periods] - low_pass @ cycles
    trend_window = _odd(int(1.5 * season / (1.0 - 1.5 / _SEASON_CYCLES)) + 1)
    smooth = loess(periods, trend_window, degree=1)
    trend = np.zeros((periods, periods))
    component = raw
    for _ in range(_INNER_LOOPS):
        component = raw @ (identity - trend)
        trend = smooth @ (identity - component)
    return component


def _cycle_smoother(periods: int, season: int) -> Floats:
    """Return the matrix (periods + 2 season, periods) that smooths each cycle-subseries and extends it both ways."""
    matrix = np.zeros((periods + 2 * season, periods))
    for phase in range(min(season, periods)):
        inside = np.arange(phase, periods, season)
        rows = np.arange(phase, periods + 2 * season, season)
        smoother = loess(len(inside), _SEASON_CYCLES, degree=0, margin=1)
        matrix[np.ix_(rows[: len(smoother)], inside)] = smoother[: len(rows)]
        if len(rows) > len(smoother):
            matrix[np.ix_(rows[len(smoother) :], inside)] = smoother[-1]
    return matrix


def _moving_averages(periods: int, season: int) -> Floats:
    """Return the matrix (periods, periods + 2 season) of moving means over season, season and 3 periods."""
    width = periods + 2 * season
    matrix = np.eye(width)
    for length in (season, season, 3):
        sums = np.vstack([np.zeros((1, width)), np.cumsum(matrix, axis=0)])
        matrix = (sums[length:] - sums[:-length]) / length
    return matrix


def loess(points: int, window: int, *, degree: int, margin: int = 0) -> Floats:
    """Return the matrix (points + 2 margin, points) of local regression on even spacing with tricube weights.

    Rows are the fitted places, from `margin` places before the first point to as many after the last.
    """
    place = np.arange(-margin, points + margin)[:, None]
    offset = np.arange(points)[None, :] - place
    distance = np.abs(offset).astype(np.float64)
    nearest = np.sort(distance, axis=1)[:, min(window, points) - 1]
    reach = np.maximum(nearest + max(window - points, 0) / 2.0, 1.0)[:, None]
    # Slightly wider, so that the furthest point of the window keeps a weight and a lone point is not lost.
    weight = np.maximum(1.0 - (distance / (1.001 * reach)) ** 3, 0.0) ** 3
    weight /= weight.sum(axis=1, keepdims=True)
    if degree == 0 or points < 3:
        return np.asarray(weight, dtype=np.float64)
    centre = (weight * offset).sum(axis=1, keepdims=True)
    spread = (weight * (offset - centre) ** 2).sum(axis=1, keepdims=True)
    slope = np.where(spread > 1e-9, -centre / np.maximum(spread, 1e-9), 0.0)
    return np.asarray(weight * (1.0 + slope * (offset - centre)), dtype=np.float64)


def _odd(number: int) -> int:
    return number + 1 - number % 2
