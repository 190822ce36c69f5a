"""Two files become what can be learnt from and judged by: demand, covariates, groups, and what was done to them."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from orchestration.cli.evaluate.demand.attributes import covariates_of, split
from orchestration.cli.evaluate.demand.grid import Grid, grid_of
from orchestration.cli.evaluate.demand.opening import IS_OPEN, with_opening_days
from orchestration.cli.evaluate.demand.quantities import Missing, cells_of, demand_of, unique_rows
from orchestration.cli.evaluate.demand.rows import Rows, read_rows
from orchestration.cli.evaluate.demand.treatment import Treatments
from orchestration.cli.evaluate.table import FileRefused
from recommender.demand.panel import Panel


@dataclass(frozen=True)
class Dataset:
    """A history with all it tells.

    Attributes:
        is_scored: (series, periods) where forecasts are judged.
        is_sparse: whether the file lists only days with sales.
        done: what was done to the rows.
    """

    file: str
    panel: Panel
    grid: Grid
    is_scored: NDArray[np.bool_]
    is_sparse: bool
    rows: int
    done: Treatments


def read_dataset(
    history: Path, known_future: Path | None, *, announced: Iterable[str] = (), missing: Missing = "auto"
) -> Dataset:
    """Read a history and what is known ahead.

    Args:
        announced: columns of the history that were known before the day came.
        missing: whether a day without a row had no demand or was not observed; `auto` decides by the rows.

    Raises:
        FileRefused: a file or a value in it cannot be used.
    """
    done = Treatments()
    rows = read_rows(history, done)
    future = None if known_future is None else read_rows(known_future, done, has_quantity=False)
    announced = tuple(announced)
    _require_announced(rows, announced)
    grid = grid_of(rows, done)
    cells = cells_of(rows, grid)
    kept = unique_rows(rows, cells, done)
    rows, cells = _take(rows, kept), cells[kept]
    demand = demand_of(rows, grid, cells, missing=missing, done=done)
    groups, rest = split(rows, cells, grid, done)
    covariates = covariates_of(rest, cells, grid, future, announced, done)
    covariates = with_opening_days(
        covariates, demand.values, cells, grid, future, is_announced=IS_OPEN in announced, done=done
    )
    panel = Panel(
        grid.ids.to_numpy(dtype=object), grid.dates, demand.values, grid.step_days, covariates, groups
    )
    return Dataset(rows.file, panel, grid, demand.is_scored, demand.is_sparse, len(kept), done)


def _require_announced(rows: Rows, announced: tuple[str, ...]) -> None:
    known = [*rows.numbers, *rows.labels, IS_OPEN]
    for name in announced:
        if name not in known:
            raise FileRefused(
                f"{rows.file} has no column {name} that could be announced; it has: {', '.join(known) or 'none'}"
            )


def _take(rows: Rows, kept: NDArray[np.bool_]) -> Rows:
    if kept.all():
        return rows
    return Rows(
        rows.file,
        rows.series[kept].reset_index(drop=True),
        rows.days[kept],
        None if rows.quantity is None else rows.quantity[kept],
        {name: values[kept] for name, values in rows.numbers.items()},
        {name: values[kept].reset_index(drop=True) for name, values in rows.labels.items()},
    )
