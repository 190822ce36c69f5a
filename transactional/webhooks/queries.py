"""Looks endpoints and deliveries up."""

from typing import Any
from uuid import UUID

from transactional.database import Connection
from transactional.webhooks.domain import UnknownEndpoint

ENDPOINT_COLUMNS = "endpoint_id, url, topics, description, status, disabled_reason, recorded_at"
DELIVERY_COLUMNS = (
    "delivery_id, endpoint_id, message_id, topic, subject_id, occurred_at, status, attempts, "
    "case when status = 'pending' then next_attempt_at end as next_attempt_at, last_attempt_at, last_status, last_error"
)
_ZERO = UUID(int=0)


async def endpoints_of(connection: Connection, *, tenant_id: UUID) -> list[dict[str, Any]]:
    """Return a tenant's endpoints in the order they were registered."""
    rows = await connection.fetch(
        f"select {ENDPOINT_COLUMNS} from mall.webhook_endpoint where tenant_id = $1 order by endpoint_id",
        tenant_id,
    )
    return [dict(row) for row in rows]


async def find_endpoint(connection: Connection, *, tenant_id: UUID, endpoint_id: UUID) -> dict[str, Any]:
    """Return one endpoint.

    Raises:
        UnknownEndpoint: it is not there.
    """
    row = await connection.fetchrow(
        f"select {ENDPOINT_COLUMNS} from mall.webhook_endpoint where tenant_id = $1 and endpoint_id = $2",
        tenant_id,
        endpoint_id,
    )
    if row is None:
        raise UnknownEndpoint(endpoint_id)
    return dict(row)


async def newest_deliveries(
    connection: Connection, *, tenant_id: UUID, endpoint_id: UUID, limit: int
) -> list[dict[str, Any]]:
    """Return an endpoint's deliveries, those of the newest messages first.

    Raises:
        UnknownEndpoint: it is not there.
    """
    await find_endpoint(connection, tenant_id=tenant_id, endpoint_id=endpoint_id)
    rows = await connection.fetch(
        f"select {DELIVERY_COLUMNS} from mall.webhook_delivery "
        "where tenant_id = $1 and endpoint_id = $2 order by message_id desc limit $3",
        tenant_id,
        endpoint_id,
        limit,
    )
    return [dict(row) for row in rows]


async def dead_letters(
    connection: Connection, *, tenant_id: UUID, endpoint_id: UUID | None, after: UUID | None, limit: int
) -> list[dict[str, Any]]:
    """Return a tenant's dead letters with their payload, oldest first, from behind one on."""
    rows = await connection.fetch(
        f"select {DELIVERY_COLUMNS}, payload::text as payload from mall.webhook_delivery "
        "where tenant_id = $1 and status = 'dead' and delivery_id > $2 "
        "and ($3::uuid is null or endpoint_id = $3) order by delivery_id limit $4",
        tenant_id,
        after or _ZERO,
        endpoint_id,
        limit,
    )
    return [dict(row) for row in rows]
