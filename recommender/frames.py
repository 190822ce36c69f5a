"""What both areas ask of an incoming frame, and typed frames for what goes out."""

from collections.abc import Mapping

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray


class InvalidFrame(ValueError):
    """An input frame cannot be used; the message names the column and the first bad row."""


def require_columns(frame: pd.DataFrame, columns: tuple[str, ...]) -> None:
    """Refuse a frame that lacks one of the columns.

    Raises:
        InvalidFrame: a column is missing.
    """
    missing = [column for column in columns if column not in frame.columns]
    if missing:
        raise InvalidFrame(
            f"Column '{missing[0]}' is missing; the frame has: {', '.join(map(str, frame.columns))}."
        )


def refuse_rows(column: pd.Series, bad: ArrayLike, expectation: str) -> None:
    """Refuse the column if any row is marked bad, naming the first such row (0-based position).

    Raises:
        InvalidFrame: at least one row is bad.
    """
    positions = np.flatnonzero(np.asarray(bad, dtype=bool))
    if len(positions):
        value = column.iloc[int(positions[0])]
        raise InvalidFrame(
            f"Column '{column.name}', row {positions[0]}: {expectation}, got {value!r} "
            f"({len(positions)} such rows)."
        )


def require_text(column: pd.Series) -> pd.Series:
    """Return the id column as pandas `str`, refusing nulls and anything that is not text.

    Raises:
        InvalidFrame: a value is null or not text.
    """
    refuse_rows(column, column.isna(), "an id must be given")
    # An empty column has no values to tell its type by, so any type will do.
    if len(column) and not pd.api.types.is_string_dtype(column):
        refuse_rows(column, ~column.map(lambda value: isinstance(value, str)), "an id must be text")
    return column.astype("str")


def require_times(column: pd.Series) -> pd.Series:
    """Return the column as UTC timestamps; naive values are taken to be UTC.

    Raises:
        InvalidFrame: a value is null or the column does not hold timestamps.
    """
    if not pd.api.types.is_datetime64_any_dtype(column):
        if len(column):
            raise InvalidFrame(
                f"Column '{column.name}' must hold timestamps, but its type is {column.dtype}."
            )
        return pd.Series([], dtype="datetime64[us, UTC]", name=column.name)
    refuse_rows(column, column.isna(), "a time must be given")
    return pd.to_datetime(column, utc=True).dt.as_unit("us")


def require_numbers(column: pd.Series, *, at_least: float) -> NDArray[np.float64]:
    """Return the column as finite floats that are not below a bound.

    Raises:
        InvalidFrame: the column is not numeric, or a value is null, infinite or too small.
    """
    if len(column) and (not pd.api.types.is_numeric_dtype(column) or pd.api.types.is_bool_dtype(column)):
        raise InvalidFrame(f"Column '{column.name}' must hold numbers, but its type is {column.dtype}.")
    values = column.to_numpy(dtype=np.float64, na_value=np.nan)
    refuse_rows(column, ~(np.isfinite(values) & (values >= at_least)), f"must be at least {at_least:g}")
    return values


def typed_frame(columns: Mapping[str, str], data: Mapping[str, ArrayLike] | None = None) -> pd.DataFrame:
    """Build a frame with exactly these columns and types; without data it has zero rows."""
    return pd.DataFrame(
        {name: pd.Series([] if data is None else data[name], dtype=dtype) for name, dtype in columns.items()}
    )
