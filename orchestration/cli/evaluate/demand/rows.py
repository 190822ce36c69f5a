"""Reads the rows of a file: whose day it is, what was asked for, and whatever else the file tells."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
from numpy.typing import NDArray

from orchestration.cli.evaluate.columns import Floats, days_of, ids_of, labels_of, numbers_of
from orchestration.cli.evaluate.demand.treatment import Treatments
from orchestration.cli.evaluate.table import Table, read_table

_KEYS = ("series_id", "date")
# Columns that answer yes or no, by the names they are known under.
_FLAGS = {
    "in_stock": "in_stock",
    "is_in_stock": "in_stock",
    "is_open": "is_open",
    "open": "is_open",
    "promotion": "promotion",
}
_YES = frozenset(("1", "1.0", "true", "t", "yes", "y", "是"))
_NO = frozenset(("0", "0.0", "false", "f", "no", "n", "否", "none"))


@dataclass(frozen=True)
class Rows:
    """The rows of one file.

    Attributes:
        series: text of each row.
        days: (rows,) days.
        quantity: (rows,) units, NaN where not told; None in a file of what is known ahead.
        numbers: every other column that holds numbers, (rows,); yes is 1 and no is 0.
        labels: every other column of words; missing ones stay missing.
    """

    file: str
    series: pd.Series
    days: NDArray[np.datetime64]
    quantity: Floats | None
    numbers: dict[str, Floats]
    labels: dict[str, pd.Series]


def read_rows(path: Path, done: Treatments, *, has_quantity: bool = True) -> Rows:
    """Read `series_id, date, quantity[, in_stock, is_open, promotion, unit_price, …]`; a known future has no quantity.

    Raises:
        FileRefused: the file or a value in it cannot be used.
    """
    required = (*_KEYS, "quantity") if has_quantity else _KEYS
    table = read_table(path, required=required, optional=(), others=True)
    numbers: dict[str, Floats] = {}
    labels: dict[str, pd.Series] = {}
    for column in table.columns:
        if column in (*_KEYS, "quantity"):
            continue
        if column in _FLAGS:
            numbers[_FLAGS[column]] = _flags(table, column)
        elif _is_number(table, column):
            numbers[column] = _numbers(table, column)
        elif pa.types.is_temporal(table.columns[column].type) or pa.types.is_nested(
            table.columns[column].type
        ):
            done.note(
                f"column_{column}",
                table.n_rows,
                f"rows of the column {column}, of type {table.columns[column].type}, were not used",
            )
        else:
            labels[column] = labels_of(table, column)
    quantity = numbers_of(table, "quantity", may_be_negative=True) if has_quantity else None
    return Rows(table.file, ids_of(table, "series_id"), days_of(table, "date"), quantity, numbers, labels)


def _flags(table: Table, column: str) -> Floats:
    """Return 1 for yes and 0 for no, or the number that is given; any other word, such as a campaign's name, is yes."""
    values = table.columns[column]
    if pa.types.is_boolean(values.type):
        return np.asarray(values.cast(pa.float64()).to_numpy(), dtype=np.float64)
    if _is_number(table, column):
        return _numbers(table, column)
    words = labels_of(table, column).str.strip().str.lower()
    found = np.where(words.isin(_NO), 0.0, 1.0)
    # No word at all under `promotion` says that there is none; elsewhere it says nothing.
    found[words.isna().to_numpy()] = 0.0 if column == "promotion" else np.nan
    return found


def _is_number(table: Table, column: str) -> bool:
    values = table.columns[column]
    kind = values.type
    if (
        pa.types.is_integer(kind)
        or pa.types.is_floating(kind)
        or pa.types.is_decimal(kind)
        or pa.types.is_boolean(kind)
    ):
        return True
    if not (pa.types.is_string(kind) or pa.types.is_large_string(kind)):
        return False
    text = values.to_pandas().dropna().str.strip()
    if text.empty:
        return False
    if text.str.lower().isin(_YES | _NO).all():
        return True
    return bool(
        pd.to_numeric(text.head(1000), errors="coerce").notna().all()
        and pd.to_numeric(text, errors="coerce").notna().all()
    )


def _numbers(table: Table, column: str) -> Floats:
    values = table.columns[column]
    if pa.types.is_boolean(values.type):
        return np.asarray(values.cast(pa.float64()).to_numpy(), dtype=np.float64)
    if pa.types.is_string(values.type) or pa.types.is_large_string(values.type):
        text = values.to_pandas().str.strip().str.lower()
        if text.dropna().isin(_YES | _NO).all():
            return np.where(text.isna(), np.nan, text.isin(_YES).astype(np.float64))
    return numbers_of(table, column, may_be_negative=True)
