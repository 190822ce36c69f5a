"""What a mall has in its books, wherever they are kept, and what follows from it, by plain counting."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID

from tests.transactional.reference.days import day_of


@dataclass(frozen=True)
class LotRow:
    member: UUID
    lot: UUID
    issued: int
    remaining: int
    active_from: datetime
    expires_on: date | None

    def begun(self, moment: datetime) -> bool:
        return self.active_from <= moment

    def over(self, moment: datetime) -> bool:
        return self.expires_on is not None and self.expires_on < day_of(moment)


@dataclass(frozen=True)
class HoldRow:
    member: UUID
    hold: UUID
    shares: dict[UUID, int]
    effective_at: datetime
    ends_at: datetime

    def active(self, moment: datetime) -> bool:
        return self.effective_at <= moment < self.ends_at


@dataclass(frozen=True)
class EntryRow:
    """`account` is `member` or the kind of an account of the program; `member` is whom the transfer is about."""

    transfer: UUID
    kind: str
    member: UUID
    effective_at: datetime
    account: str
    lot: UUID | None
    amount: int


@dataclass(frozen=True)
class AccountRow:
    balance: int
    owed: int
    changed_at: datetime | None


@dataclass(frozen=True)
class OrderRow:
    status: str
    points: int
    refunded_points: int
    refunded_fen: int
    deadline: datetime | None
    pieces: tuple[tuple[int, int], ...]
    payment: tuple[str, int, int] | None


@dataclass(frozen=True)
class DrawRow:
    tickets: int
    is_revealed: bool
    is_cancelled: bool


@dataclass(frozen=True)
class ExchangeRow:
    """A tenant's copy of an exchange; what was reversed of each is the second of the pairs."""

    member: UUID
    transfer: UUID
    points: tuple[int, int]
    fee: tuple[int, int]
    bought: tuple[int, int]
    status: str
    asked: date
    settled: date | None


@dataclass
class Books:
    """Rows as they are stored.

    Attributes:
        tickets: the draw and the buyer, by redemption.
        campaigns: what is used of their budgets; had, campaign_uses: by (campaign, member), as kept and as listed.
        exchanges: the tenant's own copies.
        exchanged: points by the day on which members asked to exchange them.
        positions: (exchanges, points, fee, bought, the same of reversals, net, owed) by direction, where told.
        partner: the books of the tenant with which points are exchanged.
    """

    accounts: dict[UUID, AccountRow] = field(default_factory=dict)
    lots: list[LotRow] = field(default_factory=list)
    holds: list[HoldRow] = field(default_factory=list)
    entries: list[EntryRow] = field(default_factory=list)
    stock: dict[UUID, int] = field(default_factory=dict)
    allotted: dict[UUID, int] = field(default_factory=dict)
    sale_left: int = 0
    bought: Counter[UUID] = field(default_factory=Counter)
    draws: dict[UUID, DrawRow] = field(default_factory=dict)
    tickets: dict[UUID, tuple[UUID, UUID]] = field(default_factory=dict)
    free_codes: Counter[UUID] = field(default_factory=Counter)
    issued_codes: Counter[UUID] = field(default_factory=Counter)
    orders: dict[UUID, OrderRow] = field(default_factory=dict)
    cash_refunds: dict[UUID, tuple[UUID, int]] = field(default_factory=dict)
    campaigns: Counter[UUID] = field(default_factory=Counter)
    had: Counter[tuple[UUID, UUID]] = field(default_factory=Counter)
    campaign_uses: Counter[tuple[UUID, UUID]] = field(default_factory=Counter)
    exchanges: dict[UUID, ExchangeRow] = field(default_factory=dict)
    exchanged: Counter[date] = field(default_factory=Counter)
    positions: dict[str, tuple[int, ...]] | None = None
    partner: "Books | None" = None

    def held(self, member: UUID, moment: datetime) -> Counter[UUID]:
        held: Counter[UUID] = Counter()
        for hold in self.holds:
            if hold.member == member and hold.active(moment):
                held.update(hold.shares)
        return held

    def buckets(self, member: UUID, moment: datetime) -> dict[str, int]:
        """Return a member's buckets at a moment that is not before the newest change."""
        lots = [lot for lot in self.lots if lot.member == member]
        held = self.held(member, moment)
        about = [e for e in self.entries if e.member == member]

        def program(account: str) -> int:
            return sum(e.amount for e in about if e.account == account)

        def free(begun: bool, over: bool) -> int:
            return sum(
                lot.remaining - held[lot.lot]
                for lot in lots
                if lot.begun(moment) is begun and (lot.over(moment) if begun else False) is over
            )

        return {
            "available": free(begun=True, over=False),
            "held": held.total(),
            "pending": free(begun=False, over=False),
            "expired": free(begun=True, over=True) + program("expired"),
            "spent": program("redeemed")
            + sum(e.amount for e in about if e.kind == "exchange_out" and e.account != "member"),
            "owed": self.accounts[member].owed,
        }

    def available_at(self, member: UUID, moment: datetime) -> int:
        """Return what was available at a past moment, from entries and holds alone."""
        held = self.held(member, moment)
        return sum(
            sum(e.amount for e in self.entries if e.lot == lot.lot and e.effective_at <= moment)
            - held[lot.lot]
            for lot in self.lots
            if lot.member == member and lot.begun(moment) and not lot.over(moment)
        )

    def require_balance(self) -> None:
        """Entries of a transfer sum to zero; balances, lots and debts are what the entries say."""
        by_transfer: Counter[UUID] = Counter()
        by_lot: Counter[UUID | None] = Counter()
        by_member: Counter[UUID] = Counter()
        debts: Counter[UUID] = Counter()
        for e in self.entries:
            by_transfer[e.transfer] += e.amount
            if e.account == "member":
                by_lot[e.lot] += e.amount
                by_member[e.member] += e.amount
            elif e.account == "receivable":
                debts[e.member] -= e.amount
        assert not any(by_transfer.values()), by_transfer
        for lot in self.lots:
            assert 0 <= lot.remaining == by_lot[lot.lot] <= lot.issued, lot
        for member, account in self.accounts.items():
            assert account.balance == by_member[member] >= 0, account
            assert account.owed == debts[member] >= 0, account

    def require_never_negative(self) -> None:
        """At no moment had a lot less than was held of it."""
        for lot in self.lots:
            entries = [e for e in self.entries if e.lot == lot.lot]
            moments = {e.effective_at for e in entries} | {h.effective_at for h in self.holds}
            for moment in moments:
                there = sum(e.amount for e in entries if e.effective_at <= moment)
                assert there >= self.held(lot.member, moment)[lot.lot], (lot, moment)
