"""The rows of a plan as a validated table."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from recommender.bootstrap import Floats
from recommender.frames import refuse_rows, require_columns, require_numbers, require_text
from recommender.replenishment.row_needs import RowTerms

# Days that stand for keeping without limit: 2,700 years.
NEVER = 1e6

# Columns of a plan's input, one row per item and warehouse: pieces in stock; days from order to shelf, and
# days of slack before the need; pieces a pack and the least order; fen to buy one, lost with one that is
# missing and with one that is left; room one takes; days it keeps, null where it does not expire.
LINE_COLUMNS = (
    "item_id",
    "warehouse_id",
    "on_hand",
    "lead_days",
    "safety_days",
    "pack_size",
    "minimum_order",
    "unit_cost_fen",
    "shortage_fen",
    "leftover_fen",
    "unit_volume",
    "shelf_life_days",
)


@dataclass(frozen=True)
class PlanRows:
    """Who the rows are, their terms, packs and volumes (rows,), and open `arrivals` (rows, days).

    `expiring` (rows,) are pieces that lie there and are not counted on: the terms' stock is without them.
    """

    item_ids: NDArray[np.object_]
    warehouse_ids: NDArray[np.object_]
    terms: RowTerms
    pack: Floats
    minimum: Floats
    volume: Floats
    expiring: Floats
    arrivals: Floats
    dates: NDArray[np.datetime64]

    @property
    def keys(self) -> pd.MultiIndex:
        """Item and warehouse of each row."""
        return pd.MultiIndex.from_arrays([self.item_ids, self.warehouse_ids])

    @classmethod
    def from_frames(
        cls, lines: pd.DataFrame, dates: NDArray[np.datetime64], open_orders: pd.DataFrame | None
    ) -> "PlanRows":
        """Validate the lines and lay the open orders on the days of the plan.

        An open order that is due before the first day counts as arriving on it; one after the last day is
        left out.

        Raises:
            InvalidFrame: see `plan_holiday`.
        """
        require_columns(lines, LINE_COLUMNS)
        item_ids, warehouse_ids = require_text(lines["item_id"]), require_text(lines["warehouse_id"])
        keys = pd.MultiIndex.from_arrays([item_ids, warehouse_ids])
        refuse_rows(lines["item_id"], keys.duplicated(), "an item may have one line in a warehouse")
        shelf_life = require_numbers(lines["shelf_life_days"].astype("float64").fillna(NEVER), at_least=1.0)

        def number(name: str, at_least: float = 0.0) -> Floats:
            return require_numbers(lines[name], at_least=at_least)

        return cls(
            item_ids=item_ids.to_numpy(dtype=object),
            warehouse_ids=warehouse_ids.to_numpy(dtype=object),
            terms=RowTerms(
                on_hand=number("on_hand"),
                lead=number("lead_days").astype(np.int64),
                safety=number("safety_days").astype(np.int64),
                shelf_life=shelf_life,
                unit_cost_fen=number("unit_cost_fen"),
                shortage_fen=number("shortage_fen"),
                leftover_fen=number("leftover_fen"),
            ),
            pack=number("pack_size", 1.0),
            minimum=number("minimum_order"),
            volume=number("unit_volume"),
            expiring=np.zeros(len(keys)),
            arrivals=_arrivals(open_orders, keys, dates),
            dates=dates,
        )


def _arrivals(open_orders: pd.DataFrame | None, keys: pd.MultiIndex, dates: NDArray[np.datetime64]) -> Floats:
    arrivals = np.zeros((len(keys), len(dates)))
    if open_orders is None:
        return arrivals
    require_columns(open_orders, ("item_id", "warehouse_id", "date", "quantity"))
    quantity = require_numbers(open_orders["quantity"], at_least=0.0)
    wanted = pd.MultiIndex.from_arrays(
        [require_text(open_orders["item_id"]), require_text(open_orders["warehouse_id"])]
    )
    rows = keys.get_indexer(wanted)
    refuse_rows(open_orders["item_id"], rows < 0, "an open order must be of a line of the plan")
    day = pd.to_datetime(open_orders["date"]).to_numpy().astype("datetime64[D]")
    place = np.maximum((day - dates[0]).astype(np.int64), 0)
    is_within = place < len(dates)
    np.add.at(arrivals, (rows[is_within], place[is_within]), quantity[is_within])
    return arrivals
