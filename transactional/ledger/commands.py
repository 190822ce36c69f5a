"""What can be asked of a member's points."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import ClassVar, Literal
from uuid import UUID

from transactional.engine.commands import Command, Needs, Slot
from transactional.ledger.extras import extra_of
from transactional.ledger.lots import expiry_moment


@dataclass(frozen=True, slots=True, kw_only=True)
class Earn(Command):
    """Credit points to a member as a new lot.

    Attributes:
        kind: `earn` is the member's own act, `grant` a gift of the tenant.
        effective_at: when the member earned them, if that was earlier than now.
    """

    operation: ClassVar[str] = "earn"

    member_id: UUID
    transfer_id: UUID
    points: int
    kind: Literal["earn", "grant"]
    reference: str | None = None
    effective_at: datetime | None = None

    def add_needs(self, needs: Needs) -> None:
        needs.members.add((self.tenant_id, self.member_id))
        if self.kind == "earn":
            needs.earners.add((self.tenant_id, self.member_id))


@dataclass(frozen=True, slots=True, kw_only=True)
class Adjust(Command):
    """Correct a balance by hand: positive points are a new lot, negative ones are taken.

    Attributes:
        effective_at: as of which past moment; None means now.
    """

    operation: ClassVar[str] = "adjust"

    member_id: UUID
    transfer_id: UUID
    points: int
    reason: str
    effective_at: datetime | None = None

    def add_needs(self, needs: Needs) -> None:
        member = (self.tenant_id, self.member_id)
        needs.members.add(member)
        if self.effective_at is not None:
            needs.history(member, self.effective_at)


@dataclass(frozen=True, slots=True, kw_only=True)
class TakeBack(Command):
    """Take back points of a credit: the purchase was returned. The program's return policy decides."""

    operation: ClassVar[str] = "return"

    transfer_id: UUID
    reversed_id: UUID
    points: int
    reason: str

    def add_needs(self, needs: Needs) -> None:
        needs.transfers |= _with_extra(self.tenant_id, self.reversed_id)


@dataclass(frozen=True, slots=True, kw_only=True)
class Correct(Command):
    """Reverse a credit or an adjustment that should not have been made, as a whole."""

    operation: ClassVar[str] = "correct"

    transfer_id: UUID
    reversed_id: UUID
    reason: str

    def add_needs(self, needs: Needs) -> None:
        needs.transfers |= _with_extra(self.tenant_id, self.reversed_id)


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceHold(Command):
    """Set points aside for a while."""

    operation: ClassVar[str] = "hold"

    member_id: UUID
    hold_id: UUID
    points: int
    lasts: timedelta
    reference: str | None = None

    def add_needs(self, needs: Needs) -> None:
        needs.members.add((self.tenant_id, self.member_id))


@dataclass(frozen=True, slots=True, kw_only=True)
class CaptureHold(Command):
    """Take points that a hold set aside; what is not taken is free again. None takes all."""

    operation: ClassVar[str] = "capture"

    hold_id: UUID
    transfer_id: UUID
    points: int | None = None

    def add_needs(self, needs: Needs) -> None:
        needs.holds.add((self.tenant_id, self.hold_id))


@dataclass(frozen=True, slots=True, kw_only=True)
class ReleaseHold(Command):
    """Free the points that a hold set aside."""

    operation: ClassVar[str] = "release"

    hold_id: UUID

    def add_needs(self, needs: Needs) -> None:
        needs.holds.add((self.tenant_id, self.hold_id))


@dataclass(frozen=True, slots=True, kw_only=True)
class SweepHold(Command):
    """Write down that a hold has expired; it has counted as released since then."""

    operation: ClassVar[str] = "sweep_hold"

    hold_id: UUID

    def add_needs(self, needs: Needs) -> None:
        needs.holds.add((self.tenant_id, self.hold_id))


@dataclass(frozen=True, slots=True, kw_only=True)
class ExpireLots(Command):
    """Debit what is left of a member's expired lots.

    Attributes:
        oldest: the earliest last day that counts; lots that ended before are left alone.
    """

    operation: ClassVar[str] = "expire"

    member_id: UUID
    transfer_id: UUID
    oldest: date

    def add_needs(self, needs: Needs) -> None:
        member = (self.tenant_id, self.member_id)
        needs.members.add(member)
        needs.history(member, expiry_moment(self.oldest))


def _with_extra(tenant_id: UUID, transfer_id: UUID) -> set[Slot]:
    """Return a credit with the extra points that a campaign may have given for it."""
    return {(tenant_id, transfer_id), (tenant_id, extra_of(transfer_id))}
