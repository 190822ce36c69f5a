"""Tariffs, confirmations and fees as they are kept."""

from collections.abc import Collection
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from transactional.clock import BUSINESS_ZONE
from transactional.database import Connection
from transactional.fees.domain import Basis, Confirmed, TariffLine
from transactional.fees.refusals import UnknownTenant

_FEES = """
select f.fee_id, f.reference, f.month, f.tariff_id, f.line_code, l.basis, l.rate, l.name_zh, l.name_en, f.confirmed_on,
    f.first_day, f.last_day, f.quantity, f.amount_fen, f.waived_fen, f.due_fen, f.charged_by, f.charged_at
from mall.fee f
join mall.tariff_line l using (tariff_id, line_code)
where f.tenant_id = $1
"""
# Test members are left out everywhere.
_REDEMPTIONS = """
select count(*) from mall.redemption r
join mall.member m using (tenant_id, member_id)
where r.tenant_id = $1 and r.completed_at >= $2 and r.completed_at < $3 and not m.is_test
"""
_CASH = """
select coalesce(sum(p.amount_fen), 0)::bigint from mall.payment p
join mall.redemption r using (tenant_id, redemption_id)
join mall.member m using (tenant_id, member_id)
where p.tenant_id = $1 and p.captured_at >= $2 and p.captured_at < $3 and not m.is_test
"""


async def live_day(connection: Connection, *, tenant_id: UUID) -> date | None:
    """Return the day a tenant went live, or None while it is taken on.

    Raises:
        UnknownTenant: there is none with this id.
    """
    row = await connection.fetchrow("select live_on from mall.tenant where tenant_id = $1", tenant_id)
    if row is None:
        raise UnknownTenant(tenant_id)
    found: date | None = row["live_on"]
    return found


async def list_tariffs(
    connection: Connection, *, tenant_id: UUID | None = None, tariff_id: UUID | None = None
) -> list[dict[str, Any]]:
    """Return tariffs with their lines by their first day, and when the tenant confirmed each."""
    rows = await connection.fetch(
        "select t.tariff_id, t.reference, t.valid_from, t.announced_by, t.announced_at, c.confirmed_on, c.confirmed_by "
        "from mall.tariff t left join mall.fee_confirmation c on c.tariff_id = t.tariff_id and c.tenant_id = $1 "
        "where $2::uuid is null or t.tariff_id = $2 order by t.valid_from",
        tenant_id,
        tariff_id,
    )
    lines = await _lines(connection, [row["tariff_id"] for row in rows])
    return [dict(row) | {"lines": lines[row["tariff_id"]]} for row in rows]


async def confirmed_tariffs(connection: Connection, *, tenant_id: UUID) -> list[Confirmed]:
    """Return the tariffs that a tenant has confirmed."""
    rows = await connection.fetch(
        "select t.tariff_id, t.valid_from, c.confirmed_on from mall.fee_confirmation c "
        "join mall.tariff t using (tariff_id) where c.tenant_id = $1",
        tenant_id,
    )
    lines = await _lines(connection, [row["tariff_id"] for row in rows])
    return [
        Confirmed(row["tariff_id"], row["valid_from"], row["confirmed_on"], tuple(lines[row["tariff_id"]]))
        for row in rows
    ]


async def _lines(connection: Connection, tariff_ids: Collection[UUID]) -> dict[UUID, list[TariffLine]]:
    rows = await connection.fetch(
        "select tariff_id, line_code, basis, rate, name_zh, name_en from mall.tariff_line "
        "where tariff_id = any($1::uuid[]) order by line_code",
        list(tariff_ids),
    )
    found: dict[UUID, list[TariffLine]] = {tariff_id: [] for tariff_id in tariff_ids}
    for tariff_id, *line in rows:
        found[tariff_id].append(TariffLine(*line))
    return found


async def list_fees(
    connection: Connection,
    *,
    tenant_id: UUID,
    month: date | None = None,
    invoice_id: UUID | None = None,
    fee_id: UUID | None = None,
    after: UUID | None = None,
    limit: int = 1,
) -> list[dict[str, Any]]:
    """Return fees in the order they were charged, those after one."""
    rows = await connection.fetch(
        f"{_FEES} and ($2::date is null or f.month = $2) and ($3::uuid is null or f.fee_id > $3) "
        "and ($4::uuid is null or f.fee_id = $4) and ($5::uuid is null or exists (select from mall.invoice_line i "
        "where i.tenant_id = f.tenant_id and i.fee_id = f.fee_id and i.invoice_id = $5)) order by f.fee_id limit $6",
        tenant_id,
        month,
        after,
        fee_id,
        invoice_id,
        limit,
    )
    return [dict(row) for row in rows]


async def measured(connection: Connection, *, tenant_id: UUID, basis: Basis, first: date, last: date) -> int:
    """Return what a tenant's facts of some days, both included, amount to: days, redemptions or fen of cash."""
    if basis == "month":
        return (last - first).days + 1
    bounds = [datetime.combine(day, time(), BUSINESS_ZONE) for day in (first, last + timedelta(days=1))]
    found: int = await connection.fetchval(
        _REDEMPTIONS if basis == "redemption" else _CASH, tenant_id, *bounds
    )
    return found


async def is_invoiced(connection: Connection, *, tenant_id: UUID, month: date) -> bool:
    """Tell whether the invoice of a month was issued."""
    found: bool = await connection.fetchval(
        "select exists (select from mall.invoice where tenant_id = $1 and month = $2)", tenant_id, month
    )
    return found
