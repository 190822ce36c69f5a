"""Items as a release numbers them: sequences that cost nothing to hand on, and that a shelf finds without their ids."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Generic, TypeVar, overload
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from serving.recommendations.domain import ListedItem, Stage

Element = TypeVar("Element")
Codes = NDArray[np.int32]
# That two items are alike says less than that the same members take both; it reaches those nobody took yet.
_CONTENT_SHARE = 0.5


class _Columns(Sequence[Element], Generic[Element]):
    """A sequence of what stands at each place of some columns; equal to another sequence of the same."""

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sequence) and list(self) == list(other)

    __hash__ = None  # type: ignore[assignment] # it is equal to lists, which have none

    @overload
    def __getitem__(self, at: int) -> Element: ...
    @overload
    def __getitem__(self, at: slice) -> Sequence[Element]: ...
    def __getitem__(self, at: int | slice) -> Element | Sequence[Element]:
        return list(self)[at]


class Items(_Columns[UUID]):
    """Items by their numbers among all of a release.

    Attributes:
        ids: the ids of all, by number; the same object for all of a release.
    """

    def __init__(self, ids: Sequence[UUID], codes: Codes) -> None:
        self.ids = ids
        self.codes = codes

    def __len__(self) -> int:
        return len(self.codes)

    def __iter__(self) -> Iterator[UUID]:
        ids = self.ids
        return iter([ids[code] for code in self.codes.tolist()])


class Weighted(_Columns[tuple[UUID, float]]):
    """Items with a weight each."""

    def __init__(self, items: Items, weights: NDArray[np.float64]) -> None:
        self.items = items
        self.weights = weights

    def __len__(self) -> int:
        return len(self.items)

    def __iter__(self) -> Iterator[tuple[UUID, float]]:
        return zip(self.items, self.weights.tolist(), strict=True)

    def first(self, count: int) -> "Weighted":
        """Return at most so many of the first."""
        return Weighted(Items(self.items.ids, self.items.codes[:count]), self.weights[:count])


class Listed(_Columns[ListedItem]):
    """A list with the stage of each item, told by its place among some names."""

    def __init__(self, items: Items, stages: NDArray[np.uint8], names: Sequence[Stage]) -> None:
        self.items = items
        self._stages = stages
        self._names = names

    def __len__(self) -> int:
        return len(self.items)

    def __iter__(self) -> Iterator[ListedItem]:
        return map(ListedItem, self.items, map(self.stage, range(len(self))))

    def stage(self, place: int) -> Stage:
        """Return the stage of the item at a place."""
        return self._names[int(self._stages[place])]


@dataclass(frozen=True)
class Neighbours:
    """An item's neighbours with positive weights, closest first: taken by the same members, and alike by what they are."""

    together: Sequence[tuple[UUID, float]] = ()
    content: Sequence[tuple[UUID, float]] = ()

    @cached_property
    def items(self) -> Sequence[UUID]:
        """The neighbours, those taken together first."""
        return joined([_columns(self.together)[0], _columns(self.content)[0]])

    @cached_property
    def strengths(self) -> NDArray[np.float64]:
        """How strongly each of `items` follows the item, up to 1."""
        found = [np.empty(0)]
        for kind, share in ((self.together, 1.0), (self.content, _CONTENT_SHARE)):
            if len(kind):
                weights = _columns(kind)[1]
                found.append(weights * (share / weights.max()))
        return np.concatenate(found)


def joined(several: Iterable[Sequence[UUID]]) -> Sequence[UUID]:
    """Return several sequences one after another, those of one release without looking at their ids."""
    filled = [each for each in several if len(each)]
    first = filled[0] if filled else ()
    if isinstance(first, Items) and all(isinstance(each, Items) and each.ids is first.ids for each in filled):
        return Items(first.ids, np.concatenate([each.codes for each in filled]))  # type: ignore[attr-defined]
    return [item_id for each in filled for item_id in each]


def item_ids(listed: Sequence[ListedItem]) -> Sequence[UUID]:
    """Return the items of a list."""
    return listed.items if isinstance(listed, Listed) else [item.item_id for item in listed]


def stage_at(listed: Sequence[ListedItem], place: int) -> Stage:
    """Return the stage of an item of a list."""
    return listed.stage(place) if isinstance(listed, Listed) else listed[place].stage


def _columns(weighted: Sequence[tuple[UUID, float]]) -> tuple[Sequence[UUID], NDArray[Any]]:
    """Return items and their weights apart."""
    if isinstance(weighted, Weighted):
        return weighted.items, weighted.weights
    return [item_id for item_id, _ in weighted], np.array([weight for _, weight in weighted], np.float64)
