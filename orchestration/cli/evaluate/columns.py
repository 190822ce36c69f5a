"""What a column of a file must hold - ids, times, numbers, labels - and the sentence where it does not."""

import re

import numpy as np
import pandas as pd
import pyarrow as pa
from numpy.typing import NDArray

from orchestration.cli.evaluate.table import Table

Floats = NDArray[np.float64]

_ISO = r"^\d{4}-?\d{2}-?\d{2}(?:[T ]|$)"
_DAY = r"^(?:\d{4}-\d{2}-\d{2}|\d{8})$"
# What Python's calendar knows, a day less at either end for time zones.
_FIRST = np.datetime64("0001-01-02", "us").astype(np.int64)
_LAST = np.datetime64("9999-12-30", "us").astype(np.int64)
_DAY_US = 86_400_000_000
_SHOWN = 60
# As spreadsheets show thousands.
_GROUPED = r"^-?\d{1,3}(?:,\d{3})+(?:\.\d*)?$"
_LOOSE_DAY = re.compile(r"^(\d{4})[/.-](\d{1,2})[/.-](\d{1,2})(?=$|[ T])")


def ids_of(table: Table, column: str) -> pd.Series:
    """Return ids as text; numbers are read as they are written, whole ones without a point.

    Raises:
        FileRefused: an id is missing, or the column is of a type that cannot be one.
    """
    values = table.columns[column]
    if pa.types.is_floating(values.type):
        # Whole numbers become floats where a program knows no missing ones.
        numbers = values.to_numpy().astype(np.float64)
        _refuse_first(table, column, np.isnan(numbers), "an id must be given")
        if np.isfinite(numbers).all() and (np.abs(numbers) < 2**63).all() and (numbers % 1 == 0).all():
            values = pa.chunked_array([pa.array(numbers.astype(np.int64))])
    text = _as_text(table, column, values)
    _refuse_first(table, column, text.isna() | (text == ""), "an id must be given")
    return text


def labels_of(table: Table, column: str) -> pd.Series:
    """Return categories or brands as text; missing ones stay missing.

    Raises:
        FileRefused: the column is of a type that cannot be read as text.
    """
    text = _as_text(table, column, table.columns[column])
    return text.mask(text == "")


def numbers_of(table: Table, column: str, *, may_be_negative: bool = False) -> Floats:
    """Return numbers, of 0 or more unless they may be negative; NaN where none is given; 1,257 is one as well.

    Raises:
        FileRefused: a value is no number, infinite, or negative.
    """
    values = table.columns[column]
    kind = values.type
    if _is_text(kind):
        text = values.cast(pa.large_string()).to_pandas()
        plain = text.where(~text.str.match(_GROUPED, na=False), text.str.replace(",", ""))
        numbers = np.asarray(pd.to_numeric(plain, errors="coerce"), dtype=np.float64)
        given = (text.notna() & (text.str.strip() != "")).to_numpy(dtype=bool)
        _refuse_first(table, column, np.isnan(numbers) & given, "is no number", text)
    elif pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_decimal(kind):
        numbers = np.asarray(values.cast(pa.float64(), safe=False).to_numpy(), dtype=np.float64)
    elif pa.types.is_null(kind):
        return np.full(table.n_rows, np.nan)
    else:
        table.refuse_column(column, f"must hold numbers, but its type is {kind}")
    shown = pd.Series(numbers)
    _refuse_first(table, column, np.isinf(numbers), "is not finite", shown)
    if not may_be_negative:
        _refuse_first(table, column, numbers < 0, "is negative", shown)
    return numbers


def times_of(table: Table, column: str, timezone: str) -> pd.Series:
    """Return moments as UTC; a time without a zone is UTC, a day without a time is noon of that day in `timezone`.

    Raises:
        FileRefused: a time is missing, cannot be read, or lies outside the years 1 to 9999.
    """
    values = table.columns[column]
    kind = values.type
    _refuse_first(table, column, values.is_null().to_numpy(), "a time must be given")
    if pa.types.is_timestamp(kind):
        # Only nanoseconds have digits to lose; a coarser unit may reach beyond what microseconds hold.
        per_unit = {"s": 1e6, "ms": 1e3, "us": 1.0, "ns": 1e-3}[kind.unit]
        ticks = values.cast(pa.int64()).to_numpy()
        _refuse_distant(table, column, ticks * per_unit)
        return _utc(values.cast(pa.timestamp("us", kind.tz), safe=False).cast(pa.int64()).to_numpy())
    if pa.types.is_date(kind):
        days = (
            values.cast(pa.int32() if pa.types.is_date32(kind) else pa.int64()).to_numpy().astype(np.float64)
        )
        days = days if pa.types.is_date32(kind) else np.floor(days / 86_400_000)
        _refuse_distant(table, column, days * _DAY_US)
        return _noons(days.astype(np.int64) * _DAY_US, timezone)
    if not _is_text(kind):
        table.refuse_column(
            column, f"must hold timestamps, dates or ISO texts such as 2025-06-30T12:00:00Z, but its type is {kind}"
        )  # fmt: skip
    return _parsed(table, column, values.cast(pa.large_string()).to_pandas().str.strip(), timezone)


def days_of(table: Table, column: str) -> NDArray[np.datetime64]:
    """Return days, shape (rows,); of a time only its day counts, and 2025/6/30 and 20250630 are days as well.

    Raises:
        FileRefused: a day is missing or cannot be read.
    """
    values = table.columns[column]
    if pa.types.is_integer(values.type):
        values = values.cast(pa.large_string())
    if _is_text(values.type):
        text = values.cast(pa.large_string()).to_pandas().str.strip()
        known = text.dropna().unique()
        written = {day: _LOOSE_DAY.sub(_iso, day) for day in known}
        values = pa.chunked_array([pa.array(text.map(written), type=pa.large_string(), from_pandas=True)])
    table = Table(table.file, table.n_rows, {column: values})
    times = times_of(table, column, "UTC")
    return np.asarray(times.dt.tz_localize(None).to_numpy(), dtype="datetime64[D]")


def _iso(day: "re.Match[str]") -> str:
    return f"{day[1]}-{int(day[2]):02d}-{int(day[3]):02d}"


def _parsed(table: Table, column: str, text: pd.Series, timezone: str) -> pd.Series:
    known = text.where(text.str.match(_ISO))
    moments = pd.to_datetime(known, format="ISO8601", utc=True, errors="coerce")
    lost = moments.isna() & known.notna()
    if lost.any():
        # One value with nanoseconds takes the range of years from all others.
        again = pd.to_datetime(known[lost].str.slice(0, 19), format="ISO8601", utc=True, errors="coerce")
        moments = moments.dt.as_unit("us")
        moments[lost] = again.dt.as_unit("us")
    is_bad = moments.isna()
    _refuse_first(
        table, column, is_bad, "is no time such as 2025-06-30, 2025-06-30 12:00:00 or 2025-06-30T12:00:00+08:00", text
    )  # fmt: skip
    ticks = np.asarray(moments.dt.as_unit("us").astype(np.int64), dtype=np.int64)
    _refuse_distant(table, column, ticks.astype(np.float64))
    found = _utc(ticks)
    is_day = text.str.match(_DAY).to_numpy(dtype=bool)
    return found.mask(is_day, _noons(ticks, timezone)) if is_day.any() else found


def _noons(midnights: NDArray[np.int64], timezone: str) -> pd.Series:
    """Return noon of each day, which no change of the clock skips or repeats, as UTC."""
    noons = pd.Series((midnights + _DAY_US // 2).astype("datetime64[us]"))
    local = noons.dt.tz_localize(
        timezone, nonexistent="shift_forward", ambiguous=np.zeros(len(noons), dtype=bool)
    )
    return local.dt.tz_convert("UTC").dt.as_unit("us")


def _utc(ticks: NDArray[np.int64]) -> pd.Series:
    return pd.Series(ticks.astype("datetime64[us]")).dt.tz_localize("UTC")


def _as_text(table: Table, column: str, values: pa.ChunkedArray) -> pd.Series:
    try:
        text: pd.Series = values.cast(pa.large_string()).to_pandas().astype("str")
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError):
        table.refuse_column(column, f"its type {values.type} cannot be read as text")
    return text


def _is_text(kind: pa.DataType) -> bool:
    kind = kind.value_type if pa.types.is_dictionary(kind) else kind
    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_string_view(kind))


def _refuse_distant(table: Table, column: str, microseconds: NDArray[np.float64]) -> None:
    distant = (microseconds < _FIRST) | (microseconds > _LAST)
    _refuse_first(table, column, distant, "the time lies outside the years 1 to 9999")


def _refuse_first(
    table: Table, column: str, is_bad: "pd.Series | NDArray[np.bool_]", words: str, values: pd.Series | None = None
) -> None:  # fmt: skip
    bad = np.flatnonzero(np.asarray(is_bad, dtype=bool))
    if len(bad):
        row = int(bad[0])
        shown = "" if values is None else f"{_short(values.iloc[row])} "
        more = f" ({len(bad):,} such rows)" if len(bad) > 1 else ""
        table.refuse(column, row, f"{shown}{words}{more}")


def _short(value: object) -> str:
    text = str(value)
    return text if len(text) <= _SHOWN else text[:_SHOWN] + "…"
