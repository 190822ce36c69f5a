"""Thresholds and alerts as their tenant sees them."""

from typing import Any
from uuid import UUID

from transactional.database import Connection

_ALERTS = """
select alert_id, item_id, warehouse_id, threshold_quantity, quantity, opened_at, acknowledged_at, acknowledged_by,
    closed_at
from mall.stock_alert
where tenant_id = $1 and ($2::boolean is null or (closed_at is null) = $2) and ($3::uuid is null or alert_id = $3)
    and ($4::uuid is null or alert_id < $4)
order by alert_id desc
limit $5
"""


async def list_alerts(
    connection: Connection,
    *,
    tenant_id: UUID,
    is_open: bool | None = None,
    alert_id: UUID | None = None,
    before: UUID | None = None,
    limit: int = 1,
) -> list[dict[str, Any]]:
    """Return alerts, the newest first, those before one."""
    rows = await connection.fetch(_ALERTS, tenant_id, is_open, alert_id, before, limit)
    return [dict(row) for row in rows]


async def list_thresholds(
    connection: Connection, *, tenant_id: UUID, item_id: UUID | None = None
) -> list[dict[str, Any]]:
    """Return a tenant's thresholds by item."""
    rows = await connection.fetch(
        "select item_id, warehouse_id, quantity from mall.stock_threshold "
        "where tenant_id = $1 and ($2::uuid is null or item_id = $2) "
        "order by item_id, warehouse_id nulls first",
        tenant_id,
        item_id,
    )
    return [dict(row) for row in rows]
