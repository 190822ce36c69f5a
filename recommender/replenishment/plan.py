"""The plan before a holiday: how much of each row to order, by when, within money and room, and what it is worth.

A row is an item in a warehouse. The quantities minimise the expected cost of lost and left-over pieces over
possible courses of demand (`demand_paths`); purchases are not a cost but use the budget.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from recommender.bootstrap import Floats
from recommender.demand.model import Forecast
from recommender.frames import InvalidFrame
from recommender.replenishment.demand_paths import ASSUMED_CORRELATION, Draws
from recommender.replenishment.limits import Solved, Usage, solve_within
from recommender.replenishment.newsvendor import Newsvendors
from recommender.replenishment.plan_input import PlanRows
from recommender.replenishment.plan_table import cut_frame, line_frame
from recommender.replenishment.row_needs import RowNeeds, row_needs


@dataclass(frozen=True)
class Limits:
    """What all orders together may use: `budget_fen`, and `storage` of each warehouse that has a limit.

    Storage is in the unit of the rows' `unit_volume`. It has to hold what is expected to be in stock when an
    order arrives and all orders of the plan at once.
    """

    budget_fen: float | None = None
    storage: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class HolidayPlan:
    """The plan's `lines` and `cuts` (see `plan_table`) and what it comes to, in fen.

    Attributes:
        purchase_fen: what the orders cost to buy.
        cost_without_fen, cost_with_fen: expected cost of lost and left-over pieces.
        optimality_gap: how much cheaper than `cost_with_fen` any plan within the limits could be, as a share of it.
        budget_price: what one more fen of budget would save.
        storage_prices: what one more unit of room would save, in fen, of each warehouse with a limit.
    """

    lines: pd.DataFrame
    cuts: pd.DataFrame
    purchase_fen: float
    cost_without_fen: float
    cost_with_fen: float
    optimality_gap: float
    budget_price: float
    storage_prices: Mapping[str, float]


def plan_holiday(
    lines: pd.DataFrame,
    forecast: Forecast,
    *,
    seed: int,
    limits: Limits | None = None,
    open_orders: pd.DataFrame | None = None,
    correlation: float = ASSUMED_CORRELATION,
    n_paths: int = 256,
) -> HolidayPlan:
    """Plan the orders of all rows for the days of a forecast.

    `lines` has a row for each item and warehouse (see `plan_input.LINE_COLUMNS`), and the forecast as many
    series in the same order. Its first day is tomorrow, the first on which can be ordered; an order arrives
    in the morning `lead_days` after its day. `open_orders` (item_id, warehouse_id, date, quantity) are
    deliveries that are under way. `correlation` joins the days of a series (`error_correlation`).

    Raises:
        InvalidFrame: a column is missing, a value cannot be used, a row is named twice or an open order is
            of none.
        NoPlan: the solver failed.
    """
    if len(lines) != len(forecast.mean):
        raise InvalidFrame(f"There are {len(lines)} lines and {len(forecast.mean)} forecast series.")
    rows = PlanRows.from_frames(lines, forecast.dates, open_orders)
    draws = Draws.of(len(forecast.dates), correlation=correlation, n_paths=n_paths, seed=seed)
    needs = row_needs(forecast, rows.arrivals, rows.terms, draws)
    newsvendors = Newsvendors(
        needs.need, rows.pack, rows.minimum, rows.terms.shortage_fen, needs.leftover_fen
    )
    wish = newsvendors.best_orderable()
    usage = _usage(rows, needs, limits or Limits())
    solved = solve_within(wish, newsvendors, usage)
    return _plan(rows, needs, wish, usage, solved, limits or Limits())


def _usage(rows: PlanRows, needs: RowNeeds, limits: Limits) -> Usage:
    """Return what each row uses of the budget, always the first limit, and of each warehouse's room."""
    per_piece = [rows.terms.unit_cost_fen]
    available = [np.inf if limits.budget_fen is None else limits.budget_fen]
    for warehouse_id, room in limits.storage.items():
        volume = np.where(rows.warehouse_ids == warehouse_id, rows.volume, 0.0)
        per_piece.append(volume)
        available.append(max(room - float(volume @ needs.stock), 0.0))
    return Usage(np.stack(per_piece), np.array(available))


def _plan(
    rows: PlanRows, needs: RowNeeds, wish: Floats, usage: Usage, solved: Solved, limits: Limits
) -> HolidayPlan:
    lines = line_frame(rows, needs, solved.quantity)
    without = float(lines["cost_without_fen"].sum())
    with_plan = float(lines["cost_with_fen"].sum())
    missed = max(solved.cost - solved.bound, 0.0)
    return HolidayPlan(
        lines=lines,
        cuts=cut_frame(rows, needs, wish, solved.quantity, solved.prices[:, None] * usage.per_piece),
        purchase_fen=float(solved.quantity @ rows.terms.unit_cost_fen),
        cost_without_fen=without,
        cost_with_fen=with_plan,
        optimality_gap=missed / with_plan if with_plan > 0 else 0.0,
        budget_price=float(solved.prices[0]),
        storage_prices=dict(zip(limits.storage, solved.prices[1:].tolist(), strict=True)),
    )
