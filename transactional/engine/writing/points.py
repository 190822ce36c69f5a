"""What a batch writes of points: transfers and entries, lots, accounts, holds."""

from uuid import uuid4

from transactional.changes import Change
from transactional.engine.book import Book
from transactional.engine.writing.statement import Part, Row, insert, update


def _transfers(book: Book) -> list[Row]:
    return [
        (
            t.tenant_id, t.transfer_id, t.kind, t.member_id, t.redemption_id, t.reference, t.effective_at,
            t.reverses_id, t.reason,
            # Without its salt nobody can try words against the hash that an erasure leaves.
            None if t.reference is None and t.reason is None else uuid4(),
        )
        for t in book.transfers
    ]  # fmt: skip


def _member_entries(book: Book) -> list[Row]:
    return [
        (t.tenant_id, t.transfer_id, number, t.member_id, e.lot_id, e.amount, e.balance_after)
        for t in book.transfers
        for number, e in enumerate(t.entries, start=1)
    ]


def _program_entries(book: Book) -> list[Row]:
    return [
        (t.tenant_id, t.transfer_id, -number, kind, amount)
        for t in book.transfers
        for number, (kind, amount) in enumerate(t.program)
    ]


def _new_lots(book: Book) -> list[Row]:
    return [
        (tenant_id, member_id, lot.lot_id, lot.issued, lot.remaining, lot.active_from, lot.expires_on)
        for (tenant_id, member_id), account in book.accounts.items()
        for lot in account.lots.values()
        if lot.change is Change.ADDED
    ]


def _changed_lots(book: Book) -> list[Row]:
    return [
        (tenant_id, member_id, lot.lot_id, lot.remaining)
        for (tenant_id, member_id), account in book.accounts.items()
        for lot in account.lots.values()
        if lot.change is Change.CHANGED
    ]


def _accounts(book: Book) -> list[Row]:
    return [
        (tenant_id, member_id, a.balance, a.version, a.owed, a.changed_at, a.recent)
        for (tenant_id, member_id), a in book.accounts.items()
        if a.change is Change.CHANGED
    ]


def _new_holds(book: Book) -> list[Row]:
    return [
        (
            tenant_id, h.hold_id, member_id, h.points, h.captured,
            "{" + ",".join(str(lot_id) for lot_id, _ in h.shares) + "}",
            "{" + ",".join(str(points) for _, points in h.shares) + "}",
            h.status, h.redemption_id, h.reference, h.effective_at, h.expires_at, h.resolved_at,
        )
        for (tenant_id, member_id), account in book.accounts.items()
        for h in account.holds.values()
        if h.change is Change.ADDED
    ]  # fmt: skip


def _changed_holds(book: Book) -> list[Row]:
    return [
        (tenant_id, h.hold_id, h.captured, h.status, h.resolved_at)
        for (tenant_id, _), account in book.accounts.items()
        for h in account.holds.values()
        if h.change is Change.CHANGED
    ]


# The program's entries have numbers from 0 down, the member's from 1 up.
PARTS: tuple[Part, ...] = (
    insert(
        "transfer",
        "tenant_id uuid, transfer_id uuid, kind text, member_id uuid, redemption_id uuid, reference text, "
        "effective_at timestamptz, reverses_id uuid, reason text, salt uuid",
        _transfers,
    ),
    Part(
        "program_entry",
        "tenant_id uuid, transfer_id uuid, entry_no smallint, kind text, amount bigint",
        "insert into mall.entry (tenant_id, transfer_id, entry_no, account_id, amount) "
        "select r.tenant_id, r.transfer_id, r.entry_no, a.account_id, r.amount "
        # Without the last condition the index on the program's accounts could not be used.
        "from {rows} join mall.account a on a.tenant_id = r.tenant_id and a.kind = r.kind and a.kind <> 'member'",
        _program_entries,
    ),
    Part(
        "member_entry",
        "tenant_id uuid, transfer_id uuid, entry_no smallint, account_id uuid, lot_id uuid, amount bigint, "
        "balance_after bigint",
        "insert into mall.entry ({names}) select * from {rows}",
        _member_entries,
    ),
    insert(
        "lot",
        "tenant_id uuid, account_id uuid, lot_id uuid, issued_points bigint, remaining_points bigint, "
        "active_from timestamptz, expires_on date",
        _new_lots,
    ),
    update(
        "lot",
        3,
        "tenant_id uuid, account_id uuid, lot_id uuid, remaining_points bigint",
        _changed_lots,
    ),
    update(
        "account",
        2,
        "tenant_id uuid, account_id uuid, balance bigint, version bigint, owed_points bigint, "
        "changed_at timestamptz, recent bytea",
        _accounts,
    ),
    # An array of arrays would have to be square, so lists travel as text.
    Part(
        "new_hold",
        "tenant_id uuid, hold_id uuid, member_id uuid, points bigint, captured_points bigint, lot_ids text, "
        "lot_points text, status text, redemption_id uuid, reference text, effective_at timestamptz, "
        "expires_at timestamptz, resolved_at timestamptz",
        "insert into mall.hold ({names}) "
        "select r.tenant_id, r.hold_id, r.member_id, r.points, r.captured_points, r.lot_ids::uuid[], "
        "r.lot_points::bigint[], r.status, r.redemption_id, r.reference, r.effective_at, r.expires_at, "
        "r.resolved_at from {rows}",
        _new_holds,
    ),
    update(
        "hold",
        2,
        "tenant_id uuid, hold_id uuid, captured_points bigint, status text, resolved_at timestamptz",
        _changed_holds,
    ),
)
