"""The rows a batch touches, held in memory while it is decided, and what is to be written of them."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from msgspec import Struct

from transactional.campaigns.state import CampaignState
from transactional.changes import Change, Tracked
from transactional.draws.domain import Draw, Outcome, SoldTicket
from transactional.engine.commands import Command, Slot
from transactional.engine.words import Words
from transactional.exchange.state import ExchangeState
from transactional.flash_sales.domain import FlashSale
from transactional.ledger.account import Account
from transactional.ledger.transfers import PastTransfer, Transfer
from transactional.redemption.domain import Offer, Redemption, Stock
from transactional.redemption.payment import Payment
from transactional.risk.domain import Assessment
from transactional.risk.judge import Attempt, RiskState
from transactional.tenants.domain import Program


class KeptApart(Struct, frozen=True):
    """An answer as it is kept: what stays, and the words about a member."""

    body: bytes
    words: Words


class Answer(Struct, frozen=True):
    """What the client is told, to the letter; kept under its key, the words in it apart.

    Attributes:
        is_keyed: whether body_hash is as it is kept, with the installation's key, and not the request's own.
    """

    status: int
    body: bytes
    body_hash: bytes
    is_keyed: bool = False
    replayed: bool = False
    kept: KeptApart | None = None

    @property
    def is_refusal(self) -> bool:
        """Whether nothing of what was asked was done."""
        return self.status >= 400


class Message(Struct, frozen=True):
    """A change of state that others are told of."""

    tenant_id: UUID
    topic: str
    subject_id: UUID
    payload: dict[str, Any]
    at: datetime


@dataclass(frozen=True, slots=True)
class Movement:
    """Pieces that came back."""

    tenant_id: UUID
    item_id: UUID
    quantity: int
    reason: Literal["return"]
    reference: str
    effective_at: datetime


@dataclass(frozen=True, slots=True)
class CashRefund:
    """Cash to be paid back to whom it came from."""

    tenant_id: UUID
    refund_id: UUID
    payment_id: UUID
    amount_fen: int
    at: datetime


@dataclass(frozen=True, slots=True)
class Judged:
    """An attempt that was not allowed; `redemption_id` is the one that is parked, if any."""

    assessment_id: UUID
    redemption_id: UUID | None
    attempt: Attempt
    assessment: Assessment


@dataclass(frozen=True, slots=True)
class Refused:
    """What a member asked for and did not get; item and quantity only where the refusal is about one item."""

    tenant_id: UUID
    member_id: UUID
    operation: str
    reason: str
    item_id: UUID | None
    quantity: int | None
    at: datetime


@dataclass(frozen=True, slots=True)
class Erasure:
    """A member whose personal rows are to be deleted; what was done with the points and holds."""

    tenant_id: UUID
    member_id: UUID
    at: datetime
    points: int
    holds: int


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a person decided about a redemption that the rules parked."""

    tenant_id: UUID
    redemption_id: UUID
    verdict: Literal["allow", "deny"]
    reviewer: str
    reason: str | None
    at: datetime


@dataclass(slots=True)
class VoucherCode(Tracked):
    """A code that can be issued; `sealed` is encrypted."""

    code_id: UUID
    sealed: bytes
    redemption_id: UUID | None = None
    issued_at: datetime | None = None


@dataclass(slots=True)
class Book:
    """The state of a batch. Deciding changes it as it goes; the writer writes what changed.

    Attributes:
        accounts: member accounts by (tenant, member); erased and unknown members have none.
        offers, stock: by tenant, then item.
        codes: free codes by (tenant, item), oldest first; as many as the batch may issue.
        redemptions, payments: by (tenant, redemption).
        open_business: (redemptions, payments) not finished of members to be erased, by (tenant, member).
        past: transfers that commands refer to, by (tenant, transfer).
        payers: the redemption of each payment that commands refer to, by (tenant, payment).
        holds: the member of each hold that commands refer to, by (tenant, hold).
        sales: by (tenant, sale).
        bought: pieces by (tenant, sale, member); those that changed are in `bought_changed`.
        draws: by (tenant, draw).
        ticket_counts: tickets that a member has of a draw, by (tenant, draw, member).
        prizes: (item, pieces) of all prizes, by (tenant, draw).
        outcomes: of tickets whose draw has ended, by (tenant, redemption).
        answers: first answers by (tenant, key).
        hash_key: by which hashes of requests are kept; None keeps them as they are.
        cash_returned: (tenant, refund, when) of cash that providers have paid back.
        sold: (tenant, draw, ticket) of new tickets.
        decided: commands with a key that were decided in this batch, with their answers.
    """

    accounts: dict[Slot, Account] = field(default_factory=dict)
    offers: dict[UUID, dict[UUID, Offer]] = field(default_factory=dict)
    stock: dict[UUID, dict[UUID, Stock]] = field(default_factory=dict)
    codes: dict[Slot, list[VoucherCode]] = field(default_factory=dict)
    redemptions: dict[Slot, Redemption] = field(default_factory=dict)
    payments: dict[Slot, Payment] = field(default_factory=dict)
    open_business: dict[Slot, tuple[int, int]] = field(default_factory=dict)
    past: dict[Slot, PastTransfer] = field(default_factory=dict)
    payers: dict[Slot, UUID] = field(default_factory=dict)
    holds: dict[Slot, UUID] = field(default_factory=dict)
    draws: dict[Slot, Draw] = field(default_factory=dict)
    ticket_counts: Counter[tuple[UUID, UUID, UUID]] = field(default_factory=Counter)
    prizes: dict[Slot, list[tuple[UUID, int]]] = field(default_factory=dict)
    outcomes: dict[Slot, Outcome] = field(default_factory=dict)
    programs: dict[UUID, Program] = field(default_factory=dict)
    sales: dict[Slot, FlashSale] = field(default_factory=dict)
    bought: dict[tuple[UUID, UUID, UUID], int] = field(default_factory=dict)
    bought_changed: set[tuple[UUID, UUID, UUID]] = field(default_factory=set)
    answers: dict[tuple[UUID, str | None], Answer] = field(default_factory=dict)
    hash_key: bytes | None = None

    decided: list[tuple[Command, Answer]] = field(default_factory=list)
    campaigns: CampaignState = field(default_factory=CampaignState)
    exchange: ExchangeState = field(default_factory=ExchangeState)
    risk: RiskState = field(default_factory=RiskState)
    judged: list[Judged] = field(default_factory=list)
    refused: list[Refused] = field(default_factory=list)
    erasures: list[Erasure] = field(default_factory=list)
    verdicts: list[Verdict] = field(default_factory=list)
    transfers: list[Transfer] = field(default_factory=list)
    sold: list[tuple[UUID, UUID, SoldTicket]] = field(default_factory=list)
    movements: list[Movement] = field(default_factory=list)
    cash_refunds: list[CashRefund] = field(default_factory=list)
    cash_returned: list[tuple[UUID, UUID, datetime]] = field(default_factory=list)
    messages: list[Message] = field(default_factory=list)

    def account(self, tenant_id: UUID, member_id: UUID) -> Account | None:
        """Return a member's account; None if there is no such member, or none any more."""
        account = self.accounts.get((tenant_id, member_id))
        return None if account is None or account.is_closed else account

    def note_recents(self) -> None:
        """Put what the risk rules counted of members into their accounts."""
        for member, packed in self.risk.packed_members().items():
            account = self.accounts[member]
            account.recent = packed
            account.touch()

    def note_bought(self, buyer: tuple[UUID, UUID, UUID], pieces: int) -> None:
        """Note how many pieces of a sale a member has bought now."""
        self.bought[buyer] = pieces
        self.bought_changed.add(buyer)

    def open(self, tenant_id: UUID, redemption: Redemption) -> None:
        """Add a new redemption with its lines."""
        redemption.change = Change.ADDED
        for line in redemption.lines:
            line.change = Change.ADDED
        self.redemptions[tenant_id, redemption.redemption_id] = redemption
