"""Reads a Parquet or CSV file as columns; what a column must hold is told in `columns`."""

import re
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from orchestration.refusal import Refusal

_PARQUET = b"PAR1"
_DELIMITERS = (",", ";", "\t", "|")
# What spreadsheets of Chinese offices write unless told otherwise comes second: almost no text of it is UTF-8.
_ENCODINGS = ("utf-8-sig", "gb18030")
_SHOWN_COLUMNS = 20


class FileRefused(Refusal):
    """A file cannot be used; the sentence names it and, if one is to blame, the column and the row."""


@dataclass(frozen=True)
class Table:
    """The columns that were asked for and are there; a column of a CSV file is text."""

    file: str
    n_rows: int
    columns: dict[str, pa.ChunkedArray]

    def refuse(self, column: str, row: int, words: str) -> NoReturn:
        """Refuse a value of a row, given from 0 and told from 1."""
        raise FileRefused(
            f"{self.file}, column {column}, row {row + 1} of the data (the header is not counted): {words}"
        )

    def refuse_column(self, column: str, words: str) -> NoReturn:
        """Refuse a whole column."""
        raise FileRefused(f"{self.file}, column {column}: {words}")


def read_table(
    path: Path, *, required: Sequence[str], optional: Sequence[str], others: bool = False
) -> Table:
    """Read the columns of a file, with `others` all of them; which kind it is, its first bytes tell.

    Raises:
        FileRefused: there is no such file, it is neither Parquet nor CSV, has no rows, or lacks a column.
    """
    file = str(path)
    if path.is_dir():
        raise FileRefused(f"{file} is a folder; give a Parquet or CSV file")
    try:
        with path.open("rb") as opened:
            head = opened.read(1 << 16)
    except FileNotFoundError as error:
        raise FileRefused(f"there is no file {file}") from error
    except OSError as error:
        raise FileRefused(f"{file} cannot be opened: {error.strerror}") from error
    if not head.strip():
        raise FileRefused(f"{file} is empty")
    wanted = None if others else [*required, *optional]
    columns = _parquet(path, wanted, required) if head[:4] == _PARQUET else _csv(path, head, wanted, required)
    n_rows = len(next(iter(columns.values())))
    if not n_rows:
        raise FileRefused(f"{file} has columns but no rows")
    return Table(file, n_rows, columns)


def _parquet(path: Path, wanted: Sequence[str] | None, required: Sequence[str]) -> dict[str, pa.ChunkedArray]:
    try:
        with pq.ParquetFile(path) as opened:
            names = opened.schema_arrow.names
            _require(path, names, required)
            found = opened.read(columns=[name for name in names if _is_asked(name, wanted)])
    except (pa.ArrowException, OSError) as error:
        raise FileRefused(
            f"{path} begins like Parquet but cannot be read: {_first_line(error)}; it may be incomplete"
        ) from error
    for name in found.column_names:
        if found.column_names.count(name) > 1:
            raise FileRefused(f"{path} has the column {name} twice")
    return {name: found.column(name) for name in found.column_names}


def _is_asked(name: str, wanted: Sequence[str] | None) -> bool:
    # pandas writes the numbers of a frame's rows as a column so named; they tell nothing.
    return not name.startswith("__index_level_") if wanted is None else name in wanted


def _csv(
    path: Path, head: bytes, wanted: Sequence[str] | None, required: Sequence[str]
) -> dict[str, pa.ChunkedArray]:
    if b"\0" in head:
        raise FileRefused(f"{path} is neither Parquet nor CSV")
    for encoding in _ENCODINGS:
        try:
            frame = _decoded(path, head, encoding, required)
        except UnicodeDecodeError:
            continue
        return {name: _text(frame[name]) for name in frame.columns if wanted is None or name in wanted}
    raise FileRefused(f"{path} is neither Parquet nor CSV in UTF-8 or GB 18030")


def _decoded(path: Path, head: bytes, encoding: str, required: Sequence[str]) -> pd.DataFrame:
    header = head.decode(encoding, errors="replace").strip().splitlines()[0]
    delimiter = max(_DELIMITERS, key=header.count)
    options: dict[str, Any] = {
        "sep": delimiter, "dtype": "str", "encoding": encoding, "index_col": False, "keep_default_na": False,
    }  # fmt: skip
    try:
        names = [str(name) for name in pd.read_csv(path, nrows=0, **options).columns]
        _require(path, [name.strip() for name in names], required)
        with warnings.catch_warnings():
            # A first row that is too long is only warned of.
            warnings.simplefilter("error", pd.errors.ParserWarning)
            frame: pd.DataFrame = pd.read_csv(path, **options)
    except pd.errors.ParserWarning as error:
        raise FileRefused(
            f"{path}, row 1 of the data (the header is not counted): it has more values than the header has names"
        ) from error
    except (pd.errors.ParserError, pd.errors.EmptyDataError) as error:
        raise FileRefused(_unparsable(path, error)) from error
    frame.columns = pd.Index([name.strip() for name in names])
    return frame


def _text(column: pd.Series) -> pa.ChunkedArray:
    found = pa.array(column.mask(column == ""), type=pa.large_string(), from_pandas=True)
    return found if isinstance(found, pa.ChunkedArray) else pa.chunked_array([found])


def _require(path: Path, names: Sequence[str], required: Sequence[str]) -> None:
    missing = [name for name in required if name not in names]
    if missing:
        shown = ", ".join(names[:_SHOWN_COLUMNS]) + (", …" if len(names) > _SHOWN_COLUMNS else "")
        raise FileRefused(f"{path} has no column {missing[0]}; its columns are: {shown}")


def _unparsable(path: Path, error: Exception) -> str:
    """Return the parser's complaint as a sentence; it counts lines from 1, the header among them."""
    found = re.search(r"Expected (\d+) fields in line (\d+), saw (\d+)", str(error))
    if found is None:
        return f"{path} cannot be read as CSV: {_first_line(error)}"
    expected, line, seen = (int(number) for number in found.groups())
    return (
        f"{path}, row {line - 1} of the data (the header is not counted): it has {seen} values, "
        f"and the header has {expected} names"
    )


def _first_line(error: Exception) -> str:
    return str(error).strip().partition("\n")[0].rstrip(".")
