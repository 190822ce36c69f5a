"""Chooses a slate from scored offers, place by place: the best that is left, within the rules of every ten places.

Of each ten at least three repeat and at least three novel items, as long as there are any that the member can have
now; at most two that it cannot have now, and none of those first. Every further item of a category counts less.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from heapq import heappop, heappush, heapreplace

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from serving.recommendations.shelf import Flags, Floats, Integers

TEN = 10
# The tenth item of a category counts a third of the first (0.9 ** 9 = 0.39): variety among near equals, and still
# ten of one category for who takes nothing else.
_REPEATED_CATEGORY = 0.9


@dataclass(frozen=True)
class Rules:
    """What a slate has to keep to.

    Attributes:
        least_repeat, least_novel: so many of each ten places, and in proportion of fewer.
        most_later: so many of each ten places may go to what cannot be had now.
        first_later: the first of ten places that may, from 0.
        category_factor: what an item is worth for each of its category before it.
        exploring_place: a place of each ten, from 0, for which the novel item stands that a draw may replace.
    """

    least_repeat: int = 3
    least_novel: int = 3
    most_later: int = 2
    first_later: int = 2
    category_factor: float = _REPEATED_CATEGORY
    exploring_place: int | None = None


class Choices(Struct, frozen=True):
    """What can be chosen, one entry per offer.

    Attributes:
        scores: above 0.
        categories: codes.
        is_repeat: the member has taken it before.
        is_now, is_later: the member can have it now, or only in part or later; what is neither is never chosen.
    """

    scores: Floats
    categories: Integers
    is_repeat: Flags
    is_now: Flags
    is_later: Flags

    @property
    def kinds(self) -> NDArray[np.uint8]:
        """Return the kind of each; of what is never chosen a number that is no kind."""
        when = np.full(len(self.is_now), _NEVER, np.uint8)
        when[self.is_later] = _LATER_REPEAT
        when[self.is_now] = _NOW_REPEAT
        return when + ~self.is_repeat


# An offer's kind: whether it can be had now or later, and whether the member has taken it before.
_NOW_REPEAT, _NOW_NOVEL, _LATER_REPEAT, _LATER_NOVEL = range(4)
_NEVER = 4
_NOW, _ANY = (_NOW_REPEAT, _NOW_NOVEL), (_NOW_REPEAT, _NOW_NOVEL, _LATER_REPEAT, _LATER_NOVEL)


def choose(choices: Choices, rules: Rules, limit: int) -> list[int]:
    """Return the places on the shelf of at most `limit` offers, in the order they are shown.

    Equal ones keep their order. The slate is shorter where the rules let nothing more be shown.
    """
    weights = _CategoryWeights(choices.categories, rules.category_factor)
    order = (-choices.scores).argsort(kind="stable")
    scores, kinds = choices.scores[order], choices.kinds[order].tobytes()
    queues = [_Queue(kind, kinds, order, scores, weights) for kind in _ANY]
    slate: list[int] = []
    while len(slate) < limit:
        size = min(TEN, limit - len(slate))
        block = _Block(rules, size, queues)
        for place in range(size):
            best = [(first, kind) for kind in block.allowed(place) if (first := queues[kind].best())]
            if not best:
                return slate
            _, kind = min(best)
            n = queues[kind].take()
            block.shown[kind] += 1
            weights.count(n)
            slate.append(n)
    return slate


class _Block:
    """The rules of ten places, or of the fewer that are left of an answer; `shown` counts what it shows by kind."""

    def __init__(self, rules: Rules, size: int, queues: "Sequence[_Queue]") -> None:
        self.shown = [0, 0, 0, 0]
        self._rules = rules
        self._size = size
        self._queues = queues
        self._least = rules.least_repeat * size // TEN, rules.least_novel * size // TEN

    def allowed(self, place: int) -> Sequence[int]:
        """Return the kinds that may stand in a place, those that have run out among them."""
        rules, exploring_place = self._rules, self._rules.exploring_place
        if place == exploring_place and self._queues[_NOW_NOVEL]:
            return (_NOW_NOVEL,)
        repeat, novel = self._owed(_NOW_REPEAT), self._owed(_NOW_NOVEL)
        free = self._size - place
        if exploring_place is not None and place < exploring_place < self._size:
            # That place is for a novel one.
            free -= 1
            novel = max(novel - 1, 0)
        if repeat + novel >= free:
            return [kind for kind, owed in zip(_NOW, (repeat, novel), strict=True) if owed]
        later = self.shown[_LATER_REPEAT] + self.shown[_LATER_NOVEL]
        return _ANY if place >= rules.first_later and later < rules.most_later else _NOW

    def _owed(self, kind: int) -> int:
        """Return how many more must be shown of those that can be had now and were taken before, or were not."""
        missing = self._least[kind] - self.shown[kind] - self.shown[kind + 2]
        return min(missing, len(self._queues[kind])) if missing > 0 else 0


class _CategoryWeights:
    """How often each category was shown, and what its next item is worth."""

    def __init__(self, categories: Integers, factor: float) -> None:
        self.category = categories.item
        self.shown: dict[int, int] = defaultdict(int)
        self._factor = factor

    def count(self, n: int) -> None:
        """Count an offer as shown."""
        self.shown[self.category(n)] += 1

    def of(self, n: int) -> tuple[float, int]:
        """Return the factor of an offer, and how often its category was shown."""
        shown = self.shown[self.category(n)]
        return self._factor**shown if shown else 1.0, shown


class _Queue:
    """Offers of one kind, the best first.

    Factors only ever fall, so an offer's last known worth is an upper bound: only the offers at the front are looked
    at again, and most are never looked at.

    Args:
        kind: which of all offers are meant.
        kinds, offers, scores: of all, the highest score first; a few dozen of a thousand are looked at.
    """

    def __init__(
        self, kind: int, kinds: bytes, offers: Integers, scores: Floats, weights: _CategoryWeights
    ) -> None:
        self._kind = kind
        self._kinds = kinds
        self._offer = offers.item
        self._score = scores.item
        self._weights = weights
        # The place of the first one behind the front, below 0 if there is none.
        self._next = kinds.find(kind)
        self._left = kinds.count(kind)
        # (-worth, offer, how often its category was shown then, place)
        self._front: list[tuple[float, int, int, int]] = []

    def __len__(self) -> int:
        return self._left

    def best(self) -> tuple[float, int] | None:
        """Return (-worth, offer) of the best; None if nothing is left."""
        front, score, weights = self._front, self._score, self._weights
        while True:
            while (place := self._next) >= 0 and (not front or -score(place) <= front[0][0]):
                heappush(front, self._valued(place))
                self._next = self._kinds.find(self._kind, place + 1)
            if not front:
                return None
            worth, n, shown, place = front[0]
            if shown == weights.shown[weights.category(n)]:
                return worth, n
            heapreplace(front, self._valued(place))

    def take(self) -> int:
        """Remove the best, which `best` has just found, and return it."""
        self._left -= 1
        return heappop(self._front)[1]

    def _valued(self, place: int) -> tuple[float, int, int, int]:
        n = self._offer(place)
        factor, shown = self._weights.of(n)
        return -self._score(place) * factor, n, shown, place
