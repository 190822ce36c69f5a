"""What a planner has seen of a shop so far, day by day."""

import numpy as np
from numpy.typing import NDArray

from orchestration.cli.world.catalogue import BoolArray, FloatArray, IntArray
from orchestration.cli.world.planner import LOOK_BACK, Seen, Shop

# Days on offer after which an item's own sales tell its level; until then those of its category help.
_OWN_DAYS = 14


class Diary:
    """Arrays (items, days) of everything that was noted; the truth among it is for judging alone."""

    def __init__(self, shop: Shop) -> None:
        """Begin empty, with room for all days of the shop."""
        shape = (len(shop.catalogue), len(shop.days))
        days = np.arange(len(shop.days))
        self._shop = shop
        self.dates: NDArray[np.datetime64] = np.array(shop.days, dtype="datetime64[D]")
        self.is_listed: BoolArray = (shop.catalogue.listed_from[:, None] <= days) & (
            days < shop.catalogue.listed_until[:, None]
        )
        self.sold: IntArray = np.zeros(shape, dtype=np.int64)
        self.on_hand: IntArray = np.zeros(shape, dtype=np.int64)
        self.demand: IntArray = np.zeros(shape, dtype=np.int64)
        self.is_out: BoolArray = np.zeros(shape, dtype=bool)
        self.leads: list[int] = []

    def note(self, day: int, seen: Seen) -> None:
        """Write a day down."""
        self.sold[:, day], self.is_out[:, day] = seen.sold, seen.is_out
        self.on_hand[:, day], self.demand[:, day] = seen.on_hand, seen.demand

    def told(self, leads: IntArray) -> None:
        """Write down how many days deliveries took, as if they had arrived."""
        self.leads += leads[leads > 0].tolist()

    def sales(self, days: int) -> FloatArray:
        """Return the pieces sold of each item (items, days) in the first days, NaN while it was not on the list."""
        return np.where(self.is_listed[:, :days], self.sold[:, :days], np.nan)

    def recent_mean(self, day: int) -> FloatArray:
        """Return the pieces a day with stock of each item, over four weeks; with those of its category while it is new."""
        window = slice(max(day + 1 - LOOK_BACK, 0), day + 1)
        counted = self.is_listed[:, window] & ~self.is_out[:, window]
        pieces, days = np.where(counted, self.sold[:, window], 0).sum(axis=1), counted.sum(axis=1)
        category = self._shop.catalogue.category
        of_category = np.bincount(category, pieces) / np.maximum(np.bincount(category, days), 1)
        age = self.is_listed[:, : day + 1].sum(axis=1)
        missing = np.maximum(_OWN_DAYS - np.minimum(days, age), 0)
        mean: FloatArray = (pieces + missing * of_category[category]) / np.maximum(days + missing, 1)
        return mean
