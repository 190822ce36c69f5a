"""When a series cannot sell: its demand then is not nothing, it is not there."""

import numpy as np
from numpy.typing import NDArray

from recommender.demand.panel import History

IS_OPEN = "is_open"


def masked_history(history: History) -> History:
    """Return the history with nothing sold on a closed day taken as not observed."""
    if IS_OPEN not in history.covariates.values:
        return history
    is_open = history.covariates.values[IS_OPEN][:, : history.values.shape[1]]
    values = np.where((is_open == 0) & (history.values == 0), np.nan, history.values)
    values.flags.writeable = False
    return History(
        history.series_ids, history.dates, values, history.step_days, history.covariates, history.groups
    )


def shut(history: History, horizon: int) -> NDArray[np.bool_]:
    """Return which series is known to be closed in which period ahead, shape (series, horizon)."""
    found = np.zeros((len(history.series_ids), horizon), dtype=bool)
    if IS_OPEN in history.covariates.known_ahead:
        periods = history.values.shape[1]
        ahead = history.covariates.values[IS_OPEN][:, periods : periods + horizon] == 0
        found[:, : ahead.shape[1]] = ahead
    return found
