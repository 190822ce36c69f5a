"""A plan as tables: a line for each row, and what was cut from what it would have liked, and why."""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from recommender.bootstrap import Floats
from recommender.frames import typed_frame
from recommender.replenishment.need import LOST
from recommender.replenishment.order_up_to import Integers
from recommender.replenishment.plan_input import PlanRows
from recommender.replenishment.row_needs import RowNeeds

# Pieces: what is wished for without any limit, ordered, and in stock but not counted on, for it expires. Dates: when to order and when that arrives, null
# without an order; when running out becomes likelier than it is worth, null if never. `is_too_late`: an order
# of tomorrow arrives after that was wanted. Risks are probabilities of losing any piece; lost and left are
# expected pieces; demand is over all days of the forecast. `confidence` is high up to a half-width of the
# demand's 90 % interval of .25 of its median, medium up to .6.
PLAN_LINE_COLUMNS = {
    "item_id": "str",
    "warehouse_id": "str",
    "order_up_to": "float64",
    "wish_quantity": "float64",
    "quantity": "float64",
    "expiring_quantity": "float64",
    "order_by": "datetime64[us]",
    "arrives_on": "datetime64[us]",
    "need_date": "datetime64[us]",
    "is_too_late": "bool",
    "purchase_fen": "float64",
    "risk_without": "float64",
    "risk_with": "float64",
    "lost_without": "float64",
    "lost_with": "float64",
    "left_without": "float64",
    "left_with": "float64",
    "cost_without_fen": "float64",
    "cost_with_fen": "float64",
    "demand_mean": "float64",
    "demand_q05": "float64",
    "demand_q50": "float64",
    "demand_q95": "float64",
    "confidence": "str",
}
# One row per line and reason; `quantity` is what it added to the wish, so below zero where it cut.
PLAN_CUT_COLUMNS = {"item_id": "str", "warehouse_id": "str", "reason": "str", "quantity": "float64"}

_CONFIDENT, _DOUBTFUL = 0.25, 0.6


def line_frame(rows: PlanRows, needs: RowNeeds, quantity: Floats) -> pd.DataFrame:
    """Return a row per line (see `PLAN_LINE_COLUMNS`)."""
    terms = rows.terms
    saved = np.minimum(needs.need, quantity[:, None])
    lost = needs.lost - saved
    lost_without, saved_mean = needs.lost.mean(axis=1), saved.mean(axis=1)
    cost_without = terms.shortage_fen * lost_without + terms.leftover_fen * needs.left.mean(axis=1)
    unsaved = quantity - saved_mean
    low, median, high = np.quantile(needs.demand, (0.05, 0.5, 0.95), axis=1)
    is_ordered = quantity > 0
    arrives = np.where(is_ordered, needs.arrival, -1)
    return typed_frame(
        PLAN_LINE_COLUMNS,
        {
            "item_id": rows.item_ids,
            "warehouse_id": rows.warehouse_ids,
            "order_up_to": terms.on_hand + rows.arrivals.sum(axis=1) + needs.wish,
            "wish_quantity": needs.wish,
            "quantity": quantity,
            "expiring_quantity": rows.expiring,
            "order_by": _dates(rows.dates, np.where(is_ordered, needs.arrival - terms.lead, -1)),
            "arrives_on": _dates(rows.dates, arrives),
            "need_date": _dates(rows.dates, needs.need_day),
            "is_too_late": (needs.wanted_day >= 0) & (needs.wanted_day < terms.lead),
            "purchase_fen": quantity * terms.unit_cost_fen,
            "risk_without": (needs.lost > LOST).mean(axis=1),
            "risk_with": (lost > LOST).mean(axis=1),
            "lost_without": lost_without,
            "lost_with": lost.mean(axis=1),
            "left_without": needs.left.mean(axis=1),
            "left_with": needs.left.mean(axis=1) + unsaved,
            "cost_without_fen": cost_without,
            "cost_with_fen": cost_without - terms.shortage_fen * saved_mean + needs.leftover_fen * unsaved,
            "demand_mean": needs.demand.mean(axis=1),
            "demand_q05": low,
            "demand_q50": median,
            "demand_q95": high,
            "confidence": _confidence((high - low) / 2.0, median),
        },
    )


def cut_frame(
    rows: PlanRows, needs: RowNeeds, orderable: Floats, quantity: Floats, charged: Floats
) -> pd.DataFrame:
    """Return a row per line and reason that changed its wish (see `PLAN_CUT_COLUMNS`), in this order.

    too_late: it cannot come when it is wanted; shelf_life: it would expire unsold; minimum_order and pack:
    what can be ordered; budget and storage: what all rows may use together. `orderable` (rows,) is the best
    quantity without common limits. `charged` (limits, rows) is what each limit charges a piece, the budget
    first: the dearer one is the reason.
    """
    is_raised_or_dropped = ((rows.minimum > needs.kept) & (needs.kept > 0)).astype(bool)
    rounding = orderable - needs.kept
    is_storage = charged[1:].sum(axis=0) > charged[0]
    limited = quantity - orderable
    changes = {
        "too_late": needs.timely - needs.wish,
        "shelf_life": needs.kept - needs.timely,
        "minimum_order": np.where(is_raised_or_dropped, rounding, 0.0),
        "pack": np.where(is_raised_or_dropped, 0.0, rounding),
        "budget": np.where(is_storage, 0.0, limited),
        "storage": np.where(is_storage, limited, 0.0),
    }
    table = np.stack(list(changes.values()), axis=1)
    row, reason = np.nonzero(np.abs(table) > LOST)
    return typed_frame(
        PLAN_CUT_COLUMNS,
        {
            "item_id": rows.item_ids[row],
            "warehouse_id": rows.warehouse_ids[row],
            "reason": np.array(list(changes), dtype=object)[reason],
            "quantity": table[row, reason],
        },
    )


def _dates(dates: NDArray[np.datetime64], place: Integers) -> NDArray[np.datetime64]:
    """Return the day of each place, NaT for -1."""
    return np.where(place >= 0, dates[0] + np.maximum(place, 0), np.datetime64("NaT", "D"))


def _confidence(half_width: Floats, median: Floats) -> NDArray[np.object_]:
    is_high = half_width <= _CONFIDENT * median
    is_medium = half_width <= _DOUBTFUL * median
    return np.where(is_high, "high", np.where(is_medium, "medium", "low")).astype(object)
