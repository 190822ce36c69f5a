"""A supplier that fails for some weeks: deliveries come late, and so do the parcels it ships."""

from dataclasses import dataclass

import numpy as np

from orchestration.cli.world.catalogue import BoolArray, FloatArray, IntArray
from orchestration.cli.world.terms import SUPPLIERS

# As parts of the world; how long, and by how many days its deliveries are late.
_BEGINS, TROUBLE_DAYS, TROUBLE_DELAY = (0.25, 0.8), (18, 32), (8, 16)
# How many times as often as usual it ships late.
TROUBLE_SLOWNESS = 6.0
# The others' goods are what a shop lives of.
_MAY_FAIL = ("home-goods", "outdoor", "foods")


@dataclass(frozen=True)
class Trouble:
    """The days on which a supplier fails, the last not included."""

    supplier: int
    begins: int
    ends: int
    delay: int

    def delays(self, day: int, sellers: IntArray) -> IntArray:
        """Return how many days later than usual each item comes that is ordered of these sellers."""
        late: IntArray = np.where(self._is_hit(day, sellers), self.delay, 0).astype(np.int64)
        return late

    def slowness(self, day: int, suppliers: IntArray) -> FloatArray:
        """Return how many times as often as usual each item is shipped late."""
        return np.where(self._is_hit(day, suppliers), TROUBLE_SLOWNESS, 1.0)

    def _is_hit(self, day: int, suppliers: IntArray) -> BoolArray:
        is_hit: BoolArray = (suppliers == self.supplier) & (self.begins <= day < self.ends)
        return is_hit


def plan_trouble(days: int, rng: np.random.Generator) -> Trouble:
    """Plan which supplier fails when."""
    code = str(rng.choice(_MAY_FAIL))
    begins = int(days * rng.uniform(*_BEGINS))
    ends = begins + int(rng.integers(*TROUBLE_DAYS))
    number = next(n for n, one in enumerate(SUPPLIERS) if one.code == code)
    return Trouble(number, begins, ends, int(rng.integers(*TROUBLE_DELAY)))
