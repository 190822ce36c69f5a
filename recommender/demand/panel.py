"""Demand as a dense table, and the only view of it a model gets: one that ends at its origin."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from recommender.demand.arranging import arranged, covariates_of, places_of, refuse_repeated, require_days
from recommender.demand.covariates import Covariates, Floats
from recommender.demand.rhythm import Rhythm
from recommender.frames import require_columns, require_numbers
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

    def latest(self, periods: int) -> "History":
        """Return the last periods alone, without what is known besides demand."""
        values = self.values[:, -periods:].copy()
        values.flags.writeable = False
        return History(self.series_ids, self.dates[-periods:], values, self.step_days, groups=self.groups)

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
        day = require_days(frame["date"])
        codes, ids = pd.factorize(require_ids(frame["series_id"]), sort=True)
        if not len(frame):
            return cls(np.array([], object), np.array([], "datetime64[D]"), np.empty((0, 0)), step_days)
        dates = np.arange(day.min(), day.max() + np.timedelta64(1, "D"), step_days)
        place = places_of(frame["date"], day, dates[0], step_days)
        refuse_repeated(frame["date"], codes, place)
        if "is_in_stock" in frame.columns:
            is_out = frame["is_in_stock"].eq(False).fillna(False).to_numpy(dtype=bool)
            quantity = np.where(is_out & (quantity == 0), np.nan, quantity)
        shape = (len(ids), len(dates))
        latest = np.lexsort((place, codes))
        last_rows = latest[np.append(codes[latest][1:] != codes[latest][:-1], True)]
        return cls(
            np.asarray(ids, dtype=object),
            dates,
            arranged(quantity, codes, place, shape),
            step_days,
            covariates_of(frame, known_ahead, covariates, ids, (codes, place), dates, step_days),
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
