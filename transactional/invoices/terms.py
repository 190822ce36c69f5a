"""Within how many days a tenant pays, dated, as its contract says."""

from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from transactional.database import Connection
from transactional.fees.operations import lock_books
from transactional.fees.queries import live_day
from transactional.invoices.domain import USUAL_TERM_DAYS
from transactional.invoices.refusals import PaymentTermExists


async def due_day(connection: Connection, *, tenant_id: UUID, issued_on: date) -> date:
    """Return the last day to pay an invoice that is issued on a day."""
    days: int | None = await connection.fetchval(
        "select days from mall.payment_term where tenant_id = $1 and valid_from <= $2 order by valid_from desc limit 1",
        tenant_id,
        issued_on,
    )
    return issued_on + timedelta(days=USUAL_TERM_DAYS if days is None else days)


async def set_term(
    connection: Connection, *, tenant_id: UUID, days: int, valid_from: date, by: str, now: datetime
) -> None:
    """Let a tenant pay within some days from a day on; invoices that were issued keep their day.

    Raises:
        UnknownTenant: there is none with this id.
        PaymentTermExists: from this day on it pays within other days.
    """
    await lock_books(connection, tenant_id=tenant_id)
    await live_day(connection, tenant_id=tenant_id)
    known = await connection.fetchval(
        "select days from mall.payment_term where tenant_id = $1 and valid_from = $2", tenant_id, valid_from
    )
    if known is None:
        await connection.execute(
            "insert into mall.payment_term (tenant_id, valid_from, days, set_by, set_at) values ($1, $2, $3, $4, $5)",
            tenant_id,
            valid_from,
            days,
            by,
            now,
        )
    elif known != days:
        raise PaymentTermExists(valid_from, known)


async def list_terms(connection: Connection, *, tenant_id: UUID) -> list[dict[str, Any]]:
    """Return the terms of a tenant by the day from which they hold.

    Raises:
        UnknownTenant: there is none with this id.
    """
    await live_day(connection, tenant_id=tenant_id)
    rows = await connection.fetch(
        "select valid_from, days, set_by, set_at from mall.payment_term where tenant_id = $1 order by valid_from",
        tenant_id,
    )
    return [dict(row) for row in rows]
