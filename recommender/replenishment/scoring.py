"""After the holiday: what the plan was worth, against ordering nothing and against having known the demand."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from recommender.bootstrap import Floats
from recommender.frames import InvalidFrame, require_columns, require_numbers, typed_frame
from recommender.replenishment.need import LOST, Window, first_risky_day, follow, needs_within
from recommender.replenishment.plan_input import PlanRows

# Pieces lost and left over, and their cost, under the plan, without any order, and with the one order that
# somebody who knew the demand would have placed. `is_inside`: demand fell between the plan's q05 and q95.
PLAN_SCORE_COLUMNS = {
    "item_id": "str",
    "warehouse_id": "str",
    "demand": "float64",
    "forecast": "float64",
    "is_inside": "bool",
    "quantity": "float64",
    "hindsight_quantity": "float64",
    "lost": "float64",
    "lost_without": "float64",
    "lost_hindsight": "float64",
    "left": "float64",
    "left_without": "float64",
    "cost_fen": "float64",
    "cost_without_fen": "float64",
    "cost_hindsight_fen": "float64",
}


@dataclass(frozen=True)
class PlanScore:
    """A scored plan: its `lines` (see `PLAN_SCORE_COLUMNS`) and totals over them.

    Attributes:
        wape, bias: of the forecast of each line's demand over all days, as shares of demand; NaN without any.
        coverage: share of lines whose demand fell inside their 90 % interval.
        stock_outs_avoided: lines that lost pieces without the plan and none with it.
        stock_outs: lines that lost pieces with the plan.
        saved_fen: expected-cost terms that the plan saved over ordering nothing; below zero if it did harm.
        regret_fen: what knowing the demand would have saved on top.
        share_of_possible: saved_fen over what hindsight saves; NaN where there was nothing to save.
    """

    lines: pd.DataFrame
    wape: float
    bias: float
    coverage: float
    stock_outs_avoided: int
    stock_outs: int
    saved_fen: float
    regret_fen: float
    share_of_possible: float


def score_plan(
    plan_lines: pd.DataFrame,
    lines: pd.DataFrame,
    demand: Floats,
    dates: NDArray[np.datetime64],
    *,
    open_orders: pd.DataFrame | None = None,
) -> PlanScore:
    """Score a plan's lines as ordered against demand (lines, days) of the days it was for.

    `plan_lines` has item_id, warehouse_id, quantity, arrives_on (null without an order), demand_mean,
    demand_q05 and demand_q95; `lines` and `open_orders` are what the plan was made of, the lines in the same
    order. Demand is what was asked for: estimate it where stock ran out, for sales hide what was lost.

    Raises:
        InvalidFrame: a column is missing, a value cannot be used, the lines are not those of the plan, or
            demand is not known throughout.
    """
    require_columns(plan_lines, ("item_id", "warehouse_id", "quantity", "arrives_on", "demand_mean"))
    rows = PlanRows.from_frames(lines, dates, open_orders)
    if any(
        list(own) != list(plan_lines[name])
        for own, name in ((rows.item_ids, "item_id"), (rows.warehouse_ids, "warehouse_id"))
    ):
        raise InvalidFrame("The lines are not those of the plan, in its order.")
    if demand.shape != (len(rows.item_ids), len(dates)) or np.isnan(demand).any():
        raise InvalidFrame("Demand must be known for every line and day of the plan.")
    quantity = require_numbers(plan_lines["quantity"], at_least=0.0)
    n_days = len(dates)
    arrives = pd.to_datetime(plan_lines["arrives_on"]).to_numpy().astype("datetime64[D]")
    is_none = np.isnat(arrives)
    arrival = np.where(is_none, n_days, (np.where(is_none, dates[0], arrives) - dates[0]).astype(np.int64))
    days = [column[:, None] for column in demand.T]
    course = follow(days, rows.terms.on_hand, rows.arrivals)
    first_lost = first_risky_day(course.risk, np.zeros(len(demand)))
    known_arrival = np.where(first_lost >= 0, np.maximum(first_lost, rows.terms.lead), n_days)
    last = np.full(len(demand), n_days - 1)
    kept = np.minimum(rows.terms.shelf_life, n_days)
    windows = [
        Window(start, np.minimum(last, start + kept - 1).astype(np.int64))
        for start in (known_arrival, arrival)
    ]
    (best, served), _ = needs_within(days, rows.terms.on_hand, rows.arrivals, windows)
    # A piece that expired is lost with what it cost, as the plan assumed.
    unsold_fen = np.where(
        windows[1].until < last,
        np.maximum(rows.terms.leftover_fen, rows.terms.unit_cost_fen),
        rows.terms.leftover_fen,
    )
    saved = np.minimum(quantity, served[:, 0])
    happened = _Happened(
        demand.sum(axis=1),
        quantity,
        saved,
        np.maximum(best[:, 0], saved),
        course.lost[:, 0],
        course.left[:, 0],
        unsold_fen,
    )
    return _totals(rows, plan_lines, happened)


@dataclass(frozen=True)
class _Happened:
    """Pieces of each line, and what an ordered piece cost that nobody asked for, all (lines,)."""

    demand: Floats
    quantity: Floats
    saved: Floats
    hindsight: Floats
    lost: Floats
    left: Floats
    unsold_fen: Floats


def _totals(rows: PlanRows, plan_lines: pd.DataFrame, happened: _Happened) -> PlanScore:
    forecast, low, high = (
        require_numbers(plan_lines[name], at_least=0.0)
        for name in ("demand_mean", "demand_q05", "demand_q95")
    )
    demand, quantity, saved, hindsight = (
        happened.demand,
        happened.quantity,
        happened.saved,
        happened.hindsight,
    )
    lost, left = happened.lost, happened.left
    shortage = rows.terms.shortage_fen
    without = shortage * lost + rows.terms.leftover_fen * left
    cost = without - shortage * saved + happened.unsold_fen * (quantity - saved)
    known = without - shortage * hindsight
    table = typed_frame(
        PLAN_SCORE_COLUMNS,
        {
            "item_id": rows.item_ids,
            "warehouse_id": rows.warehouse_ids,
            "demand": demand,
            "forecast": forecast,
            "is_inside": (demand >= low) & (demand <= high),
            "quantity": quantity,
            "hindsight_quantity": hindsight,
            "lost": lost - saved,
            "lost_without": lost,
            "lost_hindsight": lost - hindsight,
            "left": left + quantity - saved,
            "left_without": left,
            "cost_fen": cost,
            "cost_without_fen": without,
            "cost_hindsight_fen": known,
        },
    )
    total = float(demand.sum())
    possible = float((without - known).sum())
    is_out, was_out = lost - saved > LOST, lost > LOST
    return PlanScore(
        lines=table,
        wape=float(np.abs(forecast - demand).sum()) / total if total > 0 else float("nan"),
        bias=float((forecast - demand).sum()) / total if total > 0 else float("nan"),
        coverage=float(table["is_inside"].mean()),
        stock_outs_avoided=int((was_out & ~is_out).sum()),
        stock_outs=int(is_out.sum()),
        saved_fen=float((without - cost).sum()),
        regret_fen=float((cost - known).sum()),
        share_of_possible=float((without - cost).sum()) / possible if possible > 0 else float("nan"),
    )
