"""Reservations as their tenant sees them; one past its end counts as expired before any job has come by."""

from datetime import datetime
from typing import Any
from uuid import UUID

from transactional.database import Connection
from transactional.reservations.domain import UnknownReservation

_RESERVATION = """
select v.reservation_id, v.reference, v.item_id, v.purpose, v.quantity, v.left_count, v.reserved_by, v.reserved_at,
    v.expires_at, v.released_at,
    case
        when v.released_at >= v.expires_at or (v.released_at is null and v.expires_at <= $2) then 'expired'
        when v.released_at is not null then 'released'
        when v.left_count = 0 then 'issued'
        else 'open'
    end as status
from mall.reservation v
where v.tenant_id = $1
"""


async def find_reservation(
    connection: Connection, *, tenant_id: UUID, reservation_id: UUID, now: datetime
) -> dict[str, Any]:
    """Return a reservation's row.

    Raises:
        UnknownReservation: the tenant has none with this id.
    """
    row = await connection.fetchrow(
        f"{_RESERVATION} and v.reservation_id = $3", tenant_id, now, reservation_id
    )
    if row is None:
        raise UnknownReservation(reservation_id)
    return dict(row)


async def reservation_of(connection: Connection, *, tenant_id: UUID, reference: str) -> UUID:
    """Return the id of the reservation with a reference.

    Raises:
        UnknownReservation: the tenant has none.
    """
    found: UUID | None = await connection.fetchval(
        "select reservation_id from mall.reservation where tenant_id = $1 and reference = $2",
        tenant_id,
        reference,
    )
    if found is None:
        raise UnknownReservation(reference)
    return found


async def reservations_of(
    connection: Connection,
    *,
    tenant_id: UUID,
    now: datetime,
    item_id: UUID | None = None,
    after: UUID | None = None,
    limit: int = 1,
) -> list[dict[str, Any]]:
    """Return a tenant's reservations in the order they were made, those after one."""
    rows = await connection.fetch(
        f"{_RESERVATION} and ($3::uuid is null or v.item_id = $3) "
        "and ($4::uuid is null or v.reservation_id > $4) order by v.reservation_id limit $5",
        tenant_id,
        now,
        item_id,
        after,
        limit,
    )
    return [dict(row) for row in rows]
