"""Reads parcels with what was told of them, compensations and terms."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from transactional.database import Connection
from transactional.fulfilment.refusals import UnknownShipment
from transactional.redemption.domain import UnknownRedemption

_SHIPMENTS = """
select s.shipment_id, s.redemption_id, s.reference, s.carrier, s.tracking_number, s.province, s.region,
    s.warehouse_id, s.case_id, s.status, s.created_at, s.shipped_at, s.due_at, s.delivered_at, s.asked_at,
    coalesce(s.due_at < coalesce(s.delivered_at, $2), false) as is_late,
    (
        select jsonb_agg(jsonb_build_object('line_no', l.line_no, 'quantity', l.quantity) order by l.line_no)::text
        from mall.shipment_line l where l.tenant_id = s.tenant_id and l.shipment_id = s.shipment_id
    ) as lines
from mall.shipment s
where s.tenant_id = $1 and ($3::uuid is null or s.shipment_id = $3) and ($4::uuid is null or s.redemption_id = $4)
    and ($5::text is null or s.status = $5)
    and ($6::boolean is null or coalesce(s.due_at < coalesce(s.delivered_at, $2), false) = $6)
    and ($7::uuid is null or s.shipment_id < $7)
order by s.shipment_id desc
limit $8
"""
_EVENTS = """
select kind, occurred_at, source, recorded_at from mall.shipment_event
where tenant_id = $1 and shipment_id = $2 order by occurred_at, recorded_at, event_key
"""
_COMPENSATIONS = """
select compensation_id, clock, redemption_id, shipment_id, member_id, party, supplier_id, carrier, due_at, opened_at,
    points, credited_at, credit_refusal, outcome, settled_at, settled_by, note
from mall.compensation
where tenant_id = $1 and ($2::uuid is null or compensation_id = $2) and ($3::text is null or party = $3)
    and ($4::boolean is null or (settled_at is not null) = $4) and ($5::uuid is null or compensation_id < $5)
order by compensation_id desc
limit $6
"""


async def list_shipments(
    connection: Connection,
    *,
    tenant_id: UUID,
    now: datetime,
    shipment_id: UUID | None = None,
    redemption_id: UUID | None = None,
    status: str | None = None,
    is_late: bool | None = None,
    before: UUID | None = None,
    limit: int,
) -> Sequence[Any]:
    """Return a tenant's parcels, the newest first."""
    return await connection.fetch(
        _SHIPMENTS, tenant_id, now, shipment_id, redemption_id, status, is_late, before, limit
    )


async def find_shipment(
    connection: Connection, *, tenant_id: UUID, shipment_id: UUID, now: datetime
) -> dict[str, Any]:
    """Return a parcel with what was told of it, in the order in which it happened.

    Raises:
        UnknownShipment: the tenant has none with this id.
    """
    found = await list_shipments(connection, tenant_id=tenant_id, now=now, shipment_id=shipment_id, limit=1)
    if not found:
        raise UnknownShipment(shipment_id)
    events = await connection.fetch(_EVENTS, tenant_id, shipment_id)
    return {**dict(found[0]), "events": [dict(event) for event in events]}


async def require_redemption(connection: Connection, *, tenant_id: UUID, redemption_id: UUID) -> None:
    """Make sure that a tenant has a redemption.

    Raises:
        UnknownRedemption: it has none with this id.
    """
    if not await connection.fetchval(
        "select true from mall.redemption where tenant_id = $1 and redemption_id = $2",
        tenant_id,
        redemption_id,
    ):
        raise UnknownRedemption(f"your tenant has no redemption {redemption_id}")


async def list_compensations(
    connection: Connection,
    *,
    tenant_id: UUID,
    compensation_id: UUID | None = None,
    party: str | None = None,
    is_settled: bool | None = None,
    before: UUID | None = None,
    limit: int,
) -> Sequence[Any]:
    """Return a tenant's compensations, the newest first."""
    return await connection.fetch(
        _COMPENSATIONS, tenant_id, compensation_id, party, is_settled, before, limit
    )
