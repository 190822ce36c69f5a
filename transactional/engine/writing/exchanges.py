"""What a batch writes of exchanges: each tenant's copy of them, reversals, used quotes, days."""

from collections.abc import Iterator
from uuid import UUID

from transactional.changes import Change
from transactional.clock import business_date
from transactional.engine.book import Book
from transactional.engine.writing.statement import Part, Row, insert, update
from transactional.exchange.domain import Direction
from transactional.exchange.state import Exchange

# A tenant's copy of an exchange: (tenant, partner, direction, its member, its transfer)
_Copy = tuple[UUID, UUID, Direction, UUID, UUID]


def _copies(book: Book, change: Change) -> Iterator[tuple[_Copy, Exchange]]:
    """Yield the copies that are new, or those that were changed."""
    for exchange in book.exchange.exchanges.values():
        link = exchange.link
        if exchange.change is change:
            yield (
                (link.from_tenant, link.to_tenant, "out", link.from_member, exchange.exchange_id), exchange,
            )  # fmt: skip
        if exchange.inbound is change:
            yield (
                (link.to_tenant, link.from_tenant, "in", link.to_member, exchange.in_transfer_id), exchange,
            )  # fmt: skip


def _new_exchanges(book: Book) -> list[Row]:
    return [
        (
            tenant_id, x.exchange_id, direction, partner_id, x.agreement.agreement_id, x.link.link_id, member_id,
            transfer_id, x.points, x.fee_points, x.to_points, x.reversed_points, x.reversed_fee_points,
            x.reversed_to_points, x.status, x.asked_at, business_date(x.asked_at), x.settled_at,
            x.settled_at and business_date(x.settled_at),
        )
        for (tenant_id, partner_id, direction, member_id, transfer_id), x in _copies(book, Change.ADDED)
    ]  # fmt: skip


def _changed_exchanges(book: Book) -> list[Row]:
    return [
        (
            tenant_id, x.exchange_id, x.status, x.settled_at, x.settled_at and business_date(x.settled_at),
            x.reversed_points, x.reversed_fee_points, x.reversed_to_points,
        )
        for (tenant_id, *_), x in _copies(book, Change.CHANGED)
    ]  # fmt: skip


def _reversals(book: Book) -> list[Row]:
    rows: list[Row] = []
    for reversal in book.exchange.reversals:
        link, part = reversal.exchange.link, reversal.part
        for tenant_id, partner_id, direction, transfer_id in (
            (link.from_tenant, link.to_tenant, "out", reversal.reversal_id),
            (link.to_tenant, link.from_tenant, "in", reversal.in_transfer_id),
        ):
            rows.append(
                (
                    tenant_id, reversal.exchange.exchange_id, reversal.reversal_id, direction, partner_id,
                    transfer_id, part.points, part.fee_points, part.to_points, reversal.at,
                    business_date(reversal.at),
                )
            )  # fmt: skip
    return rows


def _quotes(book: Book) -> list[Row]:
    return [
        (tenant_id, quote_id, quote.used_at, quote.exchange_id)
        for (tenant_id, quote_id), quote in book.exchange.quotes.items()
        if quote.change is Change.CHANGED
    ]


def _days(book: Book) -> list[Row]:
    return [
        (*key, day.points) for key, day in book.exchange.days.items() if day.change is Change.CHANGED
    ]  # fmt: skip


PARTS: tuple[Part, ...] = (
    insert(
        "exchange",
        "tenant_id uuid, exchange_id uuid, direction text, partner_id uuid, agreement_id uuid, link_id uuid, "
        "member_id uuid, transfer_id uuid, points bigint, fee_points bigint, to_points bigint, "
        "reversed_points bigint, reversed_fee_points bigint, reversed_to_points bigint, status text, "
        "asked_at timestamptz, asked_on date, settled_at timestamptz, settled_on date",
        _new_exchanges,
    ),
    update(
        "exchange",
        2,
        "tenant_id uuid, exchange_id uuid, status text, settled_at timestamptz, settled_on date, "
        "reversed_points bigint, reversed_fee_points bigint, reversed_to_points bigint",
        _changed_exchanges,
    ),
    insert(
        "exchange_reversal",
        "tenant_id uuid, exchange_id uuid, reversal_id uuid, direction text, partner_id uuid, transfer_id uuid, "
        "points bigint, fee_points bigint, to_points bigint, settled_at timestamptz, settled_on date",
        _reversals,
    ),
    update(
        "exchange_quote",
        2,
        "tenant_id uuid, quote_id uuid, used_at timestamptz, exchange_id uuid",
        _quotes,
    ),
    update("exchange_day", 3, "tenant_id uuid, to_tenant_id uuid, day date, points bigint", _days),
)
