"""What the member just did lends to the items it looked at and to their neighbours, less with every day."""

from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from uuid import UUID

import numpy as np

from serving.recommendations.contributions import Contribution, Told
from serving.recommendations.domain import Neighbours, Reason, Signal, SignalKind
from serving.recommendations.shelf import NOWHERE, Floats, Integers, Shelf

# A fresh redemption lifts its closest neighbour past the tenth place of the list (10/19 = 0.53).
_WEIGHT: Mapping[SignalKind, float] = {"redemption": 0.6, "favourite": 0.5, "click": 0.4, "view": 0.3}
_HALF_LIFE = timedelta(days=1)
# That two items are alike says less than that the same members take both; it reaches those nobody took yet.
_CONTENT_SHARE = 0.5


def from_looks(shelf: Shelf, signals: Sequence[Signal]) -> Contribution:
    """Return what looks lend to the item looked at; the strongest is the reason."""
    numbers = [number for number, signal in enumerate(signals) if signal.kind != "redemption"]
    places = shelf.places([signals[number].item_id for number in numbers])
    parts = np.array([weight(signals[number]) for number in numbers])
    return _lent(
        shelf, places, parts, np.array(numbers, np.int64),
        lambda number: ("live", Reason("looked", signals[number])), is_personal=True,
    )  # fmt: skip


def from_neighbours(
    shelf: Shelf, signals: Sequence[Signal], neighbours: Mapping[UUID, Neighbours]
) -> Contribution:
    """Return what signals lend to the neighbours of their items, the closest of each kind most."""
    near = {item_id: _strengths(shelf, found) for item_id, found in neighbours.items()}
    places, parts, numbers = [np.empty(0, np.int64)], [np.empty(0)], [np.empty(0, np.int64)]
    for number, signal in enumerate(signals):
        if signal.item_id in near:
            found, strengths = near[signal.item_id]
            places.append(found)
            parts.append(weight(signal) * strengths)
            numbers.append(np.full(len(found), number))
    return _lent(
        shelf, np.concatenate(places), np.concatenate(parts), np.concatenate(numbers),
        lambda number: ("live", Reason("follows", signals[number])), is_personal=False,
    )  # fmt: skip


def _lent(
    shelf: Shelf,
    places: Integers,
    parts: Floats,
    numbers: Integers,
    told: Callable[[int], Told],
    *,
    is_personal: bool,
) -> Contribution:
    """Add up what signals lend, so that it never passes 1; the strongest of each offer tells why.

    Args:
        places, parts, numbers: to which offer how much is lent by which signal, side by side.
    """
    is_there = places != NOWHERE
    places, parts, numbers = places[is_there], parts[is_there], numbers[is_there]
    left = np.ones(len(shelf))
    np.multiply.at(left, places, 1 - parts)

    def told_of(n: int) -> Told:
        of_offer = np.flatnonzero(places == n)
        return told(int(numbers[of_offer[np.argmax(parts[of_offer])]]))

    return Contribution(1 - left, told_of, is_personal)


def weight(signal: Signal) -> float:
    """Return what a signal lends at most: 0.6 for a redemption just now, half of it a day later."""
    # A clock ahead of ours makes nothing fresher than fresh.
    age = max(signal.age, timedelta(0))
    return float(_WEIGHT[signal.kind] * 0.5 ** (age / _HALF_LIFE))


def _strengths(shelf: Shelf, near: Neighbours) -> tuple[Integers, Floats]:
    """Return the places of an item's neighbours and how strongly they follow it."""
    if not near.together and not near.content:
        return np.empty(0, np.int64), np.empty(0)
    item_ids, weights = zip(*near.together, *near.content, strict=True)
    strengths = np.array(weights)
    for kind, share in ((slice(len(near.together)), 1.0), (slice(len(near.together), None), _CONTENT_SHARE)):
        if len(strengths[kind]):
            strengths[kind] *= share / strengths[kind].max()
    return shelf.places(item_ids), strengths
