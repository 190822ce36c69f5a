"""The plan before a holiday: how much of each row to order, by when, within money and room, and what it is worth.

A row is an item in a warehouse. The quantities minimise the expected cost of lost and left-over pieces over
possible courses of demand (`demand_paths`); purchases are not a cost but use the budget, which several shops may share.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd
from scipy.linalg import block_diag

from recommender.bootstrap import Floats
from recommender.demand.model import Forecast
from recommender.frames import InvalidFrame
from recommender.replenishment.demand_paths import ASSUMED_CORRELATION, Draws
from recommender.replenishment.expiry import written_off
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
        optimality_gap: how much cheaper than `cost_with_fen` any plan within the limits could be, as a share of it; of
            plans that share a budget, all of them together.
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


@dataclass(frozen=True)
class Prepared:
    """A shop's rows before anything is solved: what each would order by itself, and the room its warehouses have."""

    rows: PlanRows
    needs: RowNeeds
    newsvendors: Newsvendors
    wish: Floats
    storage: Mapping[str, float]

    def room(self) -> Usage:
        """Return what each row uses of the room of each warehouse that has a limit."""
        per_piece = np.empty((len(self.storage), len(self.wish)))
        available = np.empty(len(self.storage))
        for place, (warehouse_id, room) in enumerate(self.storage.items()):
            volume = np.where(self.rows.warehouse_ids == warehouse_id, self.rows.volume, 0.0)
            per_piece[place] = volume
            available[place] = max(room - float(volume @ self.needs.stock), 0.0)
        return Usage(per_piece, available)


def plan_holiday(
    lines: pd.DataFrame,
    forecast: Forecast,
    *,
    seed: int,
    limits: Limits | None = None,
    open_orders: pd.DataFrame | None = None,
    expiring: pd.DataFrame | None = None,
    correlation: float = ASSUMED_CORRELATION,
    n_paths: int = 256,
) -> HolidayPlan:
    """Plan the orders of all rows of one shop for the days of a forecast; see `prepare`.

    Raises:
        InvalidFrame: see `prepare`.
        NoPlan: the solver failed.
    """
    known = limits or Limits()
    prepared = prepare(
        lines,
        forecast,
        seed=seed,
        storage=known.storage,
        open_orders=open_orders,
        expiring=expiring,
        correlation=correlation,
        n_paths=n_paths,
    )
    return plan_together([prepared], known.budget_fen)[0]


def prepare(
    lines: pd.DataFrame,
    forecast: Forecast,
    *,
    seed: int,
    storage: Mapping[str, float] | None = None,
    open_orders: pd.DataFrame | None = None,
    expiring: pd.DataFrame | None = None,
    correlation: float = ASSUMED_CORRELATION,
    n_paths: int = 256,
) -> Prepared:
    """Follow all rows of a shop over the days of a forecast.

    `lines` has a row for each item and warehouse (see `plan_input.LINE_COLUMNS`), and the forecast as many
    series in the same order. Its first day is tomorrow, the first on which can be ordered; an order arrives
    in the morning `lead_days` after its day. `open_orders` (item_id, warehouse_id, date, quantity) are
    deliveries that are under way; of stock that is `expiring` (see `written_off`) only what will be used counts.
    `correlation` joins the days of a series (`error_correlation`).

    Raises:
        InvalidFrame: a column is missing, a value cannot be used, a row is named twice, or an open order or what
            expires is of none.
    """
    if len(lines) != len(forecast.mean):
        raise InvalidFrame(f"There are {len(lines)} lines and {len(forecast.mean)} forecast series.")
    rows = PlanRows.from_frames(lines, forecast.dates, open_orders)
    lost = np.minimum(written_off(rows.keys, expiring, forecast.mean, forecast.dates), rows.terms.on_hand)
    rows = replace(rows, expiring=lost, terms=replace(rows.terms, on_hand=rows.terms.on_hand - lost))
    draws = Draws.of(len(forecast.dates), correlation=correlation, n_paths=n_paths, seed=seed)
    needs = row_needs(forecast, rows.arrivals, rows.terms, draws)
    newsvendors = Newsvendors(
        needs.need, rows.pack, rows.minimum, rows.terms.shortage_fen, needs.leftover_fen
    )
    return Prepared(rows, needs, newsvendors, newsvendors.best_orderable(), storage or {})


def plan_together(shops: Sequence[Prepared], budget_fen: float | None) -> list[HolidayPlan]:
    """Plan several shops, whose rows and warehouses are their own, under one budget for what all of them order.

    Where the budget suffices for what each would order without it, each has that plan. All shops must be prepared with
    as many paths.

    Raises:
        NoPlan: the solver failed.
    """
    alone = [_solved([shop], None) for shop in shops]
    spent = sum(
        float(found.quantity @ shop.rows.terms.unit_cost_fen)
        for shop, found in zip(shops, alone, strict=True)
    )
    if budget_fen is None or spent <= budget_fen:
        return [plan for shop, found in zip(shops, alone, strict=True) for plan in _plans([shop], found)]
    return _plans(shops, _solved(shops, budget_fen))


def _solved(shops: Sequence[Prepared], budget_fen: float | None) -> Solved:
    """Solve all rows of some shops at once; the first limit is the budget, then come the rooms of shop after shop."""
    cost = np.concatenate([shop.rows.terms.unit_cost_fen for shop in shops])
    rooms = [shop.room() for shop in shops]
    usage = Usage(
        np.vstack([cost[None], block_diag(*(room.per_piece for room in rooms))]),
        np.concatenate([[np.inf if budget_fen is None else budget_fen], *(room.available for room in rooms)]),
    )
    wish = np.concatenate([shop.wish for shop in shops])
    return solve_within(wish, Newsvendors.joined([shop.newsvendors for shop in shops]), usage)


def _plans(shops: Sequence[Prepared], solved: Solved) -> list[HolidayPlan]:
    """Return each shop's plan of what was solved for them together."""
    row, limit, found = 0, 1, []
    for shop in shops:
        rows, limits = slice(row, row + len(shop.wish)), slice(limit, limit + len(shop.storage))
        found.append(_plan(shop, solved.quantity[rows], solved.prices[0], solved.prices[limits]))
        row, limit = rows.stop, limits.stop
    missed, with_plan = max(solved.cost - solved.bound, 0.0), sum(plan.cost_with_fen for plan in found)
    return [replace(plan, optimality_gap=missed / with_plan if with_plan > 0 else 0.0) for plan in found]


def _plan(shop: Prepared, quantity: Floats, budget_price: float, prices: Floats) -> HolidayPlan:
    lines = line_frame(shop.rows, shop.needs, quantity)
    cost = shop.rows.terms.unit_cost_fen
    charged = np.vstack([budget_price * cost[None], prices[:, None] * shop.room().per_piece])
    return HolidayPlan(
        lines=lines,
        cuts=cut_frame(shop.rows, shop.needs, shop.wish, quantity, charged),
        purchase_fen=float(quantity @ cost),
        cost_without_fen=float(lines["cost_without_fen"].sum()),
        cost_with_fen=float(lines["cost_with_fen"].sum()),
        optimality_gap=0.0,
        budget_price=float(budget_price),
        storage_prices=dict(zip(shop.storage, prices.tolist(), strict=True)),
    )
