"""Deliveries to a simulated shop: what was ordered and when it arrives, late now and then, in two parts or damaged."""

from collections import defaultdict
from functools import cache
from typing import NamedTuple

import numpy as np

from orchestration.cli.world.catalogue import FloatArray, IntArray

LEAD_DAYS, LEAD_SPREAD = 3, 3.0
LATE_DELIVERY_SHARE = 0.10
_LATE_DAYS = (4, 13)
# Of deliveries of ten pieces and more, so many come in two parts: a tenth to a half of the pieces some days later.
SPLIT_SHARE = 0.12
_SPLIT_PIECES, _SPLIT_REST, _SPLIT_DAYS = 10, (0.1, 0.5), (2, 7)
# So many deliveries bring some pieces broken, which are not replaced.
DAMAGED_SHARE, _BROKEN = 0.02, 0.1
# So many fail: what comes is the wrong thing or spoilt, all of it is turned away, and the order has to be placed again.
FAILED_SHARE = 0.01


@cache
def lead_time_chances() -> FloatArray:
    """Return the chance of each lead time, from 0 days on."""
    most = 40
    poisson = np.ones(most)
    poisson[1:] = np.cumprod(LEAD_SPREAD / np.arange(1, most))
    usual: FloatArray = np.zeros(most + LEAD_DAYS + _LATE_DAYS[1])
    usual[LEAD_DAYS : LEAD_DAYS + most] = poisson / poisson.sum()
    late = np.mean([np.roll(usual, days) for days in range(*_LATE_DAYS)], axis=0)
    chances: FloatArray = (1.0 - LATE_DELIVERY_SHARE) * usual + LATE_DELIVERY_SHARE * late
    return chances


def lead_time_kept(share: float) -> int:
    """Return the days within which this share of deliveries arrive."""
    return int(np.searchsorted(np.cumsum(lead_time_chances()), share))


class Arrival(NamedTuple):
    """Pieces of an item that arrive: good ones and broken ones, of the order of which day, and if it is all of it."""

    ordered: int
    item: int
    pieces: int
    broken: int
    is_last: bool


class Sent(NamedTuple):
    """A delivery on its way, and what befalls it: the shop sees when it comes and how, and never why.

    Attributes:
        ordered: the day of its order.
        usual_days, late_days, trouble_days: from its order until it comes: as ever, by chance, and with its supplier.
        rest_pieces, rest_days: what comes in a second part, and how many days after the first.
        broken_pieces: of all that is ordered; a delivery that failed brings nothing else.
    """

    ordered: int
    item: int
    pieces: int
    usual_days: int
    late_days: int
    trouble_days: int
    rest_pieces: int
    rest_days: int
    broken_pieces: int
    is_failed: bool


class Supply:
    """Takes orders and tells what arrives on which day."""

    def __init__(self, items: int, rng: np.random.Generator):
        """Begin with nothing ordered."""
        self._rng = rng
        # What befalls a delivery on its way leaves the days of the others as they were.
        self._way_rng, self._failure_rng = rng.spawn(2)
        self._arrivals: defaultdict[int, list[Arrival]] = defaultdict(list)
        self._sent: list[Sent] = []
        self.on_order: IntArray = np.zeros(items, dtype=np.int64)

    def place(self, day: int, wanted: IntArray, delays: IntArray | None = None) -> IntArray:
        """Order so many pieces of each item; return the days until the first arrive, 0 for what is not ordered.

        Args:
            delays: days by which each item comes later than usual, of a supplier in trouble.
        """
        chosen = np.flatnonzero(wanted)
        usual = LEAD_DAYS + self._rng.poisson(LEAD_SPREAD, len(chosen))
        is_late = self._rng.random(len(chosen)) < LATE_DELIVERY_SHARE
        late = np.where(is_late, self._rng.integers(*_LATE_DAYS, len(chosen)), 0)
        trouble = np.zeros_like(late) if delays is None else delays[chosen]
        days = zip(usual.tolist(), late.tolist(), trouble.tolist(), strict=True)
        for item, its_days in zip(chosen.tolist(), days, strict=True):
            self._send(day, item, int(wanted[item]), its_days)
        self.on_order += wanted
        leads = np.zeros(len(wanted), dtype=np.int64)
        leads[chosen] = usual + late + trouble
        return leads

    def sent(self) -> list[Sent]:
        """Return the deliveries that are on their way since this was asked last."""
        sent, self._sent = self._sent, []
        return sent

    def arriving(self, day: int) -> list[Arrival]:
        """Return what arrives on a day, by item and the day it was ordered."""
        arrivals = sorted(self._arrivals.pop(day, []))
        for arrival in arrivals:
            self.on_order[arrival.item] -= arrival.pieces + arrival.broken
        return arrivals

    def _send(self, ordered: int, item: int, pieces: int, days: tuple[int, int, int]) -> None:
        arrives = ordered + sum(days)
        if self._failure_rng.random() < FAILED_SHARE:
            self._arrivals[arrives].append(Arrival(ordered, item, 0, pieces, is_last=True))
            self._sent.append(Sent(ordered, item, pieces, *days, 0, 0, pieces, is_failed=True))
            return
        rest = rest_days = 0
        if pieces >= _SPLIT_PIECES and self._way_rng.random() < SPLIT_SHARE:
            rest = int(pieces * self._way_rng.uniform(*_SPLIT_REST))
            rest_days = int(self._way_rng.integers(*_SPLIT_DAYS))
            self._arrivals[arrives + rest_days].append(Arrival(ordered, item, rest, 0, is_last=True))
        first = pieces - rest
        broken = 0
        if self._way_rng.random() < DAMAGED_SHARE:
            broken = max(int(self._way_rng.binomial(first, _BROKEN)), 1)
        self._arrivals[arrives].append(Arrival(ordered, item, first - broken, broken, is_last=not rest))
        self._sent.append(Sent(ordered, item, pieces, *days, rest, rest_days, broken, is_failed=False))
