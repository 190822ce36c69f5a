"""Suppliers and their terms: what a quantity costs, which quantities can be ordered, how long it takes.

Problem
├── UnknownSupplier    404  the tenant has no such supplier
├── UnknownTerms       404  the supplier has no such terms
├── SupplierExists     409  the code names a supplier with another name
├── SupplierSuspended  409  nothing is ordered from the supplier
├── TermsOverlap       409  terms of that day or later are there already
├── NoSupplierTerms    409  no terms of the item hold on the day
├── NotWholePacks      422  the quantity is no multiple of the pack
└── BelowMinimumOrder  422  the quantity is below the smallest the supplier takes
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from transactional.problems import Problem


class UnknownSupplier(Problem):
    """The tenant has no such supplier."""

    slug = "unknown-supplier"
    title = "No such supplier"
    status = 404

    def __init__(self, supplier_id: UUID | str) -> None:
        super().__init__(
            f"your tenant has no supplier {supplier_id}; GET /v1/suppliers lists them",
            supplier_id=str(supplier_id),
        )


class UnknownTerms(Problem):
    """The supplier has no such terms."""

    slug = "unknown-supplier-terms"
    title = "No such terms"
    status = 404

    def __init__(self, terms_id: UUID) -> None:
        super().__init__(
            f"the supplier has no terms {terms_id}; GET /v1/suppliers/terms lists them",
            terms_id=str(terms_id),
        )


class SupplierExists(Problem):
    """The code names a supplier with another name."""

    slug = "supplier-exists"
    title = "The code is taken"
    status = 409

    def __init__(self, code: str, supplier_id: UUID) -> None:
        super().__init__(
            f"the code {code!r} names a supplier with another name; change that one or choose another code",
            supplier_id=str(supplier_id),
        )


class SupplierSuspended(Problem):
    """Nothing is ordered from the supplier."""

    slug = "supplier-suspended"
    title = "The supplier is suspended"
    status = 409

    def __init__(self, supplier_id: UUID) -> None:
        super().__init__(
            f"supplier {supplier_id} is suspended, so nothing is ordered there; order elsewhere or lift it first",
            supplier_id=str(supplier_id),
        )


class TermsOverlap(Problem):
    """Terms of that day or later are there already."""

    slug = "supplier-terms-overlap"
    title = "There are terms of that day or later"
    status = 409

    def __init__(self, valid_from: date) -> None:
        super().__init__(
            f"this supplier has terms of the item from {valid_from} on, and dated terms are not changed; "
            "let new ones begin later",
            valid_from=str(valid_from),
        )


class NoSupplierTerms(Problem):
    """No terms of the item hold on the day."""

    slug = "no-supplier-terms"
    title = "No terms to order on"
    status = 409

    def __init__(self, item_id: UUID, day: date) -> None:
        super().__init__(
            f"no terms of item {item_id} hold on {day}; POST /v1/suppliers/…/terms says what it costs and how long "
            "it takes",
            item_id=str(item_id),
        )


class NotWholePacks(Problem):
    """The quantity is no multiple of the pack."""

    slug = "not-whole-packs"
    title = "The quantity is no multiple of the pack"
    status = 422

    def __init__(self, item_id: UUID, *, quantity: int, pack_size: int) -> None:
        less = quantity // pack_size * pack_size
        super().__init__(
            f"item {item_id} comes in packs of {pack_size}, so not {quantity} pieces of it but "
            f"{f'{less} or ' if less else ''}{less + pack_size} can be ordered",
            item_id=str(item_id),
            quantity=quantity,
            pack_size=pack_size,
        )


class BelowMinimumOrder(Problem):
    """The quantity is below the smallest the supplier takes."""

    slug = "below-minimum-order"
    title = "Less than the supplier's minimum order"
    status = 422

    def __init__(self, item_id: UUID, *, quantity: int, min_order_quantity: int) -> None:
        super().__init__(
            f"at least {min_order_quantity} pieces of item {item_id} are ordered at once, and this is for {quantity}",
            item_id=str(item_id),
            quantity=quantity,
            min_order_quantity=min_order_quantity,
        )


@dataclass(frozen=True)
class PriceBreak:
    """From so many pieces on, each costs so much."""

    quantity: int
    unit_cost_fen: int


@dataclass(frozen=True, kw_only=True)
class NewTerms:
    """Terms of a supplier and an item from a day on.

    Attributes:
        lead_time_days: what is usual from order to shelf.
        worst_lead_time_days: what to count on.
        min_order_quantity: pieces that are at least ordered at once.
        pack_size: pieces that come together.
        price_breaks: by rising quantity, each cheaper than the one before.
        shelf_life_days: how long pieces keep from receipt on; None for ever.
        over_receipt_percent: so much more than ordered is taken.
        rank: the smallest is asked first.
        valid_until: the last day; None until others begin.
    """

    item_id: UUID
    lead_time_days: int
    worst_lead_time_days: int
    unit_cost_fen: int
    valid_from: date
    min_order_quantity: int = 1
    pack_size: int = 1
    price_breaks: tuple[PriceBreak, ...] = ()
    shelf_life_days: int | None = None
    over_receipt_percent: int = 0
    rank: int = 100
    valid_until: date | None = None


@dataclass(frozen=True, kw_only=True)
class Terms(NewTerms):
    """Terms as they are kept. `supplier_id` gives them."""

    terms_id: UUID
    supplier_id: UUID

    def unit_cost(self, quantity: int) -> int:
        """Return what a piece costs among so many, in fen."""
        reached = [b.unit_cost_fen for b in self.price_breaks if b.quantity <= quantity]
        return reached[-1] if reached else self.unit_cost_fen

    def most_quantity(self, quantity: int) -> int:
        """Return how many pieces are taken where so many were ordered, rounded down."""
        return quantity + quantity * self.over_receipt_percent // 100

    def orderable(self, wanted: int) -> int:
        """Return the smallest quantity that can be ordered and is not less than `wanted`."""
        least = max(wanted, self.min_order_quantity)
        return -(-least // self.pack_size) * self.pack_size


def check_quantities(terms: Terms, quantities: Sequence[int]) -> None:
    """Make sure that an order may have lines of so many pieces of one item.

    Raises:
        NotWholePacks: a line is no multiple of the pack.
        BelowMinimumOrder: all lines together are less than the supplier takes.
    """
    for quantity in quantities:
        if quantity % terms.pack_size:
            raise NotWholePacks(terms.item_id, quantity=quantity, pack_size=terms.pack_size)
    if sum(quantities) < terms.min_order_quantity:
        raise BelowMinimumOrder(
            terms.item_id, quantity=sum(quantities), min_order_quantity=terms.min_order_quantity
        )
