"""Offers as vectors: one entry per offer, in the order they came; of a whole shop, or of the part an answer is about."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, overload
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from serving.recommendations.domain import Offer
from serving.recommendations.items import Items

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
Flags = NDArray[np.bool_]
NOWHERE = -1
# Sets of a few releases and days; more only where every answer brings its own.
_REMEMBERED = 64


class _Some(Sequence[Offer]):
    """Some offers of many, taken out only where they are looked at: an answer looks at ten of a thousand."""

    def __init__(self, offers: Sequence[Offer], entries: Integers) -> None:
        self.replaced: dict[int, Offer] = {}
        self._offers = offers
        self._entries = entries

    def __len__(self) -> int:
        return len(self._entries)

    @overload
    def __getitem__(self, at: int) -> Offer: ...
    @overload
    def __getitem__(self, at: slice) -> Sequence[Offer]: ...
    def __getitem__(self, at: int | slice) -> Offer | Sequence[Offer]:
        if isinstance(at, slice):
            return [self[n] for n in range(*at.indices(len(self)))]
        found = self.replaced.get(at)
        return self._offers[self._entries[at]] if found is None else found


class StalePart(RuntimeError):
    """A part of a shelf was asked for places after the next part had been taken."""


class _Places:
    """Entry of a whole shelf → its place in the part that was taken last, or NOWHERE; the last one stands for NOWHERE.

    One vector for all parts: to fill one of twenty thousand for each answer took a thirtieth of it, and drove what the
    rest of it needs out of the processor's cache.
    """

    def __init__(self, size: int) -> None:
        self._places: Integers = np.full(size + 1, NOWHERE)
        self._numbers: Integers = np.arange(size)
        self._entries: Integers = self._numbers[:0]

    def take(self, entries: Integers) -> None:
        """Take the next part."""
        self._places[self._entries] = NOWHERE
        self._places[entries] = self._numbers[: len(entries)]
        self._entries = entries

    def of(self, part: Integers) -> Integers:
        """Return the vector for a part with these entries.

        Raises:
            StalePart: another one was taken meanwhile.
        """
        if self._entries is not part:
            raise StalePart
        return self._places


class Shelf:
    """Offers side by side; an item comes once.

    Attributes:
        offers: the offers; their number is the length of every vector.
        prices: points.
        stocks: pieces; more than any where that is not known.
        listed_from: seconds since 1970.
        codes, category_codes: a code per category, and that of each.
        ranks: the place of each in the order of the items' ids.
    """

    def __init__(self, offers: Sequence[Offer]) -> None:
        self._entries: Mapping[UUID, int] = {offer.item_id: n for n, offer in enumerate(offers)}
        if len(self._entries) < len(offers):
            offers = [offers[n] for n in self._entries.values()]
            self._entries = {item_id: n for n, item_id in enumerate(self._entries)}
        self._entries_in_whole: Integers | None = None
        self._memory: dict[int, tuple[object, NDArray[Any]]] = {}
        self.offers: Sequence[Offer] = offers
        count, codes = len(offers), dict[str, int]()
        self._places_in_part = _Places(count)
        self.prices: Integers = np.fromiter((offer.price_points for offer in offers), np.int64, count)
        self.stocks: Floats = np.fromiter(
            (np.inf if offer.stock is None else offer.stock for offer in offers), np.float64, count
        )
        self.listed_from: Floats = np.fromiter(
            (offer.listed_from.timestamp() for offer in offers), np.float64, count
        )
        self._cash_shares: Integers = np.array([offer.cash_share_bp for offer in offers], np.int64).reshape(
            -1, 2
        )
        self.category_codes: Mapping[str, int] = codes
        self.codes: Integers = np.fromiter(
            (codes.setdefault(offer.category, len(codes)) for offer in offers), np.int64, count
        )
        order = sorted(range(count), key=lambda n: offers[n].item_id.int)
        self.ranks: Integers = np.empty(count, np.int64)
        self.ranks[order] = np.arange(count)
        self.on_sale: Sequence[int] = [n for n, offer in enumerate(offers) if offer.sale is not None]

    def __len__(self) -> int:
        return len(self.offers)

    def part(self, entries: Integers, changed: Mapping[int, Offer] | None = None) -> "Shelf":
        """Return some entries of a whole shelf, each once, with what is otherwise about their offers for this answer.

        It knows its places until the next part is taken of the same shelf.
        """
        part = Shelf.__new__(Shelf)
        part._entries = self._entries
        part._memory = self._memory
        part._places_in_part = self._places_in_part
        part._entries_in_whole = entries
        self._places_in_part.take(entries)
        own = self._places_in_part.of(entries)
        offers = _Some(self.offers, entries)
        part.prices, part.stocks = self.prices[entries], self.stocks[entries]
        part.listed_from, part.codes, part.ranks = (
            self.listed_from[entries],
            self.codes[entries],
            self.ranks[entries],
        )
        part._cash_shares = self._cash_shares
        part.category_codes = self.category_codes
        part.on_sale = []
        for whole, offer in (changed or {}).items():
            if (n := int(own[whole])) == NOWHERE:
                continue
            offers.replaced[n], part.prices[n] = offer, offer.price_points
            part.stocks[n] = np.inf if offer.stock is None else offer.stock
            if offer.sale is not None:
                part.on_sale.append(n)
        part.offers = offers
        return part

    def restocked(self, stocks: Floats) -> "Shelf":
        """Return the same whole shelf with other stocks."""
        whole = Shelf.__new__(Shelf)
        whole.__dict__.update(self.__dict__)
        whole.stocks = stocks
        return whole

    def replaced(self, changed: Mapping[int, Offer]) -> "Shelf":
        """Return the same whole shelf with other offers of some of its items."""
        whole = self.restocked(self.stocks.copy())
        offers, codes = list(self.offers), dict(self.category_codes)
        whole.prices, whole.listed_from, whole.codes = (
            self.prices.copy(),
            self.listed_from.copy(),
            self.codes.copy(),
        )
        whole._cash_shares = self._cash_shares.copy()
        for n, offer in changed.items():
            offers[n] = offer
            whole._cash_shares[n] = offer.cash_share_bp
            whole.prices[n] = offer.price_points
            whole.stocks[n] = np.inf if offer.stock is None else offer.stock
            whole.listed_from[n] = offer.listed_from.timestamp()
            whole.codes[n] = codes.setdefault(offer.category, len(codes))
        whole.offers, whole.category_codes = offers, codes
        return whole

    @property
    def cash_shares(self) -> Integers:
        """Return what part of each price may be paid in cash at least and at most, basis points; shape (offers, 2)."""
        # Taken out only where a tenant takes cash.
        whole = self._cash_shares
        return whole if self._entries_in_whole is None else whole[self._entries_in_whole]

    def place(self, item_id: UUID) -> int | None:
        """Return the entry of an item; None of one that is not offered."""
        n = self._entries.get(item_id)
        if n is None or self._entries_in_whole is None:
            return n
        own = int(self._places_in_part.of(self._entries_in_whole)[n])
        return None if own == NOWHERE else own

    def zeros(self) -> Floats:
        """Return a vector of zeros."""
        return np.zeros(len(self))

    def put(self, places: Integers, values: Floats) -> Floats:
        """Return a vector with values at some places, 0 at the others; NOWHERE takes any."""
        # NOWHERE is the last.
        vector = np.zeros(len(self) + 1)
        vector[places] = values
        return vector[:-1]

    def spread(self, values: Mapping[UUID, float]) -> Floats:
        """Return the values of items, 0 where none is given."""
        if not values:
            return self.zeros()
        return self.put(self.places(list(values)), np.fromiter(values.values(), np.float64, len(values)))

    def lasting(self, values: Mapping[UUID, float]) -> Floats:
        """Return the values of items as `spread` does, of a mapping that stays as long as its release."""
        whole = self._kept(values, lambda: self._spread_whole(values))
        return whole if self._entries_in_whole is None else whole[self._entries_in_whole]

    def _spread_whole(self, values: Mapping[UUID, float]) -> Floats:
        # The last one takes what is not offered.
        spread = np.zeros(len(self._entries) + 1)
        spread[self._entries_of(values)] = np.fromiter(values.values(), np.float64, len(values))
        return spread[:-1]

    def places(self, item_ids: Iterable[UUID]) -> Integers:
        """Return the entry of each item; NOWHERE of one that is not offered."""
        if isinstance(item_ids, frozenset):
            # Those stay for as long as their release, and are asked for by every answer.
            found = self._looked_up(item_ids)
        elif isinstance(item_ids, Items):
            found = self._numbered(item_ids.ids).take(item_ids.codes)
        else:
            found = self._entries_of(item_ids)
        # NOWHERE is the last entry of it.
        part = self._entries_in_whole
        return found if part is None else self._places_in_part.of(part)[found]

    def _entries_of(self, item_ids: Iterable[UUID]) -> Integers:
        entry = self._entries.get
        return np.array([entry(item_id, NOWHERE) for item_id in item_ids], np.int64)

    def _looked_up(self, item_ids: frozenset[UUID]) -> Integers:
        return self._kept(item_ids, lambda: self._entries_of(item_ids))

    def _numbered(self, ids: Sequence[UUID]) -> Integers:
        """Return the entry of each item of a release."""
        return self._kept(ids, lambda: self._entries_of(ids))

    def _kept(self, of: object, make: Callable[[], NDArray[Any]]) -> NDArray[Any]:
        """Return what was made of an object that never changes, made once."""
        kept = self._memory.get(id(of))
        if kept is None:
            if len(self._memory) >= _REMEMBERED:
                self._memory.clear()
            # With the object, so that no other one can get its number.
            kept = self._memory[id(of)] = of, make()
        return kept[1]

    def flagged(self, item_ids: Iterable[UUID]) -> Flags:
        """Return which offers are of these items."""
        # NOWHERE is the last.
        flags = np.zeros(len(self) + 1, np.bool_)
        flags[self.places(item_ids)] = True
        return flags[:-1]
