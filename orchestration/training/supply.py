"""A tenant's lines to plan: each item in each active warehouse, with its part of demand, its stock and its room."""

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from orchestration.training.stock_inputs import StockInputs
from recommender.bootstrap import Floats
from recommender.demand.model import Forecast
from recommender.replenishment.newsvendor import shortage_of_service
from recommender.replenishment.sharing import shared_out, warehouse_shares

# What left the warehouses in the last quarter tells who serves what is asked for next.
_SHARE_DAYS = 90
# As in the seed of lead times. What a left-over piece costs is assumed, not measured: a tenth of its purchase,
# for room and mark-downs; with the service level it says what a missing piece costs.
_SERVICE_LEVEL = 0.95
_LEFTOVER_SHARE = 0.1
_KEYS = ["item_id", "warehouse_id"]


@dataclass(frozen=True)
class Supply:
    """What can be planned as of a day.

    Attributes:
        lines: see `LINE_COLUMNS`, by item and warehouse.
        shares: (lines,) the part of its item's demand that a line serves; those of an item sum up to one.
        storage: room for planned items by warehouse, where it is limited, in storage units.
        open_orders, expiring: what is under way and what keeps how long, of these lines.
    """

    lines: pd.DataFrame
    shares: Floats
    storage: dict[str, float]
    open_orders: pd.DataFrame
    expiring: pd.DataFrame

    def parts_of(self, forecast: Forecast, item_ids: NDArray[np.object_]) -> Forecast:
        """Return each line's part of its item's forecast; `item_ids` (series,) are sorted."""
        rows = np.searchsorted(item_ids.astype(str), self.lines["item_id"].to_numpy(dtype=str))
        return shared_out(forecast, rows, self.shares)

    def of_item(self, item_id: str) -> "Supply | None":
        """Return the lines of one item alone, as if all room were its own; None if it has none."""
        is_own = (self.lines["item_id"] == item_id).to_numpy()
        if not is_own.any():
            return None
        lines = self.lines[is_own].reset_index(drop=True)
        return Supply(
            lines,
            self.shares[is_own],
            {},
            _of_lines(self.open_orders, lines),
            _of_lines(self.expiring, lines),
        )


def supply_of(
    stock: StockInputs, tenant_id: str, item_ids: NDArray[np.object_], origin: date
) -> Supply | None:
    """Return what can be ordered of some items from the day after the origin on; None without terms or a warehouse."""
    terms = stock.terms(tenant_id, origin + timedelta(days=1))
    terms = terms[terms["item_id"].isin(item_ids)].reset_index(drop=True)
    warehouses = stock.warehouses(tenant_id)
    if terms.empty or warehouses.empty:
        return None
    default = str(warehouses["warehouse_id"].iloc[0])
    own = sorted(warehouses["warehouse_id"])
    lying = stock.lying(tenant_id)
    lines = priced(terms).merge(pd.DataFrame({"warehouse_id": own}), how="cross")
    there = lying.set_index(_KEYS)["quantity"].reindex(pd.MultiIndex.from_frame(lines[_KEYS]))
    left = stock.issued(tenant_id, origin - timedelta(days=_SHARE_DAYS - 1), origin)
    return Supply(
        lines=lines.assign(on_hand=there.fillna(0.0).to_numpy()),
        shares=warehouse_shares(left, list(terms["item_id"]), own, default).ravel(),
        storage=_room(warehouses, lying, terms),
        open_orders=_of_lines(_open_orders(stock.incoming(tenant_id), own, default), lines),
        expiring=_of_lines(stock.expiring(tenant_id), lines),
    )


def priced(terms: pd.DataFrame) -> pd.DataFrame:
    """Return terms or lines with what a missing and a left-over piece cost."""
    leftover = terms["unit_cost_fen"].to_numpy(dtype=np.float64) * _LEFTOVER_SHARE
    return terms.assign(leftover_fen=leftover, shortage_fen=shortage_of_service(_SERVICE_LEVEL, leftover))


def _room(warehouses: pd.DataFrame, lying: pd.DataFrame, terms: pd.DataFrame) -> dict[str, float]:
    """Return the room that is left for planned items: what lies in the way that is not planned is taken off."""
    others = lying[~lying["item_id"].isin(terms["item_id"])]
    used = others.groupby("warehouse_id")["used_units"].sum()
    limited = warehouses.dropna(subset="capacity_units")
    return {
        warehouse_id: max(float(capacity - used.get(warehouse_id, 0.0)), 0.0)
        for warehouse_id, capacity in zip(limited["warehouse_id"], limited["capacity_units"], strict=True)
    }


def _open_orders(incoming: pd.DataFrame, own: list[str], default: str) -> pd.DataFrame:
    """Return what is under way; what was to go to a warehouse that has closed since comes to the default one."""
    is_own = incoming["warehouse_id"].isin(own)
    return incoming.assign(warehouse_id=incoming["warehouse_id"].where(is_own, default))


def _of_lines(frame: pd.DataFrame, lines: pd.DataFrame) -> pd.DataFrame:
    keys = pd.MultiIndex.from_frame(lines[_KEYS])
    return frame[pd.MultiIndex.from_frame(frame[_KEYS]).isin(keys)].reset_index(drop=True)
