"""What every command of the engine has, and how it says which rows it needs."""

from abc import ABC, abstractmethod
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime
from typing import ClassVar
from uuid import UUID

from transactional.risk.judge import Attempt

# A row of a tenant: (tenant, id).
Slot = tuple[UUID, UUID]


@dataclass(slots=True)
class Needs:
    """The rows that the commands of a batch need.

    Attributes:
        members: accounts to lock, with their lots and open holds.
        items: stock to lock, with its offer; the count is how many codes may be issued.
        redemptions: with lines, payment and deduction; their members and items are needed with them.
        payments: their redemptions are needed with them.
        quotes, exchanges: of exchanges; both members' accounts and the days' limits are needed with them.
        holds, transfers: resolved or reversed ones; their members are needed with them.
        earners: members who earn something of their own.
        campaigns: campaigns to lock, with what the members needed have had of them.
        sales: flash sales to lock, with what the members needed have bought in them.
        ticket_sales: (tenant, draw, member) of tickets to be sold; the draws are locked.
        draws: draws to lock as a whole, with the stock of their prizes.
        tickets: redemptions that are tickets, with what they won.
        erasures: members whose open business is counted.
        attempts: what the risk rules are to judge.
        backdated: the earliest moment to which a member's account is changed as of the past.
    """

    members: set[Slot] = field(default_factory=set)
    items: Counter[Slot] = field(default_factory=Counter)
    redemptions: set[Slot] = field(default_factory=set)
    payments: set[Slot] = field(default_factory=set)
    quotes: set[Slot] = field(default_factory=set)
    exchanges: set[Slot] = field(default_factory=set)
    holds: set[Slot] = field(default_factory=set)
    transfers: set[Slot] = field(default_factory=set)
    earners: set[Slot] = field(default_factory=set)
    campaigns: set[Slot] = field(default_factory=set)
    sales: set[Slot] = field(default_factory=set)
    ticket_sales: set[tuple[UUID, UUID, UUID]] = field(default_factory=set)
    draws: set[Slot] = field(default_factory=set)
    tickets: set[Slot] = field(default_factory=set)
    erasures: set[Slot] = field(default_factory=set)
    attempts: list[Attempt] = field(default_factory=list)
    backdated: dict[Slot, datetime] = field(default_factory=dict)

    def history(self, member: Slot, since: datetime) -> None:
        """Ask for what moved a member's lots since a moment."""
        self.backdated[member] = min(since, self.backdated.get(member, since))


@dataclass(frozen=True, slots=True, kw_only=True)
class Command(ABC):
    """Something asked of the engine.

    Attributes:
        key: the idempotency key; None for our own background work, which decides by what it finds.
        body_hash: SHA-256 of what was asked, 32 bytes.
        at: when it was asked.
    """

    operation: ClassVar[str]

    tenant_id: UUID
    key: str | None
    body_hash: bytes
    at: datetime

    @abstractmethod
    def add_needs(self, needs: Needs) -> None:
        """Add the rows this command needs."""
