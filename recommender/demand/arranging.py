"""From the rows of a frame to the cells of a table: series by series, period by period."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from recommender.demand.covariates import Covariates, Floats
from recommender.frames import InvalidFrame, refuse_rows, require_columns
from recommender.frames import require_text as require_ids

Integers = NDArray[np.int64]


def covariates_of(
    frame: pd.DataFrame,
    known_ahead: pd.DataFrame | None,
    names: Sequence[str],
    ids: pd.Index,
    cells: tuple[Integers, Integers],
    dates: NDArray[np.datetime64],
    step_days: int,
) -> Covariates:
    """Return covariates (series, periods) of a frame's cells, and of what is known ahead of its last date.

    Raises:
        InvalidFrame: a column is missing, or a value cannot be used.
    """
    codes, place = cells
    shape = (len(ids), len(dates))
    values = {name: arranged(_numbers(frame[name]), codes, place, shape) for name in names}
    if known_ahead is None or not len(known_ahead):
        return Covariates(values)
    require_columns(known_ahead, ("series_id", "date"))
    ahead_codes = ids.get_indexer(pd.Index(require_ids(known_ahead["series_id"])))
    ahead_place = places_of(known_ahead["date"], require_days(known_ahead["date"]), dates[0], step_days)
    kept = (ahead_codes >= 0) & (ahead_place >= len(dates))
    known = [name for name in names if name in known_ahead.columns]
    width = max(len(dates), int(ahead_place[kept].max(initial=-1)) + 1)
    for name in known:
        wide = np.full((len(ids), width), np.nan)
        wide[:, : len(dates)] = values[name]
        wide[ahead_codes[kept], ahead_place[kept]] = _numbers(known_ahead[name])[kept]
        values[name] = wide
    return Covariates(values, frozenset(known))


def arranged(numbers: Floats, codes: Integers, place: Integers, shape: tuple[int, int]) -> Floats:
    """Return a table of this shape with a number in each cell that has one, and NaN elsewhere."""
    values = np.full(shape, np.nan)
    values[codes, place] = numbers
    return values


def _numbers(column: pd.Series) -> Floats:
    """Return a covariate as floats; what is not given is NaN."""
    if not (pd.api.types.is_numeric_dtype(column) or pd.api.types.is_bool_dtype(column)):
        raise InvalidFrame(f"Column '{column.name}' must hold numbers, but its type is {column.dtype}.")
    values: Floats = column.to_numpy(dtype=np.float64, na_value=np.nan)
    refuse_rows(column, np.isinf(values), "must be finite")
    return values


def places_of(
    column: pd.Series, day: NDArray[np.datetime64], first: np.datetime64, step_days: int
) -> Integers:
    """Return how many periods after the first each day is.

    Raises:
        InvalidFrame: a day is not a whole number of periods after it.
    """
    since = (day - first).astype(np.int64)
    refuse_rows(column, since % step_days != 0, f"must be whole periods of {step_days} days after {first}")
    return since // step_days


def refuse_repeated(column: pd.Series, codes: Integers, place: Integers) -> None:
    """Refuse a series that has a day twice.

    Raises:
        InvalidFrame: at least one has.
    """
    cell = codes * (int(place.max()) + 1) + place
    is_repeated = np.ones(len(cell), dtype=bool)
    is_repeated[np.unique(cell, return_index=True)[1]] = False
    refuse_rows(column, is_repeated, "a series may have each day only once")


def require_days(column: pd.Series) -> NDArray[np.datetime64]:
    """Return the column as days.

    Raises:
        InvalidFrame: a value is missing, is no date or has a zone.
    """
    refuse_rows(column, column.isna(), "a date must be given")
    try:
        parsed = pd.to_datetime(column)
    except (ValueError, TypeError) as error:
        raise InvalidFrame(f"Column 'date' must hold dates: {error}.") from error
    if parsed.dt.tz is not None:
        raise InvalidFrame("Column 'date' must hold business days, not times with a zone.")
    return parsed.to_numpy().astype("datetime64[D]")
