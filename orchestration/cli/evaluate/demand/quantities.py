"""From rows to demand: copies, several rows of a day, returns, impossible values, and days without a row."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from orchestration.cli.evaluate.columns import Floats
from orchestration.cli.evaluate.demand.grid import Grid
from orchestration.cli.evaluate.demand.rows import Rows
from orchestration.cli.evaluate.demand.treatment import Treatments
from recommender.demand.extremes import is_common, usual_peaks

Missing = Literal["auto", "zero", "unobserved"]

_WEEK = 7
# A log of sales has several rows on many of its days; a table with one row a day has copies by mistake.
_LOG_SHARE = 0.05
# A list of sales names no day without one; where as few days as these are missing, or as many rows tell 0, they are gaps.
_LEAST_MISSING, _MOST_ZEROS = 0.02, 0.001
# A twentieth of a series' days with demand had two units or a tenth of the median at most: then none is likely, too.
_SMALL_SHARE, _SMALL_UNITS, _SMALL_PART = 0.05, 2.0, 0.1
# Beyond this multiple of its 99th percentile, a series' quantity is taken for a slip of the pen, if others' are not as
# large that day.
_IMPOSSIBLE = 100.0


@dataclass(frozen=True)
class Demand:
    """Demand by series and period.

    Attributes:
        values: (series, periods) units, NaN where not observed.
        is_scored: (series, periods) where forecasts are judged: observed, open and in stock.
        is_sparse: whether only days with sales had rows, so that the others had none.
    """

    values: Floats
    is_scored: NDArray[np.bool_]
    is_sparse: bool


def cells_of(rows: Rows, grid: Grid) -> NDArray[np.int64]:
    """Return the cell of each row, counted along the periods of one series after another."""
    codes = grid.ids.get_indexer(pd.Index(rows.series)).astype(np.int64)
    return codes * grid.periods + grid.places(rows.days)


def unique_rows(rows: Rows, cells: NDArray[np.int64], done: Treatments) -> NDArray[np.bool_]:
    """Tell which rows count: a row that repeats another in every column does not, unless the file is a log of sales."""
    cell = pd.Series(cells)
    is_again = cell.duplicated(keep=False).to_numpy()
    kept = np.ones(len(cells), dtype=bool)
    if not is_again.any() or rows.quantity is None:
        return kept
    columns = {"cell": cell, "quantity": rows.quantity, **rows.numbers, **rows.labels}
    part = pd.DataFrame({name: np.asarray(values)[is_again] for name, values in columns.items()})
    is_copy = np.zeros(len(cells), dtype=bool)
    is_copy[is_again] = part.duplicated().to_numpy()
    if not is_copy.any():
        return kept
    rest = pd.Series(cells[is_again & ~is_copy])
    if rest[rest.duplicated()].nunique() > _LOG_SHARE * cell.nunique():
        done.note(
            "log_of_sales",
            int(is_again.sum()),
            "rows share their day with others of the series, as in a log of sales: all count, exact copies too",
        )
        return kept
    done.note("copies_dropped", int(is_copy.sum()), "rows repeat another in every column and were dropped")
    return ~is_copy


def demand_of(
    rows: Rows, grid: Grid, cells: NDArray[np.int64], *, missing: Missing, done: Treatments
) -> Demand:
    """Arrange the demand of a history; what is done to rows is noted."""
    assert rows.quantity is not None
    shape = (len(grid.ids), grid.periods)
    known = ~np.isnan(rows.quantity)
    done.note("quantity_missing", int((~known).sum()), "rows tell no quantity and count as not observed")
    quantity, cell = rows.quantity[known], cells[known]
    sums = np.bincount(cell, weights=quantity, minlength=shape[0] * shape[1])
    counts = np.bincount(cell, minlength=shape[0] * shape[1])
    done.note(
        "summed_in_a_day",
        int((counts[counts > 1] - 1).sum()),
        "further rows of a series' day or week were added to its first",
    )
    is_seen = counts > 0
    is_listed = np.zeros(shape[0] * shape[1], dtype=bool)
    is_listed[cells] = True
    is_negative = is_seen & (sums < 0)
    is_return = quantity < 0
    done.note(
        "returns_netted",
        int((is_return & ~is_negative[cell]).sum()),
        "rows with a negative quantity, such as returns, were taken off their day's",
    )
    done.note("negative_days", int(is_negative.sum()), "days or weeks came out negative and count as 0")
    values = np.where(is_seen, np.maximum(sums, 0.0), np.nan).reshape(shape)
    _drop_impossible(values, done)
    is_sparse = _fill(values, is_listed.reshape(shape), missing, float((rows.quantity == 0).mean()), done)
    late = int(
        (np.isnan(values[:, : 1 + _WEEK // grid.step_days]).all(axis=1) & ~np.isnan(values).all(axis=1)).sum()
    )
    done.note(
        "late_starts", late, "series begin more than a week later than the file and are not observed before"
    )
    is_scored = ~np.isnan(values)
    _close(values, is_scored, rows, cells, done)
    return Demand(values, is_scored, is_sparse)


def _drop_impossible(values: Floats, done: Treatments) -> None:
    is_impossible = values > _IMPOSSIBLE * usual_peaks(values)[:, None]
    is_impossible[:, is_common(is_impossible)] = False
    done.note(
        "impossible",
        int(is_impossible.sum()),
        f"values over {_IMPOSSIBLE:,.0f} times the series' usual peak count as not observed",
    )
    values[is_impossible] = np.nan


def _fill(
    values: Floats, is_listed: NDArray[np.bool_], missing: Missing, zeros: float, done: Treatments
) -> bool:
    """Fill days without a row with 0 where only sales are listed; tell whether any were; `zeros` is the share of rows that tell a 0.

    Left to the rows, that is so if almost no row tells a 0, and for series whose small days make none at all likely:
    a shop that sells thousands a day and has no row on Sundays was closed.
    """
    periods = values.shape[1]
    has_rows = is_listed.any(axis=0)
    place = np.arange(periods)
    first = np.where(is_listed, place, periods).min(axis=1)
    last = np.where(is_listed, place, -1).max(axis=1)
    after = (place >= first[:, None]) & ~is_listed & has_rows
    if missing == "auto":
        inside = (after & (place <= last[:, None])).sum() / max(1, is_listed.sum())
        is_sparse = _small_days(values) & (zeros < _MOST_ZEROS) & (inside > _LEAST_MISSING)
    else:
        is_sparse = np.full(len(values), missing == "zero")
    empty = after & is_sparse[:, None]
    values[empty] = 0.0
    done.note(
        "filled_with_0",
        int(empty.sum()),
        "days or weeks without a row count as 0: only what was sold is listed",
    )
    gaps = after & ~is_sparse[:, None] & (place <= last[:, None])
    done.note("gaps", int(gaps.sum()), "days or weeks without a row inside a series count as not observed")
    done.note(
        "empty_periods",
        int((~has_rows).sum()),
        "days or weeks have no row of any series and count as not observed",
    )
    return bool(empty.any())


def _small_days(values: Floats) -> NDArray[np.bool_]:
    """Tell of which series a day without demand is likely by its days with little."""
    positive = np.sort(np.where(values > 0, values, np.nan), axis=1)
    count = (~np.isnan(positive)).sum(axis=1)
    series = np.arange(len(values))
    low = positive[series, (_SMALL_SHARE * count).astype(np.int64)]
    median = positive[series, np.maximum(count - 1, 0) // 2]
    return np.asarray((low <= _SMALL_UNITS) | (low <= _SMALL_PART * median))


def _close(
    values: Floats, is_scored: NDArray[np.bool_], rows: Rows, cells: NDArray[np.int64], done: Treatments
) -> None:
    """Take away what was not demand: closed days, and days on which nothing was left to sell."""
    flat, scored = values.reshape(-1), is_scored.reshape(-1)
    if "is_open" in rows.numbers:
        closed = np.unique(cells[rows.numbers["is_open"] == 0])
        done.note("closed", len(closed), "days or weeks were closed: not learnt from as demand, never scored")
        flat[closed], scored[closed] = np.nan, False
    if "in_stock" in rows.numbers:
        out = np.unique(cells[rows.numbers["in_stock"] == 0])
        nothing = out[flat[out] == 0]
        done.note(
            "out_of_stock",
            len(out),
            "days or weeks were out of stock: never scored, and not demand of 0 where nothing was sold",
        )
        flat[nothing], scored[out] = np.nan, False
