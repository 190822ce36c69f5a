"""What can be asked of a redemption."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar, Literal
from uuid import UUID

from transactional.engine.commands import Command, Needs
from transactional.redemption.payment import Provider
from transactional.redemption.states import Move
from transactional.risk.judge import Attempt


@dataclass(frozen=True, slots=True)
class CashPart:
    """Pay so many points and the rest of the price in cash."""

    provider: Provider
    points: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Spend(Command):
    """A member spends points, which the risk rules judge.

    Attributes:
        ip, device: keyed hashes of where the request came from; None where that was not told.
    """

    member_id: UUID
    redemption_id: UUID
    ip: bytes | None = None
    device: bytes | None = None

    @property
    def attempt(self) -> Attempt:
        """Return what the risk rules judge."""
        return Attempt(self.tenant_id, self.member_id, self.at, self.ip, self.device)

    def add_needs(self, needs: Needs) -> None:
        needs.members.add((self.tenant_id, self.member_id))
        needs.attempts.append(self.attempt)


@dataclass(frozen=True, slots=True, kw_only=True)
class Redeem(Spend):
    """Spend points of a member on items.

    Attributes:
        asked: (item, quantity) pairs.
        cash: how much of the price is paid in cash; None means nothing.
        flash_sale_id: the sale whose price and pieces are meant.
        expected_points: what it may cost at most before any of it is paid in cash; None takes any price.
    """

    operation: ClassVar[str] = "redeem"

    asked: tuple[tuple[UUID, int], ...]
    cash: CashPart | None = None
    flash_sale_id: UUID | None = None
    expected_points: int | None = None

    def add_needs(self, needs: Needs) -> None:
        Spend.add_needs(self, needs)
        for item_id, quantity in self.asked:
            needs.items[self.tenant_id, item_id] += quantity
        if self.flash_sale_id is not None:
            needs.sales.add((self.tenant_id, self.flash_sale_id))


@dataclass(frozen=True, slots=True, kw_only=True)
class OffsetBill(Spend):
    """Turn points into a credit on a bill, once the bill's owner confirms it."""

    operation: ClassVar[str] = "offset_bill"

    points: int
    bill_reference: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OfRedemption(Command):
    """A command about a redemption that exists."""

    redemption_id: UUID

    def add_needs(self, needs: Needs) -> None:
        needs.redemptions.add((self.tenant_id, self.redemption_id))


@dataclass(frozen=True, slots=True, kw_only=True)
class Cancel(OfRedemption):
    """Give everything back before anything was handed over."""

    operation: ClassVar[str] = "cancel"

    transfer_id: UUID
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeOut(OfRedemption):
    """Let go of everything a redemption holds past its deadline."""

    operation: ClassVar[str] = "time_out"


@dataclass(frozen=True, slots=True, kw_only=True)
class Refund(OfRedemption):
    """Give back a redemption or a part of it after it was handed over.

    Attributes:
        lines: (line number, quantity) pairs; None means all that is left.
        points: for a redemption without lines, how many points; None means all that is left.
        restock: whether the pieces are back on the shelf.
    """

    operation: ClassVar[str] = "refund"

    transfer_id: UUID
    lines: tuple[tuple[int, int], ...] | None
    points: int | None
    restock: bool
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Review(OfRedemption):
    """Decide about a redemption that risk rules parked."""

    operation: ClassVar[str] = "review"

    verdict: Literal["approve", "reject"]
    reviewer: str
    reason: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfirmOffset(OfRedemption):
    """Say that a bill was credited, or that it will not be."""

    operation: ClassVar[str] = "confirm_offset"

    accepted: bool
    reason: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress(OfRedemption):
    """Note that goods were shipped, delivered, or that the order is complete.

    Attributes:
        occurred_at: when, if that was before it was told.
    """

    operation: ClassVar[str] = "progress"

    move: Literal[Move.SHIP, Move.DELIVER, Move.COMPLETE]
    occurred_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentArrived(Command):
    """A provider says, with its signature checked, that a payment was made."""

    operation: ClassVar[str] = "payment_arrived"

    payment_id: UUID
    provider: Provider
    provider_reference: str
    amount_fen: int
    occurred_at: datetime

    def add_needs(self, needs: Needs) -> None:
        needs.payments.add((self.tenant_id, self.payment_id))


@dataclass(frozen=True, slots=True, kw_only=True)
class CashReturned(Command):
    """A provider has paid cash back."""

    operation: ClassVar[str] = "cash_returned"

    payment_id: UUID
    refund_id: UUID

    def add_needs(self, needs: Needs) -> None:
        needs.payments.add((self.tenant_id, self.payment_id))
