"""A redemption with its lines, and the offers and stock it takes from."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal
from uuid import UUID

from transactional.campaigns.state import Basket
from transactional.changes import Tracked
from transactional.flash_sales.domain import FlashSale
from transactional.problems import Problem
from transactional.redemption.pricing import CashShare
from transactional.redemption.states import IllegalMove, Move, Status, after

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


class ItemBarred(Problem):
    """What the item is given out under has ended: its opt-in, its authorisation or its licence."""

    slug = "item-barred"
    title = "The item may not be given out"
    status = 409

    def __init__(self, item_id: UUID) -> None:
        super().__init__(
            f"no piece of item {item_id} is given out at this time: the opt-in to it was withdrawn, or the authorisation or "
            "licence that it is sold under has ended",
            item_id=str(item_id),
        )


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


Mode = Literal["points", "points_cash", "flash_sale", "draw", "bill_offset", "exchange"]
Handover = Literal["shipping", "pickup", "instant"]


@dataclass(slots=True)
class Offer:
    """An item in a tenant's shop; with `is_coded` a code is issued for each piece.

    Attributes:
        cash_share_min_bp, cash_share_max_bp: what part of its price may be paid in cash, within what the program says,
            in basis points.
        authorised_until: since when nobody may sell it for want of an authorisation or a licence; None: it needs none.
    """

    price_points: int
    handover: Handover
    listed_from: datetime
    listed_until: datetime | None
    is_coded: bool = False
    cash_share_min_bp: int = 0
    cash_share_max_bp: int = 10_000
    authorised_until: datetime | None = None

    @property
    def cash_share(self) -> CashShare:
        """Return what part of its price may be paid in cash, within what the program says."""
        return CashShare(self.cash_share_min_bp, self.cash_share_max_bp)

    def listed(self, moment: datetime) -> bool:
        """Tell whether the offer is on sale at a moment."""
        return self.listed_from <= moment and (self.listed_until is None or moment < self.listed_until)

    def barred(self, moment: datetime) -> bool:
        """Tell whether nobody may sell it at a moment, whoever asked for it before."""
        return self.authorised_until is not None and self.authorised_until <= moment


@dataclass(slots=True)
class Stock(Tracked):
    """Pieces of an item: those free to be asked for, and those set aside for flash sales and draws."""

    on_hand: int
    allotted: int = 0


@dataclass(slots=True)
class Line(Tracked):
    """One item of a redemption; `unit_points` is the price at the time.

    Attributes:
        replacing: pieces that an after-sales case is replacing.
        campaign_id: the campaign that lowered the price from `list_points`; None if none did.
    """

    line_no: int
    item_id: UUID
    quantity: int
    unit_points: int
    refunded: int = 0
    replacing: int = 0
    campaign_id: UUID | None = None
    list_points: int | None = None

    @property
    def points(self) -> int:
        """Return the price of the whole line."""
        return self.quantity * self.unit_points


@dataclass(slots=True)
class Redemption(Tracked):
    """One order: points, stock, cash and fulfilment under one id and one deadline.

    Attributes:
        points: what is or was to be taken from the member's account, the fee within it.
        cash_points: the part of the price that `cash_fen` pays instead.
        hold_id: the hold that keeps the points while it waits; None once they are taken.
        deadline: until when it waits for a payment, a review or a confirmation.
    """

    redemption_id: UUID
    member_id: UUID
    mode: Mode
    status: Status
    points: int
    effective_at: datetime
    lines: list[Line]
    cash_fen: int = 0
    cash_points: int = 0
    fee_points: int = 0
    refunded_points: int = 0
    refunded_cash_fen: int = 0
    hold_id: UUID | None = None
    deadline: datetime | None = None
    flash_sale_id: UUID | None = None
    draw_id: UUID | None = None
    bill_reference: str | None = None
    bill_fen: int | None = None
    paid_at: datetime | None = None
    shipped_at: datetime | None = None
    delivered_at: datetime | None = None
    completed_at: datetime | None = None
    ended_at: datetime | None = None
    cancel_reason: str | None = None
    # (lot, points) that the deduction took, in its order; read where something is given back.
    debits: tuple[tuple[UUID, int], ...] = field(default=())

    def move(self, move: Move, moment: datetime) -> None:
        """Go to the state that a move leads to and note when.

        Raises:
            IllegalMove: the present state does not allow it.
        """
        self.check(move)
        self.status = after(self.redemption_id, self.status, move)
        match move:
            case Move.PAY:
                self.paid_at, self.deadline = moment, None
            case Move.SHIP:
                self.shipped_at = moment
            case Move.DELIVER:
                self.delivered_at = moment
            case Move.COMPLETE | Move.FULFIL:
                self.completed_at = moment
            case Move.CANCEL | Move.REJECT | Move.TIME_OUT | Move.REFUND:
                self.ended_at = moment
        self.touch()

    def check(self, move: Move) -> None:
        """Make sure that a move is legal now.

        Raises:
            IllegalMove: it is not in the table, or a partly refunded one has not got so far or is past it.
        """
        after(self.redemption_id, self.status, move)
        ready = {
            Move.SHIP: self.shipped_at is None and self.completed_at is None,
            Move.DELIVER: self.shipped_at is not None and self.delivered_at is None,
            Move.COMPLETE: self.delivered_at is not None and self.completed_at is None,
        }
        if not ready.get(move, True):
            raise IllegalMove(self.redemption_id, self.status, move)


def price_lines(
    asked: tuple[tuple[UUID, int], ...],
    moment: datetime,
    offers: Mapping[UUID, Offer],
    stock: Mapping[UUID, Stock],
    sale: FlashSale | None = None,
    basket: Basket | None = None,
) -> list[Line]:
    """Return the priced lines of (item, quantity) pairs; an item may be asked for twice.

    Pieces of a flash sale have its price and are its own, so the stock on hand does not matter to them. A basket lowers
    prices by campaigns.

    Raises:
        UnknownOffer: the shop does not have an item.
        OfferNotListed: an item is not on sale at `moment`.
        OutOfStock: fewer pieces are left than all its lines ask for.
    """
    lines = []
    wanted: Counter[UUID] = Counter()
    for line_no, (item_id, quantity) in enumerate(asked, start=1):
        offer = offers.get(item_id)
        if offer is None:
            raise UnknownOffer(item_id)
        if not offer.listed(moment):
            raise OfferNotListed(item_id)
        wanted[item_id] += quantity
        line = Line(line_no, item_id, quantity, (sale or offer).price_points)
        if basket is not None:
            line.unit_points = basket.price(line_no, item_id, quantity, offer.price_points)
            line.campaign_id, line.list_points = basket.taken.get(line_no, (None, None))
        lines.append(line)
    for item_id, quantity in wanted.items() if sale is None else ():
        left = stock[item_id].on_hand if item_id in stock else 0
        if quantity > left:
            raise OutOfStock(item_id, asked=quantity, on_hand=left)
    return lines


def is_shipped(lines: list[Line], offers: Mapping[UUID, Offer]) -> bool:
    """Tell whether anything of the lines has to be shipped; the rest is picked up or issued at once."""
    return any(offers[line.item_id].handover == "shipping" for line in lines)
