"""Opening days where a file lists only them: a day without a row was closed."""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from orchestration.cli.evaluate.columns import Floats
from orchestration.cli.evaluate.demand.grid import Grid
from orchestration.cli.evaluate.demand.rows import Rows
from orchestration.cli.evaluate.demand.treatment import Treatments
from recommender.demand.covariates import Covariates

IS_OPEN = "is_open"
# Fewer gaps are accidents, not closed days.
_LEAST_GAPS, _LEAST_GAPS_OF_OPEN = 0.05, 0.02


def with_opening_days(
    covariates: Covariates,
    values: Floats,
    cells: NDArray[np.int64],
    grid: Grid,
    future: Rows | None,
    *,
    is_announced: bool,
    done: Treatments,
) -> Covariates:
    """Return covariates with `is_open` from which days have rows, if opening days are known ahead and rows tell them.

    They do if no row tells of a closed day and one in twenty of the days inside series (one in fifty, if the file has
    `is_open`) has no row, and was not taken for a day without demand.
    """
    told = covariates.values.get(IS_OPEN)
    if (future is None and not is_announced) or (told is not None and (told == 0).any()):
        return covariates
    listed = np.zeros((len(grid.ids), grid.periods), dtype=bool)
    listed.reshape(-1)[cells] = True
    inside = _spans(listed)
    gaps = inside & ~listed & np.isnan(values)
    if gaps.sum() < (_LEAST_GAPS if told is None else _LEAST_GAPS_OF_OPEN) * inside.sum():
        return covariates
    is_open = np.where(gaps, 0.0, np.where(listed, 1.0, np.nan))
    if future is not None:
        is_open = _continued(is_open, grid, future)
    done.note(
        "closed_without_a_row",
        int(gaps.sum()),
        "days or weeks inside a series have no row and are taken for closed",
    )
    return Covariates({**covariates.values, IS_OPEN: is_open}, covariates.known_ahead | {IS_OPEN})


def _continued(is_open: Floats, grid: Grid, future: Rows) -> Floats:
    """Return the opening days with those of the known future, which count wherever it lists days of the series."""
    series = grid.ids.get_indexer(pd.Index(future.series))
    place = grid.places(future.days)
    kept = (series >= 0) & (place >= 0)
    width = max(is_open.shape[1], int(place[kept].max(initial=-1)) + 1)
    listed = np.zeros((len(is_open), width), dtype=bool)
    listed[series[kept], place[kept]] = True
    # What all series share is where the future begins and ends.
    reach = np.flatnonzero(listed.any(axis=0))
    wide = np.full(listed.shape, np.nan)
    wide[:, : is_open.shape[1]] = is_open
    if len(reach):
        is_told: NDArray[np.bool_] = np.any(listed, axis=1)
        ahead = np.zeros(listed.shape, dtype=bool)
        ahead[:, reach[0] : reach[-1] + 1] = is_told[:, None]
        wide = np.where(ahead, listed, wide)
    return wide


def _spans(listed: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Return which periods lie from a series' first listed one to its last."""
    begun = np.cumsum(listed, axis=1) > 0
    goes_on = np.cumsum(listed[:, ::-1], axis=1)[:, ::-1] > 0
    return np.asarray(begun & goes_on)
