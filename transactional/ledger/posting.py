"""Posts transfers: changes the account in memory and notes the transfer to be written."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from uuid import UUID

from transactional.clock import business_date
from transactional.engine.book import Book
from transactional.identifiers import derived
from transactional.ledger.account import MAX_BALANCE, Account, BalanceTooLarge, Share, take
from transactional.ledger.lots import Lot
from transactional.ledger.transfers import MemberEntry, ProgramAccount, Transfer, TransferKind

# What a transfer says beside its entries.
Balancing = tuple[tuple[ProgramAccount, int], ...]


def post_debit(
    book: Book,
    account: Account,
    transfer: Transfer,
    shares: Iterable[Share],
) -> None:
    """Take points out of lots and note the transfer with its entries."""
    shares = tuple(shares)
    before = account.balance
    account.debit(shares, transfer.effective_at)
    _note(book, account, transfer, before, [(lot_id, -points) for lot_id, points in shares])


def post_credit(book: Book, account: Account, transfer: Transfer, lot: Lot) -> None:
    """Add a new lot and note the transfer; what the member owes is settled from it.

    Raises:
        BalanceTooLarge: nothing has been added.
    """
    before = account.balance
    account.credit(lot, transfer.effective_at)
    _note(book, account, transfer, before, [(lot.lot_id, lot.remaining)])
    _settle(book, account, transfer, [(lot.lot_id, lot.remaining)])


def post_give_back(
    book: Book, account: Account, transfer: Transfer, shares: Iterable[Share], grace_days: int
) -> None:
    """Put points back where they came from and note the transfer; what the member owes is settled from it.

    Points of lots that have expired meanwhile become a new lot of `grace_days` more days; with none they
    return to their lot and are expired there.

    Raises:
        BalanceTooLarge: nothing has been given back.
    """
    shares = tuple(shares)
    before = account.balance
    if before + sum(points for _, points in shares) > MAX_BALANCE:
        raise BalanceTooLarge
    day = business_date(transfer.effective_at)
    late = [share for share in shares if grace_days and account.lots[share[0]].expired(day)]
    kept = [share for share in shares if share not in late]
    account.give_back(kept, transfer.effective_at)
    if late:
        points = sum(part for _, part in late)
        until = day + timedelta(days=grace_days)
        account.credit(
            Lot(transfer.transfer_id, points, points, transfer.effective_at, until), transfer.effective_at
        )
        kept.append((transfer.transfer_id, points))
    _note(book, account, transfer, before, kept)
    _settle(book, account, transfer, kept)


def header(
    kind: TransferKind,
    *,
    tenant_id: UUID,
    member_id: UUID,
    transfer_id: UUID,
    at: datetime,
    program: Balancing,
    redemption_id: UUID | None = None,
    reference: str | None = None,
    reverses_id: UUID | None = None,
    reason: str | None = None,
) -> Transfer:
    """Return a transfer whose entries on the member's account are still to come."""
    return Transfer(
        tenant_id,
        transfer_id,
        kind,
        member_id,
        at,
        (),
        program,
        redemption_id,
        reference,
        reverses_id,
        reason,
    )


def _settle(book: Book, account: Account, cause: Transfer, credited: list[Share]) -> None:
    settled = min(account.owed, sum(points for _, points in credited))
    if not settled:
        return
    account.owed -= settled
    transfer = header(
        "settle",
        tenant_id=cause.tenant_id,
        member_id=cause.member_id,
        transfer_id=derived(cause.transfer_id, 1),
        # Not before the member owed it, whatever past moment the credit is of.
        at=account.moment(cause.effective_at),
        program=(("receivable", settled),),
    )
    post_debit(book, account, transfer, take(credited, settled))


def _note(book: Book, account: Account, transfer: Transfer, before: int, amounts: list[Share]) -> None:
    entries = []
    balance = before
    for lot_id, amount in amounts:
        balance += amount
        entries.append(MemberEntry(lot_id, amount, balance))
        if account.history is not None:
            account.history.add_entry(lot_id, transfer.effective_at, amount)
    transfer.entries = tuple(entries)
    assert balance - before + sum(amount for _, amount in transfer.program) == 0, transfer
    book.transfers.append(transfer)
