"""Who orders for the shop in a trial: the planner it has anyway at first, and then a rule."""

from typing import Protocol

import numpy as np

from orchestration.cli.stock_trial.diary import Diary
from orchestration.cli.world.catalogue import FloatArray, IntArray
from orchestration.cli.world.planner import REVIEW_DAYS, Planner, Seen, Shop, is_reviewed


class Rule(Protocol):
    """Names the stock to order up to."""

    def levels(self, day: int, diary: Diary) -> FloatArray:
        """Return the pieces of each item that stock and open orders should reach at the end of a day."""


class TakeOver:
    """The shop's own planner until a day, a rule from then on; whatever is seen is written down."""

    def __init__(self, shop: Shop, before: Planner, rule: Rule, first: int) -> None:
        """Let the rule order from the day `first` on."""
        self._shop, self._before, self._rule, self._first = shop, before, rule, first
        self.diary = Diary(shop)

    def note(self, day: int, seen: Seen) -> None:
        """Take note of a day."""
        self.diary.note(day, seen)
        self._before.note(day, seen)

    def told(self, day: int, leads: IntArray) -> None:
        """Take note of how long deliveries take."""
        self.diary.told(leads)

    def wanted(self, day: int, on_hand: IntArray, on_order: IntArray) -> IntArray:
        """Return the pieces to order."""
        if day < self._first:
            return self._before.wanted(day, on_hand, on_order)
        # Whatever is on the list should be there at least once.
        levels = np.maximum(np.ceil(self._rule.levels(day, self.diary)), 1)
        turn = is_reviewed(day, self._shop.catalogue)
        wanted: IntArray = np.where(turn, np.maximum(levels - on_hand - on_order, 0), 0).astype(np.int64)
        return wanted


class MeanRule:
    """The mean of the last four weeks, for the days until the next delivery but one, times a safety factor."""

    def __init__(self, factor: float) -> None:
        """Take the mean so many times."""
        self._factor = factor

    def levels(self, day: int, diary: Diary) -> FloatArray:
        """Return the levels."""
        return diary.recent_mean(day) * protection_days(diary) * self._factor


def protection_days(diary: Diary) -> int:
    """Return how many days an order must last: until the next review and then until a usual delivery."""
    return REVIEW_DAYS + round(float(np.mean(diary.leads)))
