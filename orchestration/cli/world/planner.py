"""Whoever orders goods for a simulated shop, and the one who does it by the last four weeks."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Protocol

import numpy as np

from orchestration.cli.world.catalogue import BoolArray, Catalogue, FloatArray, IntArray
from orchestration.cli.world.supply import LEAD_DAYS, LEAD_SPREAD

REVIEW_DAYS = 7
LOOK_BACK = 28
_SAFETY_DAYS = 6.0
_OPENING_DAYS = 24.0
# What is scarce is ordered short on purpose.
_CLASS_COVER = (1.0, 1.0, 0.7)
# The planner knows that a festival comes, and trusts that only in part.
_FORESIGHT = 0.6


@dataclass(frozen=True)
class Seen:
    """What a day left behind, by item.

    Attributes:
        sold: pieces that were redeemed.
        is_out: whether nothing was left at the end of the day, or a request was refused for stock.
        on_hand: pieces at the end of the day.
        demand: pieces that were wanted, with what was not there; the truth, which no planner of a real shop sees.
    """

    sold: IntArray
    is_out: BoolArray
    on_hand: IntArray
    demand: IntArray


class Planner(Protocol):
    """Decides at the end of each day what to order."""

    def note(self, day: int, seen: Seen) -> None:
        """Take note of a day."""

    def wanted(self, day: int, on_hand: IntArray, on_order: IntArray) -> IntArray:
        """Return the pieces of each item to order at the end of a day."""

    def told(self, day: int, leads: IntArray) -> None:
        """Take note of how many days the orders of a day will take, 0 for items without one."""


@dataclass(frozen=True)
class Shop:
    """What a planner knows of the shop besides what happens."""

    catalogue: Catalogue
    days: tuple[date, ...]
    member_day: int


# Makes the planner of a shop from the one that it has anyway.
Hire = Callable[[Shop, Planner], Planner]


def is_reviewed(day: int, catalogue: Catalogue) -> BoolArray:
    """Return the items whose weekly turn it is, and which are on the list or will be within a week."""
    turn: BoolArray = (np.arange(len(catalogue)) + day) % REVIEW_DAYS == 0
    return turn & (catalogue.listed_until > day) & (catalogue.listed_from <= day + REVIEW_DAYS)


class LookBack:
    """Orders for what the last four weeks wanted, and a part of what a festival will."""

    def __init__(self, shop: Shop, expected_daily: FloatArray, factors: FloatArray) -> None:
        """Begin with what the first days are expected to take.

        Args:
            expected_daily: pieces of each item.
            factors: how many times the usual demand each day has.
        """
        self._shop = shop
        self._factors = factors
        self._cover = np.array(_CLASS_COVER)[shop.catalogue.class_]
        self._demand = np.tile(expected_daily, (LOOK_BACK, 1))
        self.opening: IntArray = np.ceil(expected_daily * _OPENING_DAYS * self._cover).astype(np.int64) + 1

    def note(self, day: int, seen: Seen) -> None:
        """Take note of what was wanted."""
        self._demand[day % LOOK_BACK] = seen.demand

    def wanted(self, day: int, on_hand: IntArray, on_order: IntArray) -> IntArray:
        """Return the pieces to order of the items whose weekly turn it is."""
        mean = self._demand.mean(axis=0)
        past = self._factors[max(day - LOOK_BACK + 1, 0) : day + 1].mean()
        coming = self._factors[day + 1 : day + 1 + 2 * REVIEW_DAYS]
        foresight = float((coming.mean() / past) ** _FORESIGHT) if len(coming) else 1.0
        days = REVIEW_DAYS + LEAD_DAYS + LEAD_SPREAD + _SAFETY_DAYS
        target = np.ceil(mean * days * foresight * self._cover) + 1
        turn = is_reviewed(day, self._shop.catalogue)
        wanted: IntArray = np.where(turn, np.maximum(target - on_hand - on_order, 0), 0).astype(np.int64)
        return wanted

    def told(self, day: int, leads: IntArray) -> None:
        """Learn nothing from it."""
