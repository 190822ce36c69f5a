"""What a redemption asks for, the refusals it can meet and the state it starts in."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from transactional.problems import Problem

MAX_LINES = 500
MAX_QUANTITY = 10_000


class UnknownOffer(Problem):
    """The tenant's shop has no such item."""

    slug = "unknown-offer"
    title = "No such offer"
    status = 404

    def __init__(self, item_id: UUID) -> None:
        super().__init__(
            f"your shop does not offer item {item_id}; GET /v1/offers lists what it offers",
            item_id=str(item_id),
        )


class OfferNotListed(Problem):
    """The offer exists but is not on sale at this time."""

    slug = "offer-not-listed"
    title = "The offer is not listed"
    status = 409

    def __init__(self, item_id: UUID) -> None:
        super().__init__(f"item {item_id} is not on offer at this time", item_id=str(item_id))


class OutOfStock(Problem):
    """There are fewer pieces than asked for."""

    slug = "out-of-stock"
    title = "Out of stock"
    status = 409

    def __init__(self, item_id: UUID, *, asked: int, on_hand: int) -> None:
        super().__init__(
            f"{asked} pieces of item {item_id} were asked for and {on_hand} are left",
            item_id=str(item_id),
            asked=asked,
            on_hand=on_hand,
        )


class UnknownRedemption(Problem):
    """The tenant has no such redemption."""

    slug = "unknown-redemption"
    title = "No such redemption"
    status = 404


@dataclass(slots=True)
class Offer:
    """An item in a tenant's shop."""

    price_points: int
    handover: str
    listed_from: datetime
    listed_until: datetime | None

    def listed(self, moment: datetime) -> bool:
        """Tell whether the offer is on sale at a moment."""
        return self.listed_from <= moment and (self.listed_until is None or moment < self.listed_until)


@dataclass(frozen=True, slots=True)
class Line:
    """One item of a redemption; `unit_points` is the price at the time."""

    item_id: UUID
    quantity: int
    unit_points: int


def price_lines(
    asked: tuple[tuple[UUID, int], ...],
    moment: datetime,
    offers: Mapping[UUID, Offer],
    on_hand: Mapping[UUID, int],
) -> tuple[Line, ...]:
    """Return the priced lines of (item, quantity) pairs; an item may be asked for twice.

    Raises:
        UnknownOffer: the shop does not have an item.
        OfferNotListed: an item is not on sale at `moment`.
        OutOfStock: fewer pieces are left than all its lines ask for.
    """
    lines = []
    wanted: Counter[UUID] = Counter()
    for item_id, quantity in asked:
        offer = offers.get(item_id)
        if offer is None:
            raise UnknownOffer(item_id)
        if not offer.listed(moment):
            raise OfferNotListed(item_id)
        wanted[item_id] += quantity
        lines.append(Line(item_id, quantity, offer.price_points))
    for item_id, quantity in wanted.items():
        left = on_hand.get(item_id, 0)
        if quantity > left:
            raise OutOfStock(item_id, asked=quantity, on_hand=left)
    return tuple(lines)


def first_status(lines: tuple[Line, ...], offers: Mapping[UUID, Offer]) -> str:
    """Return the status a redemption has once points and stock are taken.

    What is picked up or issued at once is complete; what must be shipped has its goods allocated.
    """
    shipped = any(offers[line.item_id].handover == "shipping" for line in lines)
    return "allocated" if shipped else "completed"
