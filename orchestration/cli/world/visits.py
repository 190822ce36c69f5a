"""The events of a simulated day: what members do before a wish, and visits that lead to none."""

import numpy as np

from orchestration.cli.world.catalogue import FloatArray, IntArray
from orchestration.cli.world.events import KINDS, NO_ITEM, EventWriter
from orchestration.cli.world.service import DAY
from orchestration.cli.world.wishes import IDLE_VISITS, seconds_of_day

_LOOKING_SHARE = 0.8


def look_around(
    events: EventWriter, midnight: int, before_wishes: tuple[IntArray, IntArray, IntArray, IntArray], rates: FloatArray,
    weights: FloatArray, rng: np.random.Generator,
) -> None:  # fmt: skip
    """Add the events of a day.

    Args:
        midnight: epoch second at which it begins.
        before_wishes: kind, member, item and second of what leads to a wish.
        rates: expected wishes of each member.
        weights: of the items.
    """
    kind, member, item, second = before_wishes
    events.add(kind, member, item, second + midnight)
    total = rates.sum()
    if not total or not weights.sum():
        return
    count = int(rng.poisson(total * IDLE_VISITS))
    visitors = rng.choice(len(rates), count, p=rates / total)
    seen = rng.choice(len(weights), count, p=weights / weights.sum())
    seconds = midnight + seconds_of_day(count, rng)
    events.add(np.full(count, KINDS.index("visit")), visitors, np.full(count, NO_ITEM), seconds)
    looks = rng.random(count) < _LOOKING_SHARE
    last = midnight + DAY - 1
    events.add(
        np.full(int(looks.sum()), KINDS.index("view")), visitors[looks], seen[looks],
        np.minimum(seconds[looks] + 40, last),
    )  # fmt: skip
