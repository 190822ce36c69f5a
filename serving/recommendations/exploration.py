"""Lets an item nobody knows yet stand in one fixed place of each ten, now and then, and tells with what probability.

In that place, with probability ε, an item drawn uniformly from a pool takes the place of the chosen one. Pools of
several such places of one answer are disjoint and hold nothing that the slate shows elsewhere, so each item has at
most one way into an answer and its probability is told exactly.
"""

from collections.abc import Collection, Sequence
from hashlib import blake2b
from struct import unpack
from uuid import UUID

from msgspec import Struct

from serving.recommendations.slate import TEN

# The fifth: seen by most who look at all, below what the member most likely came for.
EXPLORING_PLACE = 4


class Placed(Struct, frozen=True):
    """An offer's place on the shelf, at its position of an answer.

    Attributes:
        is_drawn: it was drawn and stands for the chosen one.
        propensity: with what probability it stands at this position.
    """

    n: int
    is_drawn: bool
    propensity: float


def explore(slate: Sequence[int], pool: Collection[int], *, share: float, request_id: UUID) -> list[Placed]:
    """Return the slate with what was drawn; the same request draws the same again.

    Args:
        slate: offers as chosen.
        pool: offers to draw from, each once, in an order that repeats; some may be on the slate. Gone through only
            where one is drawn, as it is in one answer of ten.
        share: ε, from 0 to 1.
    """
    places = range(EXPLORING_PLACE, len(slate), TEN) if share else range(0)
    shown = [Placed(n, False, 1.0) for n in slate]
    left_count = len(pool) - sum(n in pool for n in slate) if places else 0
    for hand, place in enumerate(places):
        chosen, dealt = slate[place], range(hand, left_count, len(places))
        is_drawable = chosen in pool
        count = len(dealt) + is_drawable
        if not count:
            continue
        each = share / count
        whether, which = _draws(request_id, place)
        drawn = int(which * count)
        if whether < share and drawn < len(dealt):
            on_slate = set(slate)
            left = [n for n in pool if n not in on_slate]
            shown[place] = Placed(left[dealt[drawn]], True, each)
        else:
            # It stands there unless another one is drawn.
            shown[place] = Placed(chosen, False, 1 - share + (each if is_drawable else 0.0))
    return shown


def _draws(request_id: UUID, place: int) -> tuple[float, float]:
    """Return two numbers from 0 up to 1 that look independent of those of other places and requests."""
    digest = blake2b(request_id.bytes + place.to_bytes(2, "big"), digest_size=16).digest()
    first, second = unpack(">QQ", digest)
    # As many bits as a float holds, so that 1 is never reached.
    return (first >> 11) * 2.0**-53, (second >> 11) * 2.0**-53
