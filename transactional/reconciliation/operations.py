"""Takes a provider's file of a day, whole or not at all. Everything runs inside the caller's transaction."""

from collections import Counter
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from hashlib import sha256
from uuid import UUID

from transactional.clock import BUSINESS_ZONE
from transactional.database import Connection
from transactional.fees.queries import live_day
from transactional.payments.order_numbers import identifier, number
from transactional.reconciliation.domain import Compared, NamedTwice, Order, compare
from transactional.row_report import all_or_nothing

# $2 provider, $3 and $4 the day, $5 ids that the file names. Money that came and went back is known by two orders.
_OURS = """
select 'payment' as kind, payment_id as id, amount_fen, captured_at >= $3 and captured_at < $4 as is_of_the_day
from mall.payment
where tenant_id = $1 and provider = $2 and captured_at is not null
    and ((captured_at >= $3 and captured_at < $4) or payment_id = any($5::uuid[]))
union all
select 'refund', r.refund_id, r.amount_fen, r.done_at >= $3 and r.done_at < $4
from mall.cash_refund r
join mall.payment p using (tenant_id, payment_id)
where r.tenant_id = $1 and p.provider = $2 and r.done_at is not null
    and ((r.done_at >= $3 and r.done_at < $4) or r.refund_id = any($5::uuid[]))
order by 1, 2
"""
_ELSEWHERE = """
select l.kind, l.order_number
from mall.reconciliation_line l
join mall.reconciliation c using (tenant_id, reconciliation_id)
where l.tenant_id = $1 and c.provider = $2 and c.day between $3::date - 1 and $3::date + 1 and c.day <> $3
    and l.verdict in ('matched', 'different_amount')
"""


async def reconcile(
    connection: Connection,
    *,
    tenant_id: UUID,
    provider: str,
    day: date,
    lines: Sequence[tuple[Order, int]],
    by: str,
    now: datetime,
) -> tuple[UUID, bool]:
    """Compare a file of a day with the payments and refunds of a tenant and keep what was found.

    The same file again changes nothing. Another one of the day is kept beside it; the newest counts.

    Returns:
        The reconciliation's id, and whether this call made it.

    Raises:
        UnknownTenant: there is none with this id.
        RowsRefused: naming each row whose order stands in the file before it.
    """
    await connection.execute(
        "select pg_advisory_xact_lock(hashtextextended('reconciliation ' || $1, 0))", str(tenant_id)
    )
    await live_day(connection, tenant_id=tenant_id)
    await _require_once(lines)
    text = "\n".join(f"{kind},{order},{fen}" for (kind, order), fen in sorted(lines))
    file_hash = sha256(text.encode()).digest()
    known: UUID | None = await connection.fetchval(
        "select reconciliation_id from mall.reconciliation "
        "where tenant_id = $1 and provider = $2 and day = $3 and file_hash = $4",
        tenant_id,
        provider,
        day,
        file_hash,
    )
    if known is not None:
        return known, False
    found = await _compare(connection, tenant_id, provider, day, lines)
    return await _write(connection, tenant_id, provider, day, file_hash, found, by, now), True


async def _require_once(lines: Sequence[tuple[Order, int]]) -> None:
    first: dict[Order, int] = {}

    async def once(row: tuple[int, Order]) -> None:
        number, order = row
        if first.setdefault(order, number) != number:
            raise NamedTwice(order, first[order])

    await all_or_nothing([(row, order) for row, (order, _) in enumerate(lines, start=1)], once)


async def _compare(
    connection: Connection, tenant_id: UUID, provider: str, day: date, lines: Sequence[tuple[Order, int]]
) -> list[Compared]:
    begins, ends = (datetime.combine(d, time(), BUSINESS_ZONE) for d in (day, day + timedelta(days=1)))
    named = [found for order, _ in lines if (found := identifier(order.number)) is not None]
    rows = await connection.fetch(_OURS, tenant_id, provider, begins, ends, named)
    ours = {Order(row["kind"], number(row["id"])): row for row in rows}
    elsewhere = await connection.fetch(_ELSEWHERE, tenant_id, provider, day)
    return compare(
        lines,
        known={order: row["amount_fen"] for order, row in ours.items()},
        of_the_day=[order for order, row in ours.items() if row["is_of_the_day"]],
        elsewhere={Order(*row) for row in elsewhere},
    )


async def _write(
    connection: Connection,
    tenant_id: UUID,
    provider: str,
    day: date,
    file_hash: bytes,
    found: Sequence[Compared],
    by: str,
    now: datetime,
) -> UUID:
    verdicts: Counter[str] = Counter(one.verdict for one in found)
    # Payments less refunds, as the provider and as the mall has them.
    sums = [
        sum((1 if one.order.kind == "payment" else -1) * (fen or 0) for one, fen in side)
        for side in ([(one, one.file_fen) for one in found], [(one, one.our_fen) for one in found])
    ]
    reconciliation_id: UUID = await connection.fetchval(
        "insert into mall.reconciliation (tenant_id, provider, day, file_hash, matched, missing_here, missing_there, "
        "different_amount, file_fen, our_fen, imported_by, imported_at) "
        "values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) returning reconciliation_id",
        tenant_id,
        provider,
        day,
        file_hash,
        *(verdicts[v] for v in ("matched", "missing_here", "missing_there", "different_amount")),
        *sums,
        by,
        now,
    )
    await connection.executemany(
        "insert into mall.reconciliation_line (tenant_id, reconciliation_id, line_no, kind, order_number, verdict, "
        "file_fen, our_fen) values ($1, $2, $3, $4, $5, $6, $7, $8)",
        [
            (tenant_id, reconciliation_id, line_no, *one.order, one.verdict, one.file_fen, one.our_fen)
            for line_no, one in enumerate(found, start=1)
        ],
    )
    return reconciliation_id
