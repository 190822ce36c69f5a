"""Stock that runs out: a planner who orders by the last four weeks, and deliveries that are late now and then."""

from collections import defaultdict

import numpy as np

from orchestration.cli.world.catalogue import Catalogue, FloatArray, IntArray

_LOOK_BACK = 28
_REVIEW_DAYS = 7
_SAFETY_DAYS = 6.0
_OPENING_DAYS = 24.0
_LEAD_DAYS, _LEAD_SPREAD = 3, 3.0
LATE_DELIVERY_SHARE = 0.10
_LATE_DAYS = (4, 13)
# What is scarce is ordered short on purpose.
_CLASS_COVER = (1.0, 1.0, 0.7)
# The planner knows that a festival comes, and trusts that only in part.
_FORESIGHT = 0.6


class Supply:
    """Orders pieces and tells what arrives on which day."""

    def __init__(
        self, catalogue: Catalogue, expected_daily: FloatArray, factors: FloatArray, rng: np.random.Generator
    ):
        """Begin with an opening stock.

        Args:
            expected_daily: pieces of each item that the first days are expected to take.
            factors: how many times the usual demand each day has.
        """
        self._rng = rng
        self._factors = factors
        self._cover = np.array(_CLASS_COVER)[catalogue.class_]
        self._listed_until = catalogue.listed_until
        self._listed_from = catalogue.listed_from
        self._demand = np.tile(expected_daily, (_LOOK_BACK, 1))
        self._arrivals: defaultdict[int, list[tuple[int, int]]] = defaultdict(list)
        self.on_order = np.zeros(len(catalogue), dtype=np.int64)
        self.opening: IntArray = np.ceil(expected_daily * _OPENING_DAYS * self._cover).astype(np.int64) + 1

    def note(self, day: int, demand: IntArray) -> None:
        """Note the pieces of each item that were wanted on a day."""
        self._demand[day % _LOOK_BACK] = demand

    def order(self, day: int, on_hand: IntArray) -> None:
        """Order for the items whose weekly turn it is."""
        items = np.arange(len(on_hand))
        turn = (items + day) % _REVIEW_DAYS == 0
        turn &= (self._listed_until > day) & (self._listed_from <= day + _REVIEW_DAYS)
        mean = self._demand.mean(axis=0)
        past = self._factors[max(day - _LOOK_BACK + 1, 0) : day + 1].mean()
        coming = self._factors[day + 1 : day + 1 + 2 * _REVIEW_DAYS]
        foresight = float((coming.mean() / past) ** _FORESIGHT) if len(coming) else 1.0
        days = _REVIEW_DAYS + _LEAD_DAYS + _LEAD_SPREAD + _SAFETY_DAYS
        target = np.ceil(mean * days * foresight * self._cover) + 1
        wanted = np.where(turn, np.maximum(target - on_hand - self.on_order, 0), 0).astype(np.int64)
        chosen = np.flatnonzero(wanted)
        lead = _LEAD_DAYS + self._rng.poisson(_LEAD_SPREAD, len(chosen))
        late = self._rng.random(len(chosen)) < LATE_DELIVERY_SHARE
        lead += np.where(late, self._rng.integers(*_LATE_DAYS, len(chosen)), 0)
        for item, days_on in zip(chosen.tolist(), lead.tolist(), strict=True):
            self._arrivals[day + days_on].append((item, int(wanted[item])))
        self.on_order += wanted

    def arriving(self, day: int) -> list[tuple[int, int]]:
        """Return (item, pieces) of what arrives on a day, each item once."""
        pieces: defaultdict[int, int] = defaultdict(int)
        for item, quantity in self._arrivals.pop(day, []):
            pieces[item] += quantity
            self.on_order[item] -= quantity
        return sorted(pieces.items())
