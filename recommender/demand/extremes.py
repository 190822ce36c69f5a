"""Values that are too large to be demand are cut for learning; what forecasts are judged by stays as it was."""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from recommender.demand.calendar.calendar import Calendar
from recommender.demand.covariates import Floats
from recommender.demand.panel import History

# Beyond this multiple of a series' usual peak, a value is an accident such as one bulk order or a slip of the pen.
_CUT = 5.0
_PEAK = 0.99
_LEAST_POSITIVE = 10
# What many series show on one day, or what comes at a holiday, is demand.
_COMMON_SHARE, _COMMON_LEAST = 0.02, 3
_NEAR_DAYS = 3


def without_extremes(history: History, calendar: Calendar) -> tuple[History, int]:
    """Return the history with extremes cut to five times the series' 99th percentile, and how many were.

    A day on which three series and 2 % of all are extreme is an event, and so is one within three days of an
    occasion; its values stay.
    """
    values = history.values
    bound = _CUT * usual_peaks(values)
    is_extreme = values > bound[:, None]
    if not is_extreme.any():
        return history, 0
    ids, _ = calendar.nearest(history.dates, within=max(_NEAR_DAYS, history.step_days - 1))
    is_extreme[:, is_common(is_extreme) | (ids != "")] = False
    cut = np.where(is_extreme, bound[:, None], values)
    cut.flags.writeable = False
    return replace(history, values=cut), int(is_extreme.sum())


def is_common(is_extreme: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Tell of each period (series, periods) whether three series, and 2 % of all, are extreme in it: an event."""
    by_period = is_extreme.sum(axis=0)
    return np.asarray((by_period >= _COMMON_LEAST) & (by_period >= _COMMON_SHARE * len(is_extreme)))


def usual_peaks(values: Floats) -> Floats:
    """Return the 99th percentile of each series' positive values, of few values the second largest, (series,).

    Series with fewer than ten positive values have no usual peak: infinity.
    """
    count = (values > 0).sum(axis=1)
    place = np.minimum((_PEAK * count).astype(np.int64), count - 2)
    largest = np.sort(np.where(values > 0, values, np.nan), axis=1)
    is_known = count >= _LEAST_POSITIVE
    peaks = np.full(len(values), np.inf)
    peaks[is_known] = largest[np.flatnonzero(is_known), place[is_known]]
    return peaks
