"""Chooses a slate from scored offers, place by place: the best that is left, within the rules of every ten places.

Of each ten at least three repeat and at least three novel items, as long as there are any that the member can have
now; at most two that it cannot have now, and none of those first. Every further item of a category counts less.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from heapq import heappop, heappush, heapreplace

import numpy as np

from serving.recommendations.shelf import Flags, Floats

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


@dataclass(frozen=True)
class Choices:
    """What can be chosen, one entry per offer.

    Attributes:
        scores: above 0.
        categories: codes.
        is_repeat: the member has taken it before.
        is_now, is_later: the member can have it now, or only in part or later; what is neither is never chosen.
    """

    scores: Floats
    categories: Sequence[int]
    is_repeat: Flags
    is_now: Flags
    is_later: Flags


# An offer's kind: (can be had now, the member has taken it before).
_Kind = tuple[bool, bool]
_KINDS: tuple[_Kind, ...] = ((True, True), (True, False), (False, True), (False, False))


def choose(choices: Choices, rules: Rules, limit: int) -> list[int]:
    """Return the places on the shelf of at most `limit` offers, in the order they are shown.

    Equal ones keep their order. The slate is shorter where the rules let nothing more be shown.
    """
    weights = _CategoryWeights(choices.categories, rules.category_factor)
    scores = choices.scores.tolist()
    order = np.argsort(-choices.scores, kind="stable")
    queues = {}
    for is_now, is_repeat in _KINDS:
        is_of_kind = (choices.is_now if is_now else choices.is_later) & (choices.is_repeat == is_repeat)
        queues[is_now, is_repeat] = _Queue(order[is_of_kind[order]].tolist(), scores, weights)
    slate: list[int] = []
    while len(slate) < limit:
        block = _Block(rules, min(TEN, limit - len(slate)))
        for kind in block.kinds(queues):
            n = queues[kind].take()
            weights.count(n)
            slate.append(n)
        if not block.is_full:
            break
    return slate


class _Block:
    """The rules of ten places, or of the fewer that are left of an answer."""

    def __init__(self, rules: Rules, size: int) -> None:
        self._rules = rules
        self._size = size
        self._least = {True: rules.least_repeat * size // TEN, False: rules.least_novel * size // TEN}
        self._shown: dict[_Kind, int] = defaultdict(int)
        self.is_full = False

    def kinds(self, queues: "dict[_Kind, _Queue]") -> Iterator[_Kind]:
        """Yield the kind for each place in turn; the caller takes its best before it asks for the next."""
        for place in range(self._size):
            allowed = [kind for kind in self._allowed(place, queues) if queues[kind]]
            if not allowed:
                return
            kind = min(allowed, key=lambda kind: queues[kind].best())
            self._shown[kind] += 1
            yield kind
        self.is_full = True

    def _allowed(self, place: int, queues: "dict[_Kind, _Queue]") -> Sequence[_Kind]:
        exploring_place, novel = self._rules.exploring_place, (True, False)
        if place == exploring_place and queues[novel]:
            return [novel]
        owed = {(True, is_repeat): self._owed(is_repeat, queues) for is_repeat in self._least}
        free = self._size - place
        if exploring_place is not None and place < exploring_place < self._size:
            # That place is for a novel one.
            free -= 1
            owed[novel] = max(owed[novel] - 1, 0)
        if sum(owed.values()) >= free:
            return [kind for kind, count in owed.items() if count]
        later = self._shown[False, True] + self._shown[False, False]
        may_be_later = place >= self._rules.first_later and later < self._rules.most_later
        return _KINDS if may_be_later else _KINDS[:2]

    def _owed(self, is_repeat: bool, queues: "dict[_Kind, _Queue]") -> int:
        """Return how many more must be shown of those that can be had now."""
        shown = self._shown[True, is_repeat] + self._shown[False, is_repeat]
        return max(0, min(self._least[is_repeat] - shown, len(queues[True, is_repeat])))


class _CategoryWeights:
    """How often each category was shown, and what its next item is worth."""

    def __init__(self, categories: Sequence[int], factor: float) -> None:
        self.categories = categories
        self.shown: dict[int, int] = defaultdict(int)
        self._factor = factor

    def count(self, n: int) -> None:
        """Count an offer as shown."""
        self.shown[self.categories[n]] += 1

    def of(self, n: int) -> float:
        """Return the factor of an offer."""
        return float(self._factor ** self.shown[self.categories[n]])


class _Queue:
    """Offers of one kind, the best first.

    Factors only ever fall, so an offer's last known worth is an upper bound: only the offers at the front are looked
    at again, never all of them.
    """

    def __init__(self, order: Sequence[int], scores: Sequence[float], weights: _CategoryWeights) -> None:
        self._order = order
        self._next = 0
        self._scores = scores
        self._weights = weights
        # (-worth, offer, how often its category was shown then)
        self._front: list[tuple[float, int, int]] = []

    def __len__(self) -> int:
        return len(self._order) - self._next + len(self._front)

    def best(self) -> tuple[float, int]:
        """Return (-worth, offer) of the best; there must be one."""
        while True:
            while self._next < len(self._order) and (
                not self._front or -self._scores[self._order[self._next]] <= self._front[0][0]
            ):
                heappush(self._front, self._valued(self._order[self._next]))
                self._next += 1
            worth, n, shown = self._front[0]
            if shown == self._weights.shown[self._weights.categories[n]]:
                return worth, n
            heapreplace(self._front, self._valued(n))

    def take(self) -> int:
        """Remove the best and return it."""
        self.best()
        return heappop(self._front)[1]

    def _valued(self, n: int) -> tuple[float, int, int]:
        shown = self._weights.shown[self._weights.categories[n]]
        return -self._scores[n] * self._weights.of(n), n, shown
