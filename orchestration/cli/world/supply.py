"""Suppliers of a simulated shop: what was ordered of them, and deliveries that are late now and then."""

from collections import defaultdict

import numpy as np

from orchestration.cli.world.catalogue import IntArray

LEAD_DAYS, LEAD_SPREAD = 3, 3.0
LATE_DELIVERY_SHARE = 0.10
_LATE_DAYS = (4, 13)


class Supply:
    """Takes orders and tells what arrives on which day."""

    def __init__(self, items: int, rng: np.random.Generator):
        """Begin with nothing ordered."""
        self._rng = rng
        self._arrivals: defaultdict[int, list[tuple[int, int]]] = defaultdict(list)
        self.on_order: IntArray = np.zeros(items, dtype=np.int64)

    def place(self, day: int, wanted: IntArray) -> IntArray:
        """Order so many pieces of each item; return the days until they arrive, 0 for what is not ordered."""
        chosen = np.flatnonzero(wanted)
        lead = LEAD_DAYS + self._rng.poisson(LEAD_SPREAD, len(chosen))
        late = self._rng.random(len(chosen)) < LATE_DELIVERY_SHARE
        lead += np.where(late, self._rng.integers(*_LATE_DAYS, len(chosen)), 0)
        for item, days_on in zip(chosen.tolist(), lead.tolist(), strict=True):
            self._arrivals[day + days_on].append((item, int(wanted[item])))
        self.on_order += wanted
        leads = np.zeros(len(wanted), dtype=np.int64)
        leads[chosen] = lead
        return leads

    def arriving(self, day: int) -> list[tuple[int, int]]:
        """Return (item, pieces) of what arrives on a day, each item once."""
        pieces: defaultdict[int, int] = defaultdict(int)
        for item, quantity in self._arrivals.pop(day, []):
            pieces[item] += quantity
            self.on_order[item] -= quantity
        return sorted(pieces.items())
