"""Which quantities to order when money and room do not suffice for all of them.

Each row's expected cost is convex in its quantity above the smallest order, and rows meet only in the
limits. So the linear relaxation over the convex hulls of the rows has at most as many broken rows as there
are limits (Sinha & Zoltners, "The Multiple-Choice Knapsack Problem", Operations Research 1979). The rows
at the margin are then solved again in whole packs, together with what the others leave (the core of Balas
& Zemel, "An Algorithm for Large Zero-One Knapsack Problems", Operations Research 1980). Small plans are all
core, and solved exactly; for large ones a bound says what is missed at most. HiGHS solves both.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import csr_array

from recommender.bootstrap import Floats
from recommender.replenishment.newsvendor import Newsvendors
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

    `cost` and `bound` are expected fen over ordering nothing; no quantities within the limits cost less than
    the bound.
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


def solve_within(wish: Floats, newsvendors: Newsvendors, usage: Usage) -> Solved:
    """Return the quantities (rows,) of least expected cost within the limits, none above its wish.

    `wish` (rows,) is the best orderable quantity of each row by itself. A limit of inf is none.

    Raises:
        NoPlan: the solver failed.
    """
    rows = np.flatnonzero(wish > 0)
    quantity, prices = np.zeros_like(wish), np.zeros(len(usage.available))
    if not len(rows):
        return Solved(quantity, prices, 0.0, 0.0)
    # No quantity is above its wish, so a limit that holds for the wishes is none.
    is_limit = usage.per_piece @ wish > usage.available
    per_piece, available = usage.per_piece[is_limit][:, rows], usage.available[is_limit]
    wished = newsvendors.of(rows)
    if not is_limit.any():
        cost = float(wished.added_cost(wish[rows, None]).sum())
        return Solved(wish.copy(), prices, cost, cost)
    curves = _curves(wish[rows], wished)
    pieces, gain = curves.hull()
    taken, found = _relaxed(pieces, gain, per_piece, available)
    bound = _bound(wished, found, per_piece, available)
    chosen = wished.orderable_part((pieces * taken).sum(axis=1))
    core = _core(pieces, gain + (found @ per_piece)[:, None] * pieces, taken)
    outside = np.setdiff1d(np.arange(len(rows)), core)
    chosen[core] = _whole_packs(
        _Curves(curves.quantity[core], curves.cost[core]),
        wished.pack[core],
        per_piece[:, core],
        available - per_piece[:, outside] @ chosen[outside],
        gap=_GAP * max(1.0, bound / min(float(np.minimum(gain[core], 0.0).sum()), -1.0)),
    )
    quantity[rows], prices[is_limit] = chosen, found
    return Solved(quantity, prices, float(wished.added_cost(chosen[:, None]).sum()), bound)


def _bound(wished: Newsvendors, prices: Floats, per_piece: Floats, available: Floats) -> float:
    """Return the cost that no quantities within the limits can beat: each row's least at the limits' prices.

    This is Lagrangian duality (Fisher, "The Lagrangian Relaxation Method", Management Science 1981).
    """
    priced = wished.priced(prices @ per_piece)
    return float(priced.added_cost(priced.best_orderable()[:, None]).sum() - prices @ available)


def _core(pieces: Floats, reduced: Floats, taken: Floats) -> NDArray[np.intp]:
    """Return the rows to solve in whole packs: those broken by the relaxation, then the least decided ones."""
    is_whole = np.isclose(taken, np.rint(taken), atol=1e-9).all(axis=1)
    doubt = np.where(pieces > 0, np.abs(reduced) / np.maximum(pieces, 1e-12), np.inf).min(axis=1)
    order = np.lexsort((np.arange(len(pieces)), doubt, is_whole))
    return np.sort(order[:_CORE_ROWS])


def _curves(wish: Floats, wished: Newsvendors) -> _Curves:
    """Choose quantities from the smallest order up to the wish where the need's distribution has its mass."""
    pack = wished.pack[:, None]
    least = np.minimum(wished.smallest_order(), wish)
    between = np.quantile(wished.need, np.linspace(0.0, 1.0, _CHOICES - 1), axis=1).T
    rising = np.clip(np.rint(between / pack) * pack, least[:, None], wish[:, None])
    rising[:, 0], rising[:, -1] = least, wish
    quantity = np.column_stack([np.zeros(len(wish)), np.sort(rising, axis=1)])
    return _Curves(quantity, wished.added_cost(quantity))


def _relaxed(pieces: Floats, gain: Floats, per_piece: Floats, available: Floats) -> tuple[Floats, Floats]:
    """Return the share taken of each row's parts, and the limits' prices, in the linear relaxation."""
    parts = np.flatnonzero((pieces > 0) & (gain < 0))
    uses = (per_piece[:, :, None] * pieces[None]).reshape(len(available), -1)[:, parts]
    found = relax(gain.ravel()[parts], uses, available)
    taken = np.zeros(pieces.size)
    taken[parts] = found.taken
    return taken.reshape(pieces.shape), found.prices


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
