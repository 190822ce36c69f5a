"""The offers of one answer as vectors: one entry per offer, in the order they came."""

from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from serving.recommendations.domain import Offer

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
Flags = NDArray[np.bool_]
NOWHERE = -1


class Shelf:
    """Offers side by side; an item comes once.

    Attributes:
        offers: the offers; their number is the length of every vector.
        place: item → its entry.
        prices: points.
        categories: a code per category.
    """

    def __init__(self, offers: Sequence[Offer]) -> None:
        self.place: Mapping[UUID, int] = {offer.item_id: n for n, offer in enumerate(offers)}
        if len(self.place) < len(offers):
            offers = [offers[n] for n in self.place.values()]
            self.place = {item_id: n for n, item_id in enumerate(self.place)}
        self.offers = offers
        self.prices: Integers = np.fromiter((offer.price_points for offer in offers), np.int64, len(offers))

    def __len__(self) -> int:
        return len(self.place)

    @cached_property
    def categories(self) -> list[int]:
        """Return a code per offer, the same for those of one category."""
        codes: dict[str, int] = {}
        return [codes.setdefault(offer.category, len(codes)) for offer in self.offers]

    @cached_property
    def on_sale(self) -> list[int]:
        """Return the entries of offers with a running sale."""
        return [n for n, offer in enumerate(self.offers) if offer.sale is not None]

    def zeros(self) -> Floats:
        """Return a vector of zeros."""
        return np.zeros(len(self))

    def spread(self, values: Mapping[UUID, float]) -> Floats:
        """Return the values of items, 0 where none is given."""
        spread = self.zeros()
        for item_id, value in values.items():
            if (n := self.place.get(item_id)) is not None:
                spread[n] = value
        return spread

    def places(self, item_ids: Sequence[UUID]) -> Integers:
        """Return the entry of each item; NOWHERE of one that is not offered."""
        place = self.place.get
        return np.array([place(item_id, NOWHERE) for item_id in item_ids], np.int64)

    def flagged(self, item_ids: Iterable[UUID]) -> Flags:
        """Return which offers are of these items."""
        flags = np.zeros(len(self), np.bool_)
        flags[[n for item_id in item_ids if (n := self.place.get(item_id)) is not None]] = True
        return flags
