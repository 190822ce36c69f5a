"""What was asked for of items, or of sums of them: sales, with days without stock estimated from what was known then."""

from dataclasses import dataclass
from datetime import date
from typing import Self

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from recommender.demand.announcements import Announcements
from recommender.demand.censoring import demand_without_stock_outs
from recommender.demand.covariates import Covariates, Floats
from recommender.demand.levels import summed_demand
from recommender.demand.panel import History, Panel

IN_STOCK = "in_stock"
# The one series in which all items are summed.
WHOLE = "all"


@dataclass(frozen=True, kw_only=True)
class Asked(Panel):
    """A panel of demand whose history at an origin estimates days without stock from the days until then alone.

    Attributes:
        sold: of items, NaN where not on offer, with the covariate `IN_STOCK`.
        group: (items,) the place of each item's series; None where items are the series.
        campaigns: of items, where items are the series.
    """

    sold: Panel
    group: NDArray[np.int64] | None
    campaigns: Announcements | None

    @classmethod
    def of(cls, sold: Panel, by: str | None, campaigns: pd.DataFrame | None = None) -> Self:
        """Return the demand of each item, summed by one of the panel's groups, or of the `WHOLE`.

        Only single items know of their `campaigns` (see `Announcements.of`): of a sum, one item's says little.

        Raises:
            InvalidFrame: the campaigns lack a column.
        """
        if by is None:
            ids, group = sold.series_ids, None
        else:
            labels = np.full(len(sold.series_ids), WHOLE) if by == WHOLE else sold.groups[by].astype(str)
            names, group = np.unique(labels, return_inverse=True)
            ids = names.astype(object)
        return cls(
            ids,
            sold.dates,
            _summed(_asked(sold, len(sold.dates)), group, len(ids)),
            sold.step_days,
            groups=sold.groups if group is None else {},
            sold=sold,
            group=group,
            campaigns=None if campaigns is None or by is not None else Announcements.of(campaigns, sold),
        )

    def history(self, origin: date, horizon: int | None = None) -> History:
        """Return what was known at the end of the origin, with promotions of `horizon` days ahead.

        At the end of the panel all campaigns are known, for that is where forecasts are made from.
        """
        periods = int(np.searchsorted(self.dates, np.datetime64(origin, "D"), side="right"))
        if periods == len(self.dates):
            values = self.values.copy()
        else:
            values = _summed(_asked(self.sold, periods), self.group, len(self.series_ids))
        values.flags.writeable = False
        known = Covariates()
        if self.campaigns is not None:
            until = origin if periods < len(self.dates) else None
            known = self.campaigns.known_at(until, periods, horizon or 0, len(self.series_ids))
        return History(
            self.series_ids,
            self.dates[:periods].copy(),
            values,
            self.step_days,
            known.copied(),
            self.groups,
        )

    def actuals(self, origin: date, horizon: int) -> Floats:
        """Return what was asked for after the origin; of an item without stock nobody knows, so it is NaN."""
        found = super().actuals(origin, horizon)
        if self.group is not None:
            return found
        first = int(np.searchsorted(self.dates, np.datetime64(origin, "D"), side="right"))
        return np.where(_is_out(self.sold)[:, first : first + horizon], np.nan, found)


def sold_panel(history: pd.DataFrame, groups: tuple[str, ...]) -> Panel:
    """Arrange sales (series_id, date, quantity[, is_in_stock, groups]); an unknown `is_in_stock` counts as in stock.

    Raises:
        InvalidFrame: a column is missing, a value cannot be used, or a series has a day twice.
    """
    stocked = np.ones(len(history))
    if "is_in_stock" in history.columns:
        stocked -= history["is_in_stock"].eq(False).fillna(False).to_numpy(dtype=np.float64)
    frame = history.drop(columns="is_in_stock", errors="ignore").assign(**{IN_STOCK: stocked})
    return Panel.from_frame(frame, covariates=(IN_STOCK,), groups=groups)


def _is_out(sold: Panel) -> NDArray[np.bool_]:
    return np.asarray(sold.covariates.values[IN_STOCK][:, : len(sold.dates)] == 0)


def _asked(sold: Panel, periods: int) -> Floats:
    """Return the demand of items in the first periods; of an item never in stock, nothing sold is not observed.

    Demand that comes in whole units stays whole: what was lost is rounded as it adds up, so that of three days with
    a third of a unit each one has a unit. Rounded day by day, slow items would lose nothing.
    """
    values, is_out = sold.values[:, :periods].copy(), _is_out(sold)[:, :periods]
    if not is_out.any():
        return values
    never = np.asarray((is_out | np.isnan(values)).all(axis=1))
    lost = np.nan_to_num(demand_without_stock_outs(values, is_out, sold.dates[:periods]) - values)
    known = values[~np.isnan(values)]
    if (known == np.rint(known)).all():
        lost = np.diff(np.floor(np.cumsum(lost, axis=1) + 0.5), axis=1, prepend=0.0)
    values += lost
    values[never[:, None] & is_out & (values == 0)] = np.nan
    return values


def _summed(values: Floats, group: NDArray[np.int64] | None, n_series: int) -> Floats:
    return values if group is None else summed_demand(values, group, n_series)
