"""Demand as a dense table, and the only view of it a model gets: one that ends at its origin."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from recommender.demand.covariates import Covariates, Floats
from recommender.demand.rhythm import Rhythm
from recommender.frames import InvalidFrame, refuse_rows, require_columns, require_numbers
from recommender.frames import require_text as require_ids

Groups = Mapping[str, NDArray[np.object_]]


@dataclass(frozen=True)
class History:
    """What was known at the end of the origin; it holds no later demand, so none can leak.

    `dates` (periods,) are `step_days` apart and end at the origin; `values` (series, periods) is read-only,
    NaN where demand was not observed (closed, not listed, out of stock). `covariates` that are known ahead may
    reach beyond the origin. `groups` are static labels (series,).
    """

    series_ids: NDArray[np.object_]
    dates: NDArray[np.datetime64]
    values: Floats
    step_days: int = 1
    covariates: Covariates = field(default_factory=Covariates)
    groups: Groups = field(default_factory=dict)

    @property
    def origin(self) -> date:
        """The last day that is known."""
        day: date = self.dates[-1].astype(object)
        return day

    @property
    def rhythm(self) -> Rhythm:
        """The lengths of a week and a year in periods."""
        return Rhythm.of(self.step_days)

    def dates_ahead(self, horizon: int) -> NDArray[np.datetime64]:
        """Return the dates of the periods after the origin, shape (horizon,)."""
        ahead: NDArray[np.datetime64] = self.dates[-1] + self.step_days * np.arange(1, horizon + 1)
        return ahead

    def until(self, periods: int, ahead: int) -> "History":
        """Return what was known after so many periods, with what was known of `ahead` more."""
        return History(
            self.series_ids,
            self.dates[:periods],
            self.values[:, :periods],
            self.step_days,
            self.covariates.until(periods, ahead),
            self.groups,
        )

    def take(self, series: NDArray[np.int64]) -> "History":
        """Return the history of some series, by place."""
        values = self.values[series]
        values.flags.writeable = False
        return History(
            self.series_ids[series],
            self.dates,
            values,
            self.step_days,
            self.covariates.take(series),
            {name: labels[series] for name, labels in self.groups.items()},
        )


@dataclass(frozen=True)
class Panel:
    """All series of one level over consecutive periods; NaN is not observed, never zero demand.

    `series_ids` (series,) are sorted, `dates` (periods,) `step_days` apart, `values` (series, periods) units,
    `covariates` begin with the first date and may reach beyond the last, `groups` are labels (series,).
    """

    series_ids: NDArray[np.object_]
    dates: NDArray[np.datetime64]
    values: Floats
    step_days: int = 1
    covariates: Covariates = field(default_factory=Covariates)
    groups: Groups = field(default_factory=dict)

    @classmethod
    def from_frame(
        cls,
        frame: pd.DataFrame,
        *,
        step_days: int = 1,
        known_ahead: pd.DataFrame | None = None,
        covariates: Sequence[str] = (),
        groups: Sequence[str] = (),
    ) -> "Panel":
        """Validate and arrange a frame (series_id, date, quantity ≥ 0[, is_in_stock, covariates, groups]).

        A row that is out of stock and sold nothing tells nothing about demand and counts as not
        observed. An unknown `is_in_stock` counts as in stock. `known_ahead` has series_id, date and those
        covariates that are known before the day comes, for days after the frame's last; series that the frame
        does not know are left out. A series has the group of its latest row.

        Raises:
            InvalidFrame: a column is missing, a value cannot be used, or a series has a day twice.
        """
        require_columns(frame, ("series_id", "date", "quantity", *covariates, *groups))
        quantity = require_numbers(frame["quantity"], at_least=0)
        day = _require_days(frame["date"])
        codes, ids = pd.factorize(require_ids(frame["series_id"]), sort=True)
        if not len(frame):
            return cls(np.array([], object), np.array([], "datetime64[D]"), np.empty((0, 0)), step_days)
        dates = np.arange(day.min(), day.max() + np.timedelta64(1, "D"), step_days)
        place = _places(frame["date"], day, dates[0], step_days)
        _refuse_repeated(frame["date"], codes, place)
        if "is_in_stock" in frame.columns:
            is_out = frame["is_in_stock"].eq(False).fillna(False).to_numpy(dtype=bool)
            quantity = np.where(is_out & (quantity == 0), np.nan, quantity)
        shape = (len(ids), len(dates))
        latest = np.lexsort((place, codes))
        last_rows = latest[np.append(codes[latest][1:] != codes[latest][:-1], True)]
        return cls(
            np.asarray(ids, dtype=object),
            dates,
            _arranged(quantity, codes, place, shape),
            step_days,
            _covariates(frame, known_ahead, covariates, ids, (codes, place), dates, step_days),
            {name: frame[name].to_numpy(dtype=object)[last_rows] for name in groups},
        )

    def history(self, origin: date, horizon: int | None = None) -> History:
        """Return a copy of everything up to and including the origin, and nothing after it.

        Covariates that are known ahead reach `horizon` periods further; without one, as far as they are known.
        """
        periods = int(np.searchsorted(self.dates, np.datetime64(origin, "D"), side="right"))
        values = self.values[:, :periods].copy()
        values.flags.writeable = False
        return History(
            self.series_ids,
            self.dates[:periods].copy(),
            values,
            self.step_days,
            self.covariates.until(periods, horizon).copied(),
            self.groups,
        )

    def actuals(self, origin: date, horizon: int) -> Floats:
        """Return what happened in the periods after the origin, shape (series, horizon) or less at the end."""
        first = int(np.searchsorted(self.dates, np.datetime64(origin, "D"), side="right"))
        return self.values[:, first : first + horizon]

    def between(self, first: int, last: int, values: Floats) -> "Panel":
        """Return the panel of the periods from `first` to before `last`, with other values of the same shape."""
        covariates = {name: value[:, first:] for name, value in self.covariates.values.items()}
        return Panel(
            self.series_ids,
            self.dates[first:last],
            values[:, first:last],
            self.step_days,
            Covariates(covariates, self.covariates.known_ahead),
            self.groups,
        )


def _covariates(
    frame: pd.DataFrame,
    known_ahead: pd.DataFrame | None,
    names: Sequence[str],
    ids: pd.Index,
    cells: tuple[NDArray[np.int64], NDArray[np.int64]],
    dates: NDArray[np.datetime64],
    step_days: int,
) -> Covariates:
    codes, place = cells
    shape = (len(ids), len(dates))
    values = {name: _arranged(_numbers(frame[name]), codes, place, shape) for name in names}
    if known_ahead is None or not len(known_ahead):
        return Covariates(values)
    require_columns(known_ahead, ("series_id", "date"))
    ahead_codes = ids.get_indexer(pd.Index(require_ids(known_ahead["series_id"])))
    ahead_place = _places(known_ahead["date"], _require_days(known_ahead["date"]), dates[0], step_days)
    kept = (ahead_codes >= 0) & (ahead_place >= len(dates))
    known = [name for name in names if name in known_ahead.columns]
    width = max(len(dates), int(ahead_place[kept].max(initial=-1)) + 1)
    for name in known:
        wide = np.full((len(ids), width), np.nan)
        wide[:, : len(dates)] = values[name]
        wide[ahead_codes[kept], ahead_place[kept]] = _numbers(known_ahead[name])[kept]
        values[name] = wide
    return Covariates(values, frozenset(known))


def _arranged(
    numbers: Floats, codes: NDArray[np.int64], place: NDArray[np.int64], shape: tuple[int, int]
) -> Floats:
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


def _places(
    column: pd.Series, day: NDArray[np.datetime64], first: np.datetime64, step_days: int
) -> NDArray[np.int64]:
    since = (day - first).astype(np.int64)
    refuse_rows(column, since % step_days != 0, f"must be whole periods of {step_days} days after {first}")
    return since // step_days


def _refuse_repeated(column: pd.Series, codes: NDArray[np.int64], place: NDArray[np.int64]) -> None:
    cell = codes * (int(place.max()) + 1) + place
    is_repeated = np.ones(len(cell), dtype=bool)
    is_repeated[np.unique(cell, return_index=True)[1]] = False
    refuse_rows(column, is_repeated, "a series may have each day only once")


def _require_days(column: pd.Series) -> NDArray[np.datetime64]:
    refuse_rows(column, column.isna(), "a date must be given")
    try:
        parsed = pd.to_datetime(column)
    except (ValueError, TypeError) as error:
        raise InvalidFrame(f"Column 'date' must hold dates: {error}.") from error
    if parsed.dt.tz is not None:
        raise InvalidFrame("Column 'date' must hold business days, not times with a zone.")
    return parsed.to_numpy().astype("datetime64[D]")
