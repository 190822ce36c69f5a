"""Which quantities to order when money and room do not suffice for all of them.

Each row's expected cost is convex in its quantity above the smallest order, and rows meet only in the
limits. So the linear relaxation over the convex hulls of the rows has at most as many broken rows as there
are limits (Sinha & Zoltners, "The Multiple-Choice Knapsack Problem", Operations Research 1979). The rows
at the margin are then solved again in whole packs, together with what the others leave (the core of Balas
& Zemel, "An Algorithm for Large Zero-One Knapsack Problems", Operations Research 1980). Small plans are all
core, and solved exactly; for large ones the relaxation bounds what is missed. HiGHS solves both.
"""

from dataclasses import dataclass

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import csr_array

from recommender.bootstrap import Floats
from recommender.replenishment.newsvendor import added_cost, smallest_order
from recommender.replenishment.relaxation import NoPlan, relax

_CHOICES = 24
_CORE_ROWS = 60
# Of the whole plan's gain. Proving less took minutes and changed no quantity that a planner would see.
_GAP = 1e-6
_NODES = 500


@dataclass(frozen=True)
class Usage:
    """What a piece of each row uses of each limit, (limits, rows), and how much there is, (limits,)."""

    per_piece: Floats
    available: Floats


@dataclass(frozen=True)
class Solved:
    """Quantities (rows,), what one more unit of a limit would save (limits,), and how good they are.

    `cost` and `bound` are expected fen over ordering nothing; no quantities within the limits can cost less
    than the bound, up to the breakpoints of the cost curves.
    """

    quantity: Floats
    prices: Floats
    cost: float
    bound: float


@dataclass(frozen=True)
class _Curves:
    """Choices of each row (rows, choices), rising from zero over the smallest order, and what they cost."""

    quantity: Floats
    cost: Floats

    def hull(self) -> tuple[Floats, Floats]:
        """Return the pieces and cost of each part (rows, choices - 1) of the lower convex hull.

        Only the first part can lie above the chord, for the minimum order is all that is not convex.
        """
        pieces, cost = np.diff(self.quantity, axis=1), np.diff(self.cost, axis=1)
        total = np.maximum(self.quantity[:, 1:], 1e-12)
        slope = np.where(self.quantity[:, 1:] > 0, (self.cost[:, 1:] - self.cost[:, :1]) / total, np.inf)
        corner = slope.argmin(axis=1)
        rows, columns = np.arange(len(pieces)), np.arange(pieces.shape[1])
        is_before = columns < corner[:, None]
        pieces, cost = np.where(is_before, 0.0, pieces), np.where(is_before, 0.0, cost)
        pieces[rows, corner] = self.quantity[rows, corner + 1]
        cost[rows, corner] = self.cost[rows, corner + 1] - self.cost[:, 0]
        return pieces, cost


def solve_within(
    wish: Floats,
    need: Floats,
    usage: Usage,
    *,
    pack: Floats,
    minimum: Floats,
    shortage_fen: Floats,
    leftover_fen: Floats,
) -> Solved:
    """Return the quantities (rows,) of least expected cost within the limits, none above its wish.

    `wish` (rows,) is the best orderable quantity without limits, `need` (rows, paths) its sampled need.

    Raises:
        NoPlan: the solver failed.
    """
    rows = np.flatnonzero(wish > 0)
    quantity = np.zeros_like(wish)
    no_prices = np.zeros(len(usage.available))
    if not len(rows):
        return Solved(quantity, no_prices, 0.0, 0.0)
    curves = _curves(
        wish[rows], need[rows], pack[rows], minimum[rows], shortage_fen[rows], leftover_fen[rows]
    )
    per_piece = usage.per_piece[:, rows]
    if (per_piece @ wish[rows] <= usage.available).all():
        cost = float(curves.cost[:, -1].sum())
        return Solved(wish.copy(), no_prices, cost, cost)
    pieces, gain = curves.hull()
    taken, prices = _relaxed(pieces, gain, per_piece, usage.available)
    bound = float((gain * taken).sum())
    chosen = _orderable_part((pieces * taken).sum(axis=1), pack[rows], minimum[rows])
    reduced = np.abs(gain + (prices @ per_piece)[:, None] * pieces)
    is_whole = np.isclose(taken, np.rint(taken), atol=1e-9).all(axis=1)
    nearness = np.where(pieces > 0, reduced / np.maximum(pieces, 1e-12), np.inf).min(axis=1)
    core = np.sort(np.lexsort((np.arange(len(rows)), nearness, is_whole))[:_CORE_ROWS])
    outside = np.setdiff1d(np.arange(len(rows)), core)
    left = usage.available - per_piece[:, outside] @ chosen[outside]
    chosen[core] = _whole_packs(
        _Curves(curves.quantity[core], curves.cost[core]),
        pack[rows][core],
        per_piece[:, core],
        left,
        gap=_GAP * max(1.0, bound / min(float(np.minimum(gain[core], 0.0).sum()), -1.0)),
    )
    quantity[rows] = chosen
    cost = added_cost(need[rows], chosen[:, None], shortage_fen[rows], leftover_fen[rows]).sum()
    return Solved(quantity, prices, float(cost), bound)


def _curves(
    wish: Floats, need: Floats, pack: Floats, minimum: Floats, shortage_fen: Floats, leftover_fen: Floats
) -> _Curves:
    """Choose quantities from the smallest order up to the wish where the need's distribution has its mass."""
    least = np.minimum(smallest_order(pack, minimum), wish)
    between = np.quantile(need, np.linspace(0.0, 1.0, _CHOICES - 1), axis=1).T
    rising = np.clip(np.rint(between / pack[:, None]) * pack[:, None], least[:, None], wish[:, None])
    rising[:, 0], rising[:, -1] = least, wish
    quantity = np.column_stack([np.zeros(len(wish)), np.sort(rising, axis=1)])
    return _Curves(quantity, added_cost(need, quantity, shortage_fen, leftover_fen))


def _relaxed(pieces: Floats, gain: Floats, per_piece: Floats, available: Floats) -> tuple[Floats, Floats]:
    """Return the share taken of each row's parts, and the limits' prices, in the linear relaxation."""
    parts = np.flatnonzero((pieces > 0) & (gain < 0))
    uses = (per_piece[:, :, None] * pieces[None]).reshape(len(available), -1)[:, parts]
    found = relax(gain.ravel()[parts], uses, available)
    taken = np.zeros(pieces.size)
    taken[parts] = found.taken
    return taken.reshape(pieces.shape), found.prices


def _orderable_part(quantity: Floats, pack: Floats, minimum: Floats) -> Floats:
    """Return the largest orderable quantity that is not above a row's."""
    whole = np.floor(quantity / pack + 1e-9) * pack
    return np.where(whole >= smallest_order(pack, minimum) - 1e-9, whole, 0.0)


def _whole_packs(
    curves: _Curves, pack: Floats, per_piece: Floats, available: Floats, *, gap: float
) -> Floats:
    """Return the best whole packs of the core's rows: first order or none, then packs of each part."""
    n_rows, n_parts = curves.quantity.shape[0], curves.quantity.shape[1] - 1
    pieces, cost = np.diff(curves.quantity, axis=1), np.diff(curves.cost, axis=1)
    packs = np.rint(pieces / pack[:, None])
    most = np.where(np.arange(n_parts) == 0, 1.0, packs)
    unit = np.where(np.arange(n_parts) == 0, pieces, pack[:, None])
    per_unit = np.zeros_like(cost)
    np.divide(cost * unit, pieces, out=per_unit, where=pieces > 0)
    size = n_rows * n_parts
    uses = (per_piece[:, :, None] * unit[None]).reshape(len(available), size)
    # More than the first order needs the first order.
    linked = np.zeros((n_rows, n_rows, n_parts))
    rows = np.arange(n_rows)
    linked[rows, rows, 1:] = 1.0
    linked[rows, rows, 0] = -most[:, 1:].sum(axis=1)
    found = milp(
        per_unit.ravel(),
        constraints=[
            LinearConstraint(csr_array(uses), -np.inf, available),
            LinearConstraint(csr_array(linked.reshape(n_rows, size)), -np.inf, 0.0),
        ],
        bounds=Bounds(0.0, most.ravel()),
        integrality=np.ones(size),
        options={"mip_rel_gap": gap, "node_limit": _NODES},
    )
    if found.x is None:
        raise NoPlan(str(found.message))
    chosen: Floats = (np.rint(found.x).reshape(n_rows, n_parts) * unit).sum(axis=1)
    return chosen
