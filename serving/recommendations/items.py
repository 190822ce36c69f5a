"""Items as a release numbers them: sequences that cost nothing to hand on, and that a shelf finds without their ids."""

from collections.abc import Iterator, Sequence
from typing import Any, Generic, TypeVar, overload
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from serving.recommendations.domain import ListedItem, Stage

Element = TypeVar("Element")
Codes = NDArray[np.int32]


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
    """A list with the stage of each item."""

    def __init__(self, items: Items, stages: Sequence[Stage]) -> None:
        self.items = items
        self.stages = stages

    def __len__(self) -> int:
        return len(self.items)

    def __iter__(self) -> Iterator[ListedItem]:
        return map(ListedItem, self.items, self.stages)


def columns(weighted: Sequence[tuple[UUID, float]]) -> tuple[Sequence[UUID], NDArray[Any]]:
    """Return items and their weights apart."""
    if isinstance(weighted, Weighted):
        return weighted.items, weighted.weights
    return [item_id for item_id, _ in weighted], np.array([weight for _, weight in weighted], np.float64)


def item_ids(listed: Sequence[ListedItem]) -> Sequence[UUID]:
    """Return the items of a list."""
    return listed.items if isinstance(listed, Listed) else [item.item_id for item in listed]


def stages(listed: Sequence[ListedItem]) -> Sequence[Stage]:
    """Return the stages of a list."""
    return listed.stages if isinstance(listed, Listed) else [item.stage for item in listed]
