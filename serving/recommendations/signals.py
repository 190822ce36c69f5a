"""What the member just did lends to the items it looked at and to their neighbours, less with every day."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from uuid import UUID

import numpy as np

from serving.recommendations.contributions import Contribution
from serving.recommendations.domain import Reason, Signal, SignalKind
from serving.recommendations.items import Neighbours, joined
from serving.recommendations.neighbourhood import lent
from serving.recommendations.shelf import Shelf

# A fresh redemption lifts its closest neighbour past the tenth place of the list (10/19 = 0.53).
_WEIGHT: Mapping[SignalKind, float] = {"redemption": 0.6, "favourite": 0.5, "click": 0.4, "view": 0.3}
_HALF_LIFE = timedelta(days=1)


def from_looks(shelf: Shelf, signals: Sequence[Signal]) -> Contribution:
    """Return what looks lend to the item looked at; the strongest is the reason."""
    numbers = [number for number, signal in enumerate(signals) if signal.kind != "redemption"]
    places = shelf.places([signals[number].item_id for number in numbers])
    parts = np.array([weight(signals[number]) for number in numbers])
    return lent(
        shelf, places, parts, np.array(numbers, np.int64),
        lambda number: ("live", Reason("looked", signals[number])), is_personal=True,
    )  # fmt: skip


def from_neighbours(
    shelf: Shelf, signals: Sequence[Signal], neighbours: Mapping[UUID, Neighbours]
) -> Contribution:
    """Return what signals lend to the neighbours of their items, the closest of each kind most."""
    followed = [
        (number, weight(signal), neighbours[signal.item_id])
        for number, signal in enumerate(signals)
        if signal.item_id in neighbours
    ]
    counts = [len(near.items) for *_, near in followed]
    return lent(
        shelf,
        shelf.places(joined(near.items for *_, near in followed)),
        np.concatenate([np.empty(0), *(near.strengths * strength for _, strength, near in followed)]),
        np.repeat(np.array([number for number, *_ in followed], np.int64), counts),
        lambda number: ("live", Reason("follows", signals[number])), is_personal=False,
    )  # fmt: skip


def weight(signal: Signal) -> float:
    """Return what a signal lends at most: 0.6 for a redemption just now, half of it a day later."""
    # A clock ahead of ours makes nothing fresher than fresh.
    age = max(signal.age, timedelta(0))
    return float(_WEIGHT[signal.kind] * 0.5 ** (age / _HALF_LIFE))
