"""The best quantity of one row by itself: expected cost against sampled need.

The best quantity without limits is the need's quantile at shortage ÷ (shortage + leftover) (Arrow, Harris &
Marschak, "Optimal Inventory Policy", Econometrica 1951).
"""

import numpy as np

from recommender.bootstrap import Floats


def critical_fractile(shortage_fen: Floats, leftover_fen: Floats) -> Floats:
    """Return the probability of meeting all need at which one more piece costs as much as it saves."""
    total = shortage_fen + leftover_fen
    fractile = np.zeros(np.broadcast(shortage_fen, leftover_fen).shape)
    np.divide(shortage_fen, total, out=fractile, where=total > 0)
    return fractile


def shortage_of_service(service_level: Floats | float, leftover_fen: Floats) -> Floats:
    """Return the cost of a lost piece, in fen, that makes a service level in [0, 1) the best one."""
    level = np.asarray(service_level, dtype=np.float64)
    implied: Floats = leftover_fen * level / (1.0 - level)
    return implied


def best_quantity(need: Floats, fractile: Floats) -> Floats:
    """Return each row's smallest sampled need (rows, paths) that reaches its fractile (rows,)."""
    ordered = np.sort(need, axis=1)
    n_paths = need.shape[1]
    # The last bits of a product must not ask for one sample more.
    place = np.clip(np.ceil(fractile * n_paths - 1e-9).astype(np.int64) - 1, 0, n_paths - 1)
    best = ordered[np.arange(len(need)), place]
    return np.where(fractile > 0, best, 0.0)


def added_cost(need: Floats, quantity: Floats, shortage_fen: Floats, leftover_fen: Floats) -> Floats:
    """Return what quantities (rows, choices) cost in expectation over ordering nothing, in fen.

    A piece that saves one from being lost gains the shortage cost, one that does not costs the leftover.
    """
    saved = np.minimum(quantity[:, None, :], need[:, :, None]).mean(axis=1)
    cost: Floats = leftover_fen[:, None] * (quantity - saved) - shortage_fen[:, None] * saved
    return cost


def orderable(
    quantity: Floats,
    need: Floats,
    *,
    pack: Floats,
    minimum: Floats,
    shortage_fen: Floats,
    leftover_fen: Floats,
) -> Floats:
    """Return the cheapest quantity that can be ordered: whole packs, and the minimum or nothing.

    Only the neighbours of the best quantity and the minimum have to be compared, for cost is convex.
    """
    least = smallest_order(pack, minimum)
    down = np.floor(quantity / pack + 1e-9) * pack
    choices = np.column_stack([np.zeros_like(down), np.maximum(down, least), np.maximum(down + pack, least)])
    cost = added_cost(need, choices, shortage_fen, leftover_fen)
    chosen: Floats = choices[np.arange(len(choices)), cost.argmin(axis=1)]
    return np.where(quantity > 0, chosen, 0.0)


def smallest_order(pack: Floats, minimum: Floats) -> Floats:
    """Return the smallest quantity above zero that may be ordered, in whole packs."""
    packs: Floats = np.maximum(np.ceil(minimum / pack - 1e-9), 1.0)
    return packs * pack
