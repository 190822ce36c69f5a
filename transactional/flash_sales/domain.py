"""The rules of a flash sale: its window, its limit per member, what is left.

Problem
├── UnknownSale       404  the tenant has no such sale
├── SaleExists        409  the reference names a sale with other terms
├── SaleOfOtherItem   422  the redemption asks for something else than the sale sells
├── SaleNotOpen       409  nothing is sold at this time
├── SaleLimitReached  409  the member has as many pieces as one may have
└── SaleSoldOut       409  fewer pieces are left than asked for
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from transactional.changes import Tracked
from transactional.problems import InvalidRequest, Problem


class UnknownSale(Problem):
    """The tenant has no such sale."""

    slug = "unknown-flash-sale"
    title = "No such flash sale"
    status = 404

    def __init__(self, sale: UUID | str) -> None:
        super().__init__(f"there is no flash sale {sale}; GET /v1/flash-sales lists yours", sale_id=str(sale))


class SaleExists(Problem):
    """The reference names a sale with other terms."""

    slug = "flash-sale-exists"
    title = "The reference was used for another flash sale"
    status = 409

    def __init__(self, reference: str, sale_id: UUID) -> None:
        super().__init__(
            f"the reference {reference!r} names a flash sale with other terms; use a new one for a new sale",
            sale_id=str(sale_id),
        )


class SaleOfOtherItem(Problem):
    """The redemption asks for something else than the sale sells."""

    slug = "flash-sale-of-other-item"
    title = "The flash sale sells another item"
    status = 422

    def __init__(self, sale_id: UUID, item_id: UUID) -> None:
        super().__init__(
            f"flash sale {sale_id} sells item {item_id} alone; ask for one line of it, and for the rest apart",
            sale_id=str(sale_id),
            item_id=str(item_id),
        )


class SaleNotOpen(Problem):
    """Nothing is sold at this time."""

    slug = "flash-sale-not-open"
    title = "The flash sale is not open"
    status = 409

    def __init__(self, sale_id: UUID, *, starts_at: datetime, ends_at: datetime, closed: bool) -> None:
        super().__init__(
            f"flash sale {sale_id} is closed"
            if closed
            else f"flash sale {sale_id} runs from {starts_at.isoformat()} until before {ends_at.isoformat()}",
            sale_id=str(sale_id),
        )


class SaleLimitReached(Problem):
    """The member has as many pieces as one may have."""

    slug = "flash-sale-limit-reached"
    title = "The member's pieces of this flash sale are used up"
    status = 409

    def __init__(self, sale_id: UUID, *, asked: int, has: int, limit: int) -> None:
        super().__init__(
            f"a member may buy {limit} pieces in flash sale {sale_id}; this one has {has} and asked for {asked} more",
            sale_id=str(sale_id),
            asked=asked,
            has=has,
            limit=limit,
        )


class SaleSoldOut(Problem):
    """Fewer pieces are left than asked for."""

    slug = "flash-sale-sold-out"
    title = "The flash sale is sold out"
    status = 409

    def __init__(self, sale_id: UUID, *, asked: int, left: int) -> None:
        super().__init__(
            f"{asked} pieces were asked for in flash sale {sale_id} and {left} are left",
            sale_id=str(sale_id),
            asked=asked,
            left=left,
        )


@dataclass(frozen=True, slots=True)
class NewSale:
    """A sale to open; `reference` is the tenant's own name of it, so that a retry opens no second one.

    Attributes:
        ends_at: the first moment at which nothing is sold any more.
        allotted: so many pieces are set aside for it.
        member_limit: so many of them a member may buy.
        reservation_id: ends for the sale, which has its pieces; what it had beyond them is for everybody again.
    """

    reference: str
    item_id: UUID
    price_points: int
    starts_at: datetime
    ends_at: datetime
    allotted: int
    member_limit: int
    reservation_id: UUID | None = None


@dataclass(slots=True)
class FlashSale(Tracked):
    """A sale while pieces are taken from it. `take` and `give_back` change it as they go."""

    sale_id: UUID
    item_id: UUID
    price_points: int
    starts_at: datetime
    ends_at: datetime
    left_count: int
    member_limit: int
    is_closed: bool = False

    def check(self, quantity: int, *, bought: int, moment: datetime) -> None:
        """Tell whether a member who has bought so many pieces can have `quantity` more now.

        Raises:
            SaleNotOpen: the sale has not begun, is over or closed.
            SaleLimitReached: a member may not have so many.
            SaleSoldOut: fewer are left.
        """
        if self.is_closed or not self.starts_at <= moment < self.ends_at:
            raise SaleNotOpen(
                self.sale_id, starts_at=self.starts_at, ends_at=self.ends_at, closed=self.is_closed
            )
        if bought + quantity > self.member_limit:
            raise SaleLimitReached(self.sale_id, asked=quantity, has=bought, limit=self.member_limit)
        if quantity > self.left_count:
            raise SaleSoldOut(self.sale_id, asked=quantity, left=self.left_count)

    def take(self, quantity: int, *, bought: int, moment: datetime) -> int:
        """Take pieces for a member who has bought so many, and return how many it has then.

        Raises:
            SaleNotOpen, SaleLimitReached, SaleSoldOut: as `check` says.
        """
        self.check(quantity, bought=bought, moment=moment)
        self.left_count -= quantity
        self.touch()
        return bought + quantity

    def give_back(self, quantity: int, *, bought: int) -> tuple[int, bool]:
        """Take back pieces of a cancelled redemption.

        Returns:
            How many the member has then, and whether the pieces are the sale's again: those of a closed sale go to
            the shelf.
        """
        if not self.is_closed:
            self.left_count += quantity
            self.touch()
        return max(bought - quantity, 0), not self.is_closed


def check_new_sale(new: NewSale, *, now: datetime) -> None:
    """Tell whether a sale may be opened.

    Raises:
        InvalidRequest: it would be over before it began.
    """
    if new.ends_at <= new.starts_at:
        raise InvalidRequest("ends_at: the end must come after the start")
    if new.ends_at <= now:
        raise InvalidRequest("ends_at: the end must come later than now")
