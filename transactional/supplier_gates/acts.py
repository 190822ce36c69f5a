"""What every act about a supplier begins with: its row is locked, and the act is later than those before."""

from datetime import datetime, timedelta
from uuid import UUID

from transactional.clock import business_date
from transactional.database import Connection
from transactional.supplier_gates.domain import Standing
from transactional.suppliers.domain import UnknownSupplier

_AFTER = timedelta(microseconds=1)


async def begin_act(connection: Connection, *, tenant_id: UUID, supplier_id: UUID, now: datetime) -> datetime:
    """Lock a supplier until the transaction ends, and return the moment of an act about it: now, or right after the last.

    Raises:
        UnknownSupplier: it is not there.
    """
    row = await connection.fetchrow(
        "select acted_at from mall.supplier where tenant_id = $1 and supplier_id = $2 for no key update",
        tenant_id,
        supplier_id,
    )
    if row is None:
        raise UnknownSupplier(supplier_id)
    acted_at = row["acted_at"]
    return now if acted_at is None else max(now, acted_at + _AFTER)


async def standing_of(
    connection: Connection, *, tenant_id: UUID, supplier_id: UUID, now: datetime
) -> Standing:
    """Return the gate a supplier stands before now, or active, or suspended.

    Raises:
        UnknownSupplier: it is not there.
    """
    standing: Standing | None = await connection.fetchval(
        "select mall.supplier_standing($1, $2, $3)", tenant_id, supplier_id, business_date(now)
    )
    if standing is None:
        raise UnknownSupplier(supplier_id)
    return standing


async def standings_of(connection: Connection, *, tenant_id: UUID, now: datetime) -> dict[UUID, Standing]:
    """Return of all suppliers of a tenant the gate each stands before now, or active, or suspended."""
    rows = await connection.fetch(
        "select supplier_id, mall.supplier_standing(tenant_id, supplier_id, $2) as standing "
        "from mall.supplier where tenant_id = $1",
        tenant_id,
        business_date(now),
    )
    return {row["supplier_id"]: row["standing"] for row in rows}
