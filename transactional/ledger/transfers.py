"""Transfers and their entries, which sum to zero."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

TransferKind = Literal[
    "earn", "grant", "redeem", "refund", "adjust", "expire",
    "return", "settle", "correct", "exchange_out", "exchange_in",
]  # fmt: skip
ProgramAccount = Literal["issuance", "redeemed", "expired", "exchange", "adjustment", "receivable", "fee"]


@dataclass(frozen=True, slots=True)
class MemberEntry:
    """Points into (positive) or out of a lot, and the account's balance afterwards."""

    lot_id: UUID
    amount: int
    balance_after: int


@dataclass(slots=True)
class Transfer:
    """A business act: entries on a member's lots, and on the program's accounts what balances them.

    Attributes:
        program: (account kind, amount) pairs; with `entries` they sum to zero.
        reverses_id: the transfer that a return or correction takes back.
    """

    tenant_id: UUID
    transfer_id: UUID
    kind: TransferKind
    member_id: UUID
    effective_at: datetime
    entries: tuple[MemberEntry, ...]
    program: tuple[tuple[ProgramAccount, int], ...]
    redemption_id: UUID | None = None
    reference: str | None = None
    reverses_id: UUID | None = None
    reason: str | None = None


@dataclass(slots=True)
class PastTransfer:
    """A transfer of the past that a command refers to.

    Attributes:
        shares: (lot, amount) of its entries on the member's account, in their order.
        reversed_points: how many of its points returns and corrections have taken back.
        swept_points: how many of its lot's points have expired and were not taken back since.
    """

    transfer_id: UUID
    kind: TransferKind
    member_id: UUID
    effective_at: datetime
    shares: tuple[tuple[UUID, int], ...]
    reversed_points: int = 0
    swept_points: int = 0
