"""The rows of exchanges that a batch touches, and what reverses an exchange in parts."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Literal
from uuid import UUID

from transactional.changes import Change, Tracked
from transactional.clock import business_date
from transactional.exchange.domain import Agreement, Direction, Link
from transactional.identifiers import derived

# (giving tenant, receiving tenant, business day)
DayKey = tuple[UUID, UUID, date]
# (giving tenant, its member, receiving tenant, business day)
UsageKey = tuple[UUID, UUID, UUID, date]


def in_transfer_of(exchange_id: UUID) -> UUID:
    """Return the id of the receiving leg of an exchange, or of its reversal."""
    return derived(exchange_id, 20)


@dataclass(slots=True)
class Quote(Tracked):
    """What was offered to a member until `expires_at`; `exchange_id` is what came of it."""

    quote_id: UUID
    agreement: Agreement
    link: Link
    points: int
    fee_points: int
    to_points: int
    expires_at: datetime
    used_at: datetime | None = None
    exchange_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Part:
    """A part of an exchange that is reversed: `to_points` are taken back, `points` with the fee given back."""

    points: int
    fee_points: int
    to_points: int


@dataclass(slots=True)
class Exchange(Tracked):
    """Points of one tenant that became points of another.

    Attributes:
        exchange_id: also the redemption's in the giving tenant, and its leg's.
        points: what is taken, with `fee_points` within them.
        status: `waiting` for a person's verdict; `released` if it never came to be.
        asked_at: its day is the one whose limits it counts for.
        settled_at: when both legs were posted; its day is the one whose statement it stands on.
        inbound: what happened to the receiving tenant's copy, which is made with the points.
    """

    exchange_id: UUID
    agreement: Agreement
    link: Link
    points: int
    fee_points: int
    to_points: int
    asked_at: datetime
    status: Literal["waiting", "executed", "released"] = "waiting"
    settled_at: datetime | None = None
    reversed_points: int = 0
    reversed_fee_points: int = 0
    reversed_to_points: int = 0
    inbound: Change = Change.READ

    @property
    def in_transfer_id(self) -> UUID:
        """Return the id of the receiving tenant's leg; the giving one's has the exchange's."""
        return in_transfer_of(self.exchange_id)

    @property
    def day(self) -> DayKey:
        """Return the day whose limits it counts for."""
        return self.link.from_tenant, self.link.to_tenant, business_date(self.asked_at)

    @property
    def told_status(self) -> str:
        """Return where it stands, in the words of its redemption."""
        if self.status == "waiting":
            return "in_review"
        if self.status == "released":
            return "cancelled"
        if not self.reversed_to_points:
            return "completed"
        return "refunded" if self.reversed_to_points == self.to_points else "partially_refunded"

    def execute(self, at: datetime) -> None:
        """Note that both legs are posted."""
        self.status, self.settled_at = "executed", at
        self.touch()
        self.inbound = Change.ADDED

    def part(self, to_points: int) -> Part:
        """Return what is given back for `to_points` more.

        All parts up to it are worth their proportion of the whole, rounded down, so that the parts of a whole
        give back exactly the whole.
        """
        after = self.reversed_to_points + to_points
        fee = self.fee_points * after // self.to_points
        exchanged = (self.points - self.fee_points) * after // self.to_points
        return Part(
            fee + exchanged - self.reversed_points,
            fee - self.reversed_fee_points,
            to_points,
        )

    def reverse(self, part: Part) -> None:
        """Note that a part was taken back."""
        self.reversed_points += part.points
        self.reversed_fee_points += part.fee_points
        self.reversed_to_points += part.to_points
        self.touch()
        if self.inbound is Change.READ:
            self.inbound = Change.CHANGED


@dataclass(frozen=True, slots=True)
class Reversal:
    """A part of an exchange that was taken back."""

    reversal_id: UUID
    exchange: Exchange
    part: Part
    at: datetime

    @property
    def in_transfer_id(self) -> UUID:
        """Return the id of the receiving tenant's transfer; the giving one's has the reversal's."""
        return in_transfer_of(self.reversal_id)


@dataclass(slots=True)
class Day(Tracked):
    """What was asked for on a day between two tenants; once it `is_stated` nothing may be added to it."""

    points: int
    is_stated: bool


@dataclass(slots=True)
class ExchangeState:
    """What a batch knows of exchanges.

    Attributes:
        quotes: by (giving tenant, quote).
        exchanges: by (giving tenant, exchange).
        givers: the giving tenant of each exchange that commands refer to, by (asking tenant, exchange).
        days: by pair and day.
        used: the points that a member exchanged with another tenant on a day.
    """

    quotes: dict[tuple[UUID, UUID], Quote] = field(default_factory=dict)
    exchanges: dict[tuple[UUID, UUID], Exchange] = field(default_factory=dict)
    givers: dict[tuple[UUID, UUID], UUID] = field(default_factory=dict)
    days: dict[DayKey, Day] = field(default_factory=dict)
    used: Counter[UsageKey] = field(default_factory=Counter)
    reversals: list[Reversal] = field(default_factory=list)

    def begin(self, exchange: Exchange) -> None:
        """Add a new exchange and count it for the limits of its day."""
        exchange.change = Change.ADDED
        self.exchanges[exchange.link.from_tenant, exchange.exchange_id] = exchange
        self._count(exchange, exchange.points)

    def release(self, tenant_id: UUID, redemption_id: UUID) -> None:
        """Let go of an exchange that waits, if the redemption is one."""
        exchange = self.exchanges.get((tenant_id, redemption_id))
        if exchange is not None and exchange.status == "waiting":
            exchange.status = "released"
            exchange.touch()
            self._count(exchange, -exchange.points)

    def _count(self, exchange: Exchange, points: int) -> None:
        giver, receiver, day = exchange.day
        self.days[exchange.day].points += points
        self.days[exchange.day].touch()
        self.used[giver, exchange.link.from_member, receiver, day] += points

    def direction_of(self, tenant_id: UUID, exchange: Exchange) -> Direction:
        """Return which side of an exchange a tenant is on."""
        return "out" if tenant_id == exchange.link.from_tenant else "in"
