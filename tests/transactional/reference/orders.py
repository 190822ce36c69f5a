"""A redemption, what was asked for, and what may happen to it."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from tests.transactional.reference.campaigns import Campaign
from tests.transactional.reference.wallet import Hold, Point

WAITING = ("created", "in_review")
HANDED_OVER = ("allocated", "shipped", "delivered", "completed", "partially_refunded")


@dataclass(frozen=True)
class Offer:
    """An item in the shop; `until` is when it is no longer listed, `cash` which basis points of it cash may pay."""

    price: int
    handover: str
    until: datetime | None = None
    is_coded: bool = False
    cash: tuple[int, int] = (0, 10_000)


@dataclass
class Sale:
    """A flash sale: pieces of its own at a price of its own, so many for each member; `left` is what it has."""

    item: UUID
    price: int
    starts: datetime
    ends: datetime
    left: int
    limit: int
    bought: Counter[UUID] = field(default_factory=Counter)

    def open(self, moment: datetime) -> bool:
        return self.starts <= moment < self.ends


@dataclass
class Draw:
    """A draw: so many tickets, so many for each member, and prizes that are set aside until they are handed over.

    Attributes:
        prizes: (item, pieces), the first prize first.
        aside: pieces of each item that are set aside for it now.
        tickets: the redemptions of those that were sold.
        end: revealed or cancelled, once it is.
        settles: whether its end is known, so that its tickets can go on.
        won: the number of the prize that a ticket won.
    """

    price: int
    starts: datetime
    ends: datetime
    left: int
    limit: int
    prizes: tuple[tuple[UUID, int], ...]
    aside: Counter[UUID] = field(default_factory=Counter)
    bought: Counter[UUID] = field(default_factory=Counter)
    tickets: list[UUID] = field(default_factory=list)
    end: str | None = None
    settles: bool = False
    won: dict[UUID, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for item, pieces in self.prizes:
            self.aside[item] += pieces

    def open(self, moment: datetime) -> bool:
        return self.end is None and self.starts <= moment < self.ends


@dataclass
class Line:
    """So many pieces of an item at a price; some were refunded. A campaign may have saved something of each."""

    item: UUID
    quantity: int
    price: int
    refunded: int = 0
    campaign: Campaign | None = None
    saved: int = 0


@dataclass
class Payment:
    """Cash that a provider is to collect; `back` is what it owes the payer, `returned` what it has paid of that."""

    provider: str
    fen: int
    status: str = "pending"
    reference: str | None = None
    back: int = 0
    returned: dict[UUID, int] = field(default_factory=dict)


@dataclass(eq=False)
class Order:
    """A redemption.

    Attributes:
        points: what is or was to be taken; `cash_points` is what the cash stands for.
        taken: the points that were taken and not given back, in the order of spending.
        gone: shipped, delivered, completed: how far the goods have come.
    """

    name: UUID
    member: UUID
    mode: str
    points: int
    lines: list[Line]
    status: str = "created"
    cash_points: int = 0
    payment: Payment | None = None
    hold: Hold | None = None
    deadline: datetime | None = None
    was_paid: bool = False
    taken: list[Point] = field(default_factory=list)
    gone: set[str] = field(default_factory=set)
    sale: Sale | None = None
    draw: Draw | None = None
    points_back: int = 0
    fen_back: int = 0

    @property
    def fen(self) -> int:
        return 0 if self.payment is None else self.payment.fen

    def overdue(self, moment: datetime) -> bool:
        return self.status in WAITING and self.deadline is not None and self.deadline <= moment

    def may(self, move: str) -> bool:
        """Tell whether a move is allowed: nothing is shipped twice, skipped, or undone once it has ended."""
        on_its_way = self.status in ("allocated", "shipped", "delivered", "partially_refunded")
        match move:
            case "cancel":
                # A ticket takes part until its draw has ended.
                if self.mode == "draw" and self.status == "paid":
                    return False
                return self.status in (*WAITING, "paid", "allocated")
            case "refund":
                return self.status in HANDED_OVER
            case "ship":
                return on_its_way and not self.gone
            case "deliver":
                return on_its_way and self.gone == {"shipped"}
            case "complete":
                return on_its_way and self.gone == {"shipped", "delivered"}
            case "review":
                return self.status == "in_review"
            case "confirm":
                return self.status == "created" and self.mode == "bill_offset"
        raise AssertionError(move)
