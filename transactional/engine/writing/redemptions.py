"""What a batch writes of redemptions: the orders with their lines, stock, codes and payments."""

from transactional.changes import Change
from transactional.engine.book import Book
from transactional.engine.writing.statement import Part, Row, insert, update


def _new_redemptions(book: Book) -> list[Row]:
    return [
        (
            tenant_id, r.redemption_id, r.member_id, r.mode, str(r.status), r.points, r.cash_fen, r.cash_points, r.fee_points,
            r.hold_id, r.deadline, r.flash_sale_id, r.draw_id, r.bill_reference, r.bill_fen, r.effective_at,
            r.paid_at, r.completed_at,
        )
        for (tenant_id, _), r in book.redemptions.items()
        if r.change is Change.ADDED
    ]  # fmt: skip


def _changed_redemptions(book: Book) -> list[Row]:
    return [
        (
            tenant_id, r.redemption_id, str(r.status), r.refunded_points, r.refunded_cash_fen, r.hold_id,
            r.deadline, r.paid_at, r.shipped_at, r.delivered_at, r.completed_at, r.ended_at, r.cancel_reason,
        )
        for (tenant_id, _), r in book.redemptions.items()
        if r.change is Change.CHANGED
    ]  # fmt: skip


def _new_lines(book: Book) -> list[Row]:
    return [
        (tenant_id, redemption_id, line.line_no, line.item_id, line.quantity, line.unit_points)
        for (tenant_id, redemption_id), r in book.redemptions.items()
        for line in r.lines
        if line.change is Change.ADDED
    ]


def _changed_lines(book: Book) -> list[Row]:
    return [
        (tenant_id, redemption_id, line.line_no, line.refunded)
        for (tenant_id, redemption_id), r in book.redemptions.items()
        for line in r.lines
        if line.change is Change.CHANGED
    ]


def _stock(book: Book) -> list[Row]:
    return [
        (tenant_id, item_id, stock.on_hand, stock.allotted)
        for tenant_id, items in book.stock.items()
        for item_id, stock in items.items()
        if stock.change is Change.CHANGED
    ]


def _movements(book: Book) -> list[Row]:
    return [
        (m.tenant_id, m.item_id, m.quantity, m.reason, m.reference, m.effective_at) for m in book.movements
    ]


def _codes(book: Book) -> list[Row]:
    return [
        (tenant_id, item_id, code.code_id, code.redemption_id, code.issued_at)
        for (tenant_id, item_id), codes in book.codes.items()
        for code in codes
        if code.change is Change.CHANGED
    ]


def _new_payments(book: Book) -> list[Row]:
    return [
        (tenant_id, p.payment_id, p.redemption_id, p.provider, p.amount_fen, p.status)
        for (tenant_id, _), p in book.payments.items()
        if p.change is Change.ADDED
    ]


def _changed_payments(book: Book) -> list[Row]:
    return [
        (tenant_id, p.payment_id, p.status, p.provider_reference, p.refunded_fen, p.captured_at)
        for (tenant_id, _), p in book.payments.items()
        if p.change is Change.CHANGED
    ]


def _cash_refunds(book: Book) -> list[Row]:
    return [(c.tenant_id, c.refund_id, c.payment_id, c.amount_fen, c.at) for c in book.cash_refunds]


def _cash_returned(book: Book) -> list[Row]:
    return [(tenant_id, refund_id, "done", at) for tenant_id, refund_id, at in book.cash_returned]


PARTS: tuple[Part, ...] = (
    insert(
        "redemption",
        "tenant_id uuid, redemption_id uuid, member_id uuid, mode text, status text, points bigint, "
        "cash_fen bigint, cash_points bigint, fee_points bigint, hold_id uuid, deadline timestamptz, flash_sale_id uuid, "
        "draw_id uuid, bill_reference text, bill_fen bigint, effective_at timestamptz, paid_at timestamptz, "
        "completed_at timestamptz",
        _new_redemptions,
    ),
    update(
        "redemption",
        2,
        "tenant_id uuid, redemption_id uuid, status text, refunded_points bigint, refunded_cash_fen bigint, "
        "hold_id uuid, deadline timestamptz, paid_at timestamptz, shipped_at timestamptz, "
        "delivered_at timestamptz, completed_at timestamptz, ended_at timestamptz, cancel_reason text",
        _changed_redemptions,
    ),
    insert(
        "redemption_line",
        "tenant_id uuid, redemption_id uuid, line_no smallint, item_id uuid, quantity int, unit_points bigint",
        _new_lines,
    ),
    update(
        "redemption_line",
        3,
        "tenant_id uuid, redemption_id uuid, line_no smallint, refunded_quantity int",
        _changed_lines,
    ),
    update("stock", 2, "tenant_id uuid, item_id uuid, on_hand bigint, allotted bigint", _stock),
    insert(
        "stock_movement",
        "tenant_id uuid, item_id uuid, quantity bigint, reason text, reference text, effective_at timestamptz",
        _movements,
    ),
    update(
        "voucher_code",
        3,
        "tenant_id uuid, item_id uuid, code_id uuid, redemption_id uuid, issued_at timestamptz",
        _codes,
    ),
    insert(
        "payment",
        "tenant_id uuid, payment_id uuid, redemption_id uuid, provider text, amount_fen bigint, status text",
        _new_payments,
    ),
    update(
        "payment",
        2,
        "tenant_id uuid, payment_id uuid, status text, provider_reference text, refunded_fen bigint, "
        "captured_at timestamptz",
        _changed_payments,
    ),
    insert(
        "cash_refund",
        "tenant_id uuid, refund_id uuid, payment_id uuid, amount_fen bigint, next_attempt_at timestamptz",
        _cash_refunds,
    ),
    update(
        "cash_refund", 2, "tenant_id uuid, refund_id uuid, status text, done_at timestamptz", _cash_returned
    ),
)
