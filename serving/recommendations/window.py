"""What a tenant's shop offers at a moment, as vectors: what can be had of it now, within a budget and a filter."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

import numpy as np
from msgspec.structs import replace
from numpy.typing import NDArray

from serving.recommendations.contexts import Filter
from serving.recommendations.domain import ANY_CASH, Offer, Sale
from serving.recommendations.shelf import NOWHERE, Flags, Floats, Integers, Shelf


@dataclass
class _Listings:
    """Which offers can be had, from one moment until another (seconds since 1970): until an offer comes or goes."""

    since: float = np.inf
    until: float = -np.inf
    had: Flags = field(default_factory=lambda: np.zeros(0, np.bool_))


@dataclass(frozen=True)
class Window:
    """A shop's offers, those not listed now among them.

    Attributes:
        shelf: all of them, sorted by item.
        listed_until: seconds since 1970; infinite where no end is set.
        kinds: of the items.
    """

    shelf: Shelf
    listed_until: Floats
    kinds: NDArray[np.str_]
    _listings: _Listings = field(default_factory=_Listings, repr=False, compare=False)

    def names(self, item_ids: Sequence[UUID]) -> dict[UUID, str]:
        """Return item → name of those of some items that are or were offered, in their order."""
        found = ((item_id, self.shelf.place(item_id)) for item_id in item_ids)
        return {item_id: self.shelf.offers[n].name for item_id, n in found if n is not None}

    def restocked(self, pieces: Iterable[tuple[UUID, int]]) -> "Window":
        """Return the window with other stocks of some items."""
        places = {n: left for item_id, left in pieces if (n := self.shelf.place(item_id)) is not None}
        if not places:
            return self
        stocks = self.shelf.stocks.copy()
        stocks[list(places)] = list(places.values())
        return Window(self.shelf.restocked(stocks), self.listed_until, self.kinds)

    def changed(self, rows: Sequence[Sequence[Any]]) -> "Window | None":
        """Return the window with some offers as rows now tell them; None if there are others among them."""
        if not rows:
            return self
        offers = {self.shelf.place(offer.item_id): (offer, until) for offer, until in map(_offer, rows)}
        listed_until, kinds, replaced = self.listed_until.copy(), self.kinds.copy(), dict[int, Offer]()
        for n, (offer, until) in offers.items():
            if n is None:
                return None
            replaced[n], listed_until[n], kinds[n] = offer, until, offer.kind
        return Window(self.shelf.replaced(replaced), listed_until, kinds)

    def deliverable(self, entries: Integers, now: datetime, budget: int, asked: Filter) -> Integers:
        """Return those of some entries that are listed, in stock, within the budget and asked for."""
        shelf = self.shelf
        entries = entries[self._had(now.timestamp())[entries]]
        prices = shelf.prices[entries]
        is_asked_for = prices <= budget
        if asked.price_from:
            is_asked_for &= prices >= asked.price_from
        if asked.price_to is not None:
            is_asked_for &= prices <= asked.price_to
        if asked.kinds:
            is_asked_for &= np.isin(self.kinds[entries], list(asked.kinds))
        if asked.categories:
            codes = [code for name, code in shelf.category_codes.items() if name in asked.categories]
            is_asked_for &= np.isin(shelf.codes[entries], codes)
        found: Integers = entries[is_asked_for]
        return found

    def _had(self, moment: float) -> Flags:
        """Return which of all offers are listed at a moment and in stock."""
        listings, shelf = self._listings, self.shelf
        if not listings.since <= moment < listings.until:
            listings.since, listings.until = _between(moment, shelf.listed_from, self.listed_until)
            listings.had = (shelf.listed_from <= moment) & (self.listed_until > moment) & (shelf.stocks > 0)
        return listings.had

    def on_sale(
        self, sales: Mapping[UUID, Sale], now: datetime, budget: int, asked: Filter
    ) -> dict[int, Offer]:
        """Return entry → offer of what is in a flash sale, as it is sold now: pieces of a sale are its own."""
        found, moment = {}, now.timestamp()
        for item_id, sale in sales.items():
            n = self.shelf.place(item_id)
            if n is None or not self.shelf.listed_from[n] <= moment < self.listed_until[n]:
                continue
            stock = float(self.shelf.stocks[n])
            offer = on_sale(
                replace(self.shelf.offers[n], stock=None if np.isinf(stock) else int(stock)), sale
            )
            if offer is not None and offer.price_points <= budget and asked.admits(offer):
                found[n] = offer
        return found


def _between(moment: float, *changes: Floats) -> tuple[float, float]:
    """Return the last change up to a moment and the first one after it."""
    since, until = -np.inf, np.inf
    for each in changes:
        is_over = each <= moment
        since = max(since, each.max(where=is_over, initial=-np.inf))
        until = min(until, each.min(where=~is_over, initial=np.inf))
    return float(since), float(until)


def window_of(rows: Iterable[Sequence[Any]]) -> Window:
    """Return the window of offers, sorted by item.

    Args:
        rows: item, name, category, kind, price, listed from and until, stock, least and most basis points of cash; a
            release, which takes no cash, tells none of these.
    """
    offers, until = [], []
    for row in rows:
        offer, listed_until = _offer(row)
        offers.append(offer)
        until.append(listed_until)
    kinds = np.array([offer.kind for offer in offers], "U8")
    return Window(Shelf(offers), np.array(until, np.float64), kinds)


def _offer(row: Sequence[Any]) -> tuple[Offer, float]:
    """Return the offer of a row and until when it is listed."""
    item_id, name, category, kind, price, listed_from, listed_until, stock, *cash_share = row
    until = np.inf if listed_until is None else listed_until.timestamp()
    least, most = cash_share or ANY_CASH
    offer = Offer(item_id, name, category, price, listed_from, stock, kind=kind, cash_share_bp=(least, most))
    return offer, until


def on_sale(offer: Offer, sale: Sale | None) -> Offer | None:
    """Return an offer as it is sold now, by a sale if that is cheaper; None if nothing is left of it."""
    is_on_shelf = offer.stock is None or offer.stock > 0
    if sale is None or (is_on_shelf and offer.price_points <= sale.price_points):
        return offer if is_on_shelf else None
    return replace(offer, price_points=sale.price_points, stock=sale.left, sale=sale)


def merged(entries: Sequence[Integers], size: int) -> Integers:
    """Return entries of several lists, each once and in order; NOWHERE is left out."""
    is_there = np.zeros(size + 1, np.bool_)
    for each in entries:
        is_there[each] = True
    # NOWHERE is the last.
    is_there[NOWHERE] = False
    found: Integers = is_there.nonzero()[0]
    return found
