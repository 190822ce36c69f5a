"""What a batch writes of draws: tickets that were sold, how far the log goes, cancellations."""

from transactional.changes import Change
from transactional.engine.book import Book
from transactional.engine.writing.statement import Part, Row, insert, update


def _draws(book: Book) -> list[Row]:
    return [
        (tenant_id, draw_id, d.ticket_count, d.log_head, d.cancelled_at, d.cancel_reason)
        for (tenant_id, draw_id), d in book.draws.items()
        if d.change is Change.CHANGED
    ]


def _tickets(book: Book) -> list[Row]:
    return [
        (tenant_id, draw_id, t.ticket_no, t.redemption_id, t.member_id, t.pseudonym, t.sold_at)
        for tenant_id, draw_id, t in book.sold
    ]


PARTS: tuple[Part, ...] = (
    update(
        "draw",
        2,
        "tenant_id uuid, draw_id uuid, ticket_count int, log_head bytea, cancelled_at timestamptz, "
        "cancel_reason text",
        _draws,
    ),
    insert(
        "draw_ticket",
        "tenant_id uuid, draw_id uuid, ticket_no int, redemption_id uuid, member_id uuid, pseudonym bytea, "
        "sold_at timestamptz",
        _tickets,
    ),
)
