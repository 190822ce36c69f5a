"""The engine's decisions alone, on a book in memory that is handed to them as a reader of rows would."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from tests.transactional.machine.books import AccountRow, Books, DrawRow, EntryRow, HoldRow, LotRow, OrderRow
from tests.transactional.machine.campaigns_memory import add_campaigns, campaign_books, read_extras
from tests.transactional.machine.exchange_memory import ExchangesInMemory
from tests.transactional.machine.memory_draws import add_draws, read_outcomes, reveal
from tests.transactional.machine.world import (
    ASIDE,
    BARRED,
    LONG_AGO,
    OFFERS,
    PARTNER_RULES,
    PIECES,
    SALE_ENDS,
    SALE_ID,
    SALE_LIMIT,
    SALE_PIECES,
    SALE_PRICE,
    START,
    World,
    program_of,
)
from tests.transactional.reference.program import Rules
from transactional.engine.book import Answer, Book, VoucherCode
from transactional.engine.commands import Command, Needs, Slot
from transactional.engine.decide import decide
from transactional.flash_sales.domain import FlashSale
from transactional.ledger.account import Account
from transactional.ledger.history import History, SetAside
from transactional.ledger.transfers import PastTransfer, Transfer
from transactional.problems import Problem
from transactional.redemption.domain import Offer, Stock
from transactional.risk.domain import Blocked, MissingContext
from transactional.risk.judge import Block, DatedRule, RiskState, RuleBook

TENANT, PARTNER = UUID(int=1), UUID(int=2)


class InMemory:
    """A mall without a database."""

    def __init__(self, rules: Rules) -> None:
        items = {name: UUID(int=20 + number) for number, name in enumerate(OFFERS)}
        members, partner_members = (UUID(int=10), UUID(int=11)), (UUID(int=12), UUID(int=13))
        self.world = World(TENANT, members, items, partner=PARTNER, partner_members=partner_members)
        owners = [(TENANT, m) for m in members] + [(PARTNER, m) for m in partner_members]
        self.book = Book(
            accounts={slot: Account(0, 0, registered_at=LONG_AGO) for slot in owners},
            offers={
                TENANT: {
                    items[name]: Offer(o.price, o.handover, LONG_AGO, o.until, o.is_coded, *o.cash)  # type: ignore[arg-type]
                    for name, o in OFFERS.items()
                }
            },
            stock={
                TENANT: {
                    items[name]: Stock(pieces - ASIDE[name], ASIDE[name]) for name, pieces in PIECES.items()
                }
            },
            sales={
                (TENANT, SALE_ID): FlashSale(
                    SALE_ID, items["tea"], SALE_PRICE, START, SALE_ENDS, SALE_PIECES, SALE_LIMIT
                )
            },
            codes={
                (TENANT, items[name]): [VoucherCode(UUID(int=n), b"sealed") for n in range(PIECES[name])]
                for name, o in OFFERS.items()
                if o.is_coded
            },
            programs={TENANT: program_of(rules), PARTNER: program_of(PARTNER_RULES)},
            risk=_risk(),
        )
        add_draws(self.book, TENANT, items)
        add_campaigns(self.book, TENANT, self.world)
        self._exchanges = ExchangesInMemory(self.book, self.world, rules)
        self._quotes = 0

    def close(self) -> None:
        """Leave nothing behind."""

    def deliver(self, commands: Sequence[Command]) -> list[Answer]:
        """Decide commands as one batch; a refusal must leave no trace."""
        self._read(commands)
        answers = []
        for command in commands:
            before = self._trace()
            (answer,) = decide([command], self.book)
            if answer.status >= 400 or answer.replayed:
                assert self._trace() == before, command
            answers.append(answer)
        return answers

    def reveal(self, draw_id: UUID, *, now: datetime) -> dict[UUID, int]:
        """Reveal a draw."""
        return reveal(self.book, TENANT, draw_id, now)

    def stop(self, campaign_id: UUID, *, now: datetime) -> None:
        """Stop a campaign."""
        self.book.campaigns.campaigns[TENANT, campaign_id].is_live = False

    def quote(self, *, member: UUID, points: int, at: datetime) -> UUID | Problem:
        """Offer a member what points buy of the partner's."""
        self._quotes += 1
        name = UUID(int=1_000 + self._quotes)
        return self._exchanges.quote(name, member=member, points=points, at=at) or name

    def _read(self, commands: Sequence[Command]) -> None:
        """Fill in what a reader finds for a batch."""
        book, needs = self.book, Needs()
        for command in commands:
            command.add_needs(needs)
        read_outcomes(book, TENANT)
        read_extras(book)
        self._exchanges.read(commands)
        for (tenant, redemption_id), payment in book.payments.items():
            book.payers[tenant, payment.payment_id] = redemption_id
            for refund in book.cash_refunds:
                if refund.payment_id == payment.payment_id:
                    payment.refunds.setdefault(refund.refund_id, (refund.amount_fen, False))
        for (tenant, member), account in book.accounts.items():
            for hold_id in account.holds:
                book.holds[tenant, hold_id] = member
            account.history = self._history(member, account) if (tenant, member) in needs.backdated else None
        made = {(transfer.tenant_id, transfer.transfer_id): transfer for transfer in book.transfers}
        book.past = {slot: self._past(made[slot]) for slot in needs.transfers if slot in made}

    def _history(self, member: UUID, account: Account) -> History:
        history = History()
        for transfer in self.book.transfers:
            if transfer.member_id == member:
                for entry in transfer.entries:
                    history.add_entry(entry.lot_id, transfer.effective_at, entry.amount)
        for hold in account.holds.values():
            ends = hold.resolved_at or hold.expires_at
            history.note_hold(hold.hold_id, SetAside(hold.effective_at, ends, dict(hold.shares)))
        return history

    def _past(self, transfer: Transfer) -> PastTransfer:
        lots = {entry.lot_id for entry in transfer.entries}
        past = PastTransfer(
            transfer.transfer_id, transfer.kind, transfer.member_id, transfer.effective_at,
            tuple((entry.lot_id, entry.amount) for entry in transfer.entries),
        )  # fmt: skip
        for other in self.book.transfers:
            if other.reverses_id == transfer.transfer_id:
                amounts = dict(other.program)
                past.reversed_points += abs(amounts.get("issuance", 0) + amounts.get("adjustment", 0))
                past.swept_points += amounts.get("expired", 0)
            if other.kind == "expire":
                past.swept_points -= sum(e.amount for e in other.entries if e.lot_id in lots)
        return past

    def _trace(self) -> str:
        b = self.book
        kept = (
            b.accounts,
            b.stock,
            b.redemptions,
            b.payments,
            b.codes,
            b.programs,
            b.risk.touched,
            b.sales,
            b.bought,
            b.draws,
            b.ticket_counts,
            b.sold,
            b.exchange,
            b.campaigns,
        )
        return repr(kept) + repr([len(x) for x in (b.transfers, b.movements, b.cash_refunds, b.messages)])

    def books(self) -> Books:
        """Return the rows."""
        b = self.book
        books = Books(
            stock={item: stock.on_hand for item, stock in b.stock[TENANT].items()},
            allotted={item: stock.allotted for item, stock in b.stock[TENANT].items()},
            sale_left=b.sales[TENANT, SALE_ID].left_count,
            bought=Counter({member: pieces for (_, _, member), pieces in b.bought.items()}),
        )
        books.draws = {
            draw_id: DrawRow(d.ticket_count, d.is_revealed, d.cancelled_at is not None)
            for (_, draw_id), d in b.draws.items()
        }
        books.tickets = {t.redemption_id: (draw_id, t.member_id) for _, draw_id, t in b.sold}
        for (_, item), codes in b.codes.items():
            books.free_codes[item] = sum(code.redemption_id is None for code in codes)
            books.issued_codes.update(c.redemption_id for c in codes if c.redemption_id is not None)
        for slot, r in b.redemptions.items():
            books.orders[r.redemption_id] = OrderRow(
                str(r.status), r.points, r.refunded_points, r.refunded_cash_fen, r.deadline,
                tuple((line.quantity, line.refunded) for line in r.lines), self._payment(slot),
            )  # fmt: skip
        books.cash_refunds = {c.refund_id: (c.payment_id, c.amount_fen) for c in b.cash_refunds}
        campaign_books(b, books)
        books.partner = Books()
        for tenant, of_tenant in ((TENANT, books), (PARTNER, books.partner)):
            self._add_points(of_tenant, tenant)
            self._exchanges.add_to(of_tenant, tenant)
        return books

    def _add_points(self, books: Books, tenant: UUID) -> None:
        b = self.book
        for (owner, member), account in b.accounts.items():
            if owner != tenant:
                continue
            books.accounts[member] = AccountRow(account.balance, account.owed, account.changed_at)
            books.lots += [
                LotRow(member, lot.lot_id, lot.issued, lot.remaining, lot.active_from, lot.expires_on)
                for lot in account.lots.values()
            ]
            books.holds += [
                HoldRow(member, h.hold_id, dict(h.shares), h.effective_at, h.resolved_at or h.expires_at)
                for h in account.holds.values()
            ]
        for t in b.transfers:
            if t.tenant_id != tenant:
                continue
            about = (t.transfer_id, t.kind, t.member_id, t.effective_at)
            books.entries += [EntryRow(*about, "member", e.lot_id, e.amount) for e in t.entries]
            books.entries += [EntryRow(*about, account, None, amount) for account, amount in t.program]

    def _payment(self, slot: Slot) -> tuple[str, int, int] | None:
        payment = self.book.payments.get(slot)
        return None if payment is None else (payment.status, payment.amount_fen, payment.refunded_fen)


def _risk() -> RiskState:
    rules = (
        MissingContext(UUID(int=1), "review", 10, "ip"),
        Blocked(UUID(int=2), "deny", 100),
    )
    dated = [DatedRule(rule, LONG_AGO) for rule in rules]
    return RiskState(
        books={TENANT: RuleBook(dated)},
        blocks={(TENANT, "device", BARRED): [Block(LONG_AGO - timedelta(days=1), None)]},
    )
