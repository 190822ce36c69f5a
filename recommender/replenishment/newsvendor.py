"""The best quantity of each row by itself: expected cost against sampled need.

The best quantity without limits is the need's quantile at shortage ÷ (shortage + leftover) (Arrow, Harris &
Marschak, "Optimal Inventory Policy", Econometrica 1951).
"""

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace

import numpy as np
from numpy.typing import NDArray

from recommender.bootstrap import Floats


@dataclass(frozen=True)
class Newsvendors:
    """Rows that each order once against a sampled need.

    `need` (rows, paths) is pieces an order could save; the rest has shape (rows,): pieces a pack and the
    least order, fen lost with a piece that is missing and with one that is left over.
    """

    need: Floats
    pack: Floats
    minimum: Floats
    shortage_fen: Floats
    leftover_fen: Floats

    def of(self, rows: NDArray[np.intp]) -> "Newsvendors":
        """Return some of the rows."""
        return Newsvendors(*(getattr(self, field.name)[rows] for field in fields(self)))

    @classmethod
    def joined(cls, parts: Sequence["Newsvendors"]) -> "Newsvendors":
        """Return the rows of all parts, which must have as many paths."""
        return cls(*(np.concatenate([getattr(part, field.name) for part in parts]) for field in fields(cls)))

    def priced(self, price: Floats) -> "Newsvendors":
        """Return the rows as if each piece cost so much (rows,): dearer to have left, cheaper to lack."""
        return replace(self, shortage_fen=self.shortage_fen - price, leftover_fen=self.leftover_fen + price)

    def added_cost(self, quantity: Floats) -> Floats:
        """Return what quantities (rows, choices) cost in expectation over ordering nothing, in fen.

        A piece that saves one from being lost gains the shortage cost, one that does not costs the leftover.
        """
        saved = np.minimum(quantity[:, None, :], self.need[:, :, None]).mean(axis=1)
        cost: Floats = self.leftover_fen[:, None] * (quantity - saved) - self.shortage_fen[:, None] * saved
        return cost

    def best(self) -> Floats:
        """Return the best quantity (rows,) if any could be ordered."""
        return best_quantity(self.need, critical_fractile(self.shortage_fen, self.leftover_fen))

    def smallest_order(self) -> Floats:
        """Return the smallest quantity above zero that may be ordered, in whole packs."""
        packs: Floats = np.maximum(np.ceil(self.minimum / self.pack - 1e-9), 1.0)
        return packs * self.pack

    def best_orderable(self) -> Floats:
        """Return the cheapest quantity (rows,) that can be ordered: whole packs, and the minimum or nothing.

        Only the neighbours of the best quantity and the minimum have to be compared, for cost is convex.
        """
        best, least = self.best(), self.smallest_order()
        down = np.floor(best / self.pack + 1e-9) * self.pack
        choices = np.column_stack(
            [np.zeros_like(down), np.maximum(down, least), np.maximum(down + self.pack, least)]
        )
        chosen: Floats = choices[np.arange(len(choices)), self.added_cost(choices).argmin(axis=1)]
        return np.where(best > 0, chosen, 0.0)

    def orderable_part(self, quantity: Floats) -> Floats:
        """Return the largest orderable quantity (rows,) that is not above a given one."""
        whole = np.floor(quantity / self.pack + 1e-9) * self.pack
        return np.where(whole >= self.smallest_order() - 1e-9, whole, 0.0)


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
