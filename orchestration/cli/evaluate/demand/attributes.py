"""What a file tells of series and days besides demand: groups of series, and numbers that move with time."""

from collections.abc import Iterable, Mapping

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from orchestration.cli.evaluate.columns import Floats
from orchestration.cli.evaluate.demand.grid import Grid
from orchestration.cli.evaluate.demand.rows import Rows
from orchestration.cli.evaluate.demand.treatment import Treatments
from recommender.demand.covariates import Covariates

# A column with as many words is told apart by one flag a word.
_MOST_WORDS = 12
# What cannot be known ahead, whatever a file says.
_NEVER_AHEAD = ("in_stock",)
_LARGEST = ("promotion", "is_open", "in_stock")


def split(
    history: Rows, cells: NDArray[np.int64], grid: Grid, done: Treatments
) -> tuple[dict[str, NDArray[np.object_]], Rows]:
    """Return the groups of the series, labels by series in the order of their ids, and the rows without them.

    A column with one value for each series is a group. Words that change within a series become flags, one a word.
    """
    codes, ids = cells // grid.periods, grid.ids
    groups: dict[str, NDArray[np.object_]] = {}
    numbers: dict[str, Floats] = {}
    for name, values in history.numbers.items():
        # A number of each series' own, such as a size, tells series apart only if several share it.
        if name not in _LARGEST and _is_static(values, codes, len(ids)):
            label = _by_series(pd.Series(values).map("{:g}".format).where(~np.isnan(values)), codes, len(ids))
            if 1 < len(set(label)) <= max(2, len(ids) // 2):
                groups[name] = label
            else:
                done.note(
                    f"column_{name}",
                    len(values),
                    f"rows of the column {name}, a number that never changes, were not used",
                )
        else:
            numbers[name] = values
    labels: dict[str, pd.Series] = {}
    for name, words in history.labels.items():
        found = pd.factorize(words)[0].astype(np.float64)
        if _is_static(np.where(found < 0, np.nan, found), codes, len(ids)):
            groups[name] = _by_series(words, codes, len(ids))
        elif words.nunique() <= _MOST_WORDS:
            labels[name] = words
        else:
            done.note(
                f"column_{name}",
                len(words),
                f"rows of the column {name}, with {words.nunique():,} words that change within a series, were not used",
            )
    return groups, Rows(history.file, history.series, history.days, history.quantity, numbers, labels)


def covariates_of(
    history: Rows,
    cells: NDArray[np.int64],
    grid: Grid,
    future: Rows | None,
    announced: Iterable[str],
    done: Treatments,
) -> Covariates:
    """Arrange the numbers of a history and of what is known ahead.

    Known ahead are the columns of the known future, whose values the history's own complete, and the announced ones.
    """
    columns = _columns(history, _words_of(history))
    if not columns:
        return Covariates()
    width = grid.periods
    ahead_cells = np.array([], np.int64)
    kept = np.array([], np.bool_)
    ahead: dict[str, Floats] = {}
    if future is not None:
        series = grid.ids.get_indexer(pd.Index(future.series))
        place = grid.places(future.days)
        kept = (series >= 0) & (place >= 0)
        done.note(
            "future_of_nobody",
            int((series < 0).sum()),
            "rows of the known future are of series that the history does not have",
        )
        width = max(width, int(place[kept].max(initial=-1)) + 1)
        ahead_cells = series[kept].astype(np.int64) * width + place[kept]
        ahead = _columns(future, _words_of(history))
    rows_cells = (cells // grid.periods) * width + cells % grid.periods
    known = frozenset(
        name
        for name in columns
        if name not in _NEVER_AHEAD and (name in ahead or name.partition("=")[0] in announced)
    )
    shape = (len(grid.ids), width)
    values = {}
    for name, column in columns.items():
        table = _arranged(column, rows_cells, shape, is_flag=name in _LARGEST)
        if name in ahead and name in known:
            later = _arranged(ahead[name][kept], ahead_cells, shape, is_flag=name in _LARGEST)
            table = np.where(np.isnan(later), table, later)
        values[name] = table if name in known else table[:, : grid.periods]
    return Covariates(values, known)


def _columns(rows: Rows, words: Mapping[str, list[str]]) -> dict[str, Floats]:
    found = dict(rows.numbers)
    for name, labels in words.items():
        if name in rows.labels:
            for label in labels:
                found[f"{name}={label}"] = np.where(
                    rows.labels[name].isna(), np.nan, (rows.labels[name] == label).astype(np.float64)
                )
        elif name in rows.numbers:
            text = pd.Series(rows.numbers[name]).map("{:g}".format)
            for label in labels:
                found[f"{name}={label}"] = np.where(
                    np.isnan(rows.numbers[name]), np.nan, (text == label).astype(np.float64)
                )
            del found[name]
    return found


def _words_of(history: Rows) -> dict[str, list[str]]:
    """Return the words of each column of words, but for the most frequent, which the others' absence tells."""
    return {
        name: sorted(labels.value_counts().index[1:].astype(str)) for name, labels in history.labels.items()
    }


def _arranged(column: Floats, cells: NDArray[np.int64], shape: tuple[int, int], *, is_flag: bool) -> Floats:
    """Return a table (series, periods): of several rows in a cell the largest of a flag and the mean of a number."""
    known = ~np.isnan(column)
    size = shape[0] * shape[1]
    if is_flag:
        table = np.full(size, -np.inf)
        np.maximum.at(table, cells[known], column[known])
        return np.where(np.isfinite(table), table, np.nan).reshape(shape)
    counts = np.bincount(cells[known], minlength=size)
    sums = np.bincount(cells[known], weights=column[known], minlength=size)
    mean: Floats = np.divide(sums, counts, out=np.full(size, np.nan), where=counts > 0)
    return mean.reshape(shape)


def _is_static(values: Floats, codes: NDArray[np.int64], series: int) -> bool:
    low, high = np.full(series, np.inf), np.full(series, -np.inf)
    known = ~np.isnan(values)
    np.minimum.at(low, codes[known], values[known])
    np.maximum.at(high, codes[known], values[known])
    return bool(((low == high) | (low > high)).all())


def _by_series(words: pd.Series, codes: NDArray[np.int64], series: int) -> NDArray[np.object_]:
    labels = np.full(series, "", dtype=object)
    known = words.notna().to_numpy()
    labels[codes[known]] = words[known].to_numpy(dtype=object)
    return labels
