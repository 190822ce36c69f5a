"""The rows of an imported past: what is new goes by COPY, what was changed by the committer's own statements."""

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from uuid import UUID

from transactional.changes import Change
from transactional.engine.book import Book
from transactional.engine.commands import Slot
from transactional.engine.unnest import names_of
from transactional.engine.writing import campaigns, points, redemptions, risk, sales
from transactional.engine.writing.answers import PARTS as ANSWERS
from transactional.engine.writing.answers import messages
from transactional.engine.writing.statement import Part, Row
from transactional.redemption.domain import Redemption

NewId = Callable[[datetime], UUID]

_ENTRY = ("tenant_id", "transfer_id", "entry_no", "account_id", "lot_id", "amount", "balance_after")
# All columns that a redemption or a line can have got before it is written for the first time.
_REDEMPTION = (
    "tenant_id", "redemption_id", "member_id", "mode", "status", "points", "refunded_points", "hold_id", "deadline",
    "flash_sale_id", "bill_reference", "bill_fen", "effective_at", "paid_at", "shipped_at", "delivered_at",
    "completed_at", "ended_at", "cancel_reason",
)  # fmt: skip
_LINE = ("tenant_id", "redemption_id", "line_no", "item_id", "quantity", "unit_points", "refunded_quantity")
_OUTBOX = ("tenant_id", "outbox_id", "topic", "subject_id", "payload", "member_id", "words", "salt")
_REFUSAL = (
    "tenant_id", "refusal_id", "member_id", "operation", "reason", "item_id", "quantity", "effective_at",
)  # fmt: skip
_COPIED = ("new_transfer", "new_lot", "new_stock_movement", "new_idempotency_key", "new_risk_assessment")

# The committer plants a subject's counts before it changes them; here they may be new.
_VELOCITY = next(part for part in risk.PARTS if part.name == "changed_velocity")
_MERGED_VELOCITY = Part(
    "merged_velocity",
    _VELOCITY.columns,
    "insert into mall.velocity ({names}) select * from {rows} on conflict (tenant_id, dimension, subject) "
    "do update set recent = excluded.recent, seen_at = excluded.seen_at",
    _VELOCITY.rows,
)
_BY_NAME = {part.name: part for part in (*points.PARTS, *redemptions.PARTS, *risk.PARTS, *ANSWERS)}
MERGED: tuple[Part, ...] = (
    *(
        part
        for part in (*points.PARTS, *redemptions.PARTS, *risk.PARTS)
        if part.name.startswith("changed_") and part is not _VELOCITY
    ),
    _BY_NAME["new_hold"],
    _BY_NAME["device_member"],
    _MERGED_VELOCITY,
    *sales.PARTS,
    *campaigns.PARTS,
)


def copied(
    book: Book, program_accounts: Mapping[str, UUID], new_id: NewId
) -> Iterator[tuple[str, tuple[str, ...], list[Row]]]:
    """Yield table, columns and rows of all that is new.

    Args:
        program_accounts: the account of each kind that the program itself has.
        new_id: makes the identifiers of events and refusals.
    """
    for name in _COPIED:
        part = _BY_NAME[name]
        yield name.removeprefix("new_"), tuple(names_of(part.columns).split(", ")), list(part.rows(book))
    yield "entry", _ENTRY, _entries(book, program_accounts)
    yield "redemption", _REDEMPTION, _redemptions(book)
    yield "redemption_line", _LINE, _lines(book)
    yield "outbox", _OUTBOX, messages(book, new_id)
    yield "refusal", _REFUSAL, [
        (r.tenant_id, new_id(r.at), r.member_id, r.operation, r.reason, r.item_id, r.quantity, r.at)
        for r in book.refused
    ]  # fmt: skip


def settle(written: Book, known: dict[Slot, Redemption], done: set[Slot]) -> dict[Slot, Redemption]:
    """Mark what was written as read, drop what is used up, and return the redemptions that go on.

    Lots that an order still in the book was paid from stay, for its points may come back into them.
    """
    for slot in written.redemptions:
        redemption = known[slot]
        redemption.change = Change.READ
        for line in redemption.lines:
            line.change = Change.READ
    kept = {slot: redemption for slot, redemption in known.items() if slot not in done}
    paying = {lot_id for redemption in kept.values() for lot_id, _ in redemption.debits}
    for account in written.accounts.values():
        account.change = Change.READ
        for lot in tuple(account.lots.values()):
            lot.change = Change.READ
            if not lot.remaining and lot.lot_id not in paying:
                del account.lots[lot.lot_id]
        for hold in tuple(account.holds.values()):
            hold.change = Change.READ
            if hold.status != "open":
                del account.holds[hold.hold_id]
    for items in written.stock.values():
        for stock in items.values():
            stock.change = Change.READ
    for sale in written.sales.values():
        sale.change = Change.READ
    for campaign in written.campaigns.campaigns.values():
        campaign.change = Change.READ
    written.campaigns.changed.clear()
    for members in written.risk.device_members.values():
        members.added.clear()
    written.risk.settle()
    for rows in (
        written.decided, written.judged, written.refused, written.verdicts, written.transfers, written.movements,
        written.messages, written.campaigns.uses,
    ):  # fmt: skip
        rows.clear()
    return kept


def _entries(book: Book, program_accounts: Mapping[str, UUID]) -> list[Row]:
    rows: list[Row] = []
    for t in book.transfers:
        for number, (kind, amount) in enumerate(t.program):
            rows.append((t.tenant_id, t.transfer_id, -number, program_accounts[kind], None, amount, None))
        for number, e in enumerate(t.entries, start=1):
            rows.append(
                (t.tenant_id, t.transfer_id, number, t.member_id, e.lot_id, e.amount, e.balance_after)
            )
    return rows


def _redemptions(book: Book) -> list[Row]:
    return [
        (
            tenant_id, r.redemption_id, r.member_id, r.mode, str(r.status), r.points, r.refunded_points, r.hold_id,
            r.deadline, r.flash_sale_id, r.bill_reference, r.bill_fen, r.effective_at, r.paid_at, r.shipped_at,
            r.delivered_at, r.completed_at, r.ended_at, r.cancel_reason,
        )
        for (tenant_id, _), r in book.redemptions.items()
        if r.change is Change.ADDED
    ]  # fmt: skip


def _lines(book: Book) -> list[Row]:
    return [
        (tenant_id, redemption_id, line.line_no, line.item_id, line.quantity, line.unit_points, line.refunded)
        for (tenant_id, redemption_id), r in book.redemptions.items()
        for line in r.lines
        if line.change is Change.ADDED
    ]
