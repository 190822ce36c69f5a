"""Warehouses, and the stock of each item by what it is: free, set aside, on order, and where it lies."""

from datetime import datetime
from typing import Any
from uuid import UUID

import asyncpg

from transactional.database import Connection
from transactional.warehouses.domain import Place, UnknownWarehouse, settled, with_changes

_WAREHOUSES = """
select w.warehouse_id, w.code, w.name, w.region, w.capacity_units, w.rank, w.is_active, w.is_default,
    coalesce(u.used, 0)::bigint as used_units
from mall.warehouse w
left join lateral (
    select sum(s.quantity * i.storage_units) as used
    from mall.warehouse_stock s
    join mall.item i using (item_id)
    where s.tenant_id = w.tenant_id and s.warehouse_id = w.warehouse_id
) u on true
where w.tenant_id = $1
"""
# A reservation past its end counts as released, whether or not a job has come by. One statement reads stock and places,
# as what moves both at once must show in both.
_STOCK = """
select s.item_id, s.on_hand + coalesce(r.expired, 0) as sellable, s.allotted - coalesce(r.expired, 0) as set_aside,
    coalesce(r.reserved, 0)::bigint as reserved, s.on_hand + s.allotted as total,
    coalesce(o.on_order, 0)::bigint as on_order, h.warehouse_ids, h.quantities
from mall.stock s
left join lateral (
    select array_agg(ws.warehouse_id order by w.rank, w.code) as warehouse_ids,
        array_agg(ws.quantity order by w.rank, w.code) as quantities
    from mall.warehouse_stock ws
    join mall.warehouse w using (tenant_id, warehouse_id)
    where ws.tenant_id = s.tenant_id and ws.item_id = s.item_id
) h on true
left join lateral (
    select sum(left_count) filter (where expires_at <= $2)::bigint as expired,
        sum(left_count) filter (where expires_at > $2) as reserved
    from mall.reservation v
    where v.tenant_id = s.tenant_id and v.item_id = s.item_id and v.released_at is null
) r on true
left join lateral (
    select sum(greatest(l.quantity - l.received_quantity, 0)) as on_order
    from mall.purchase_order_line l
    join mall.purchase_order p using (tenant_id, purchase_order_id)
    where l.tenant_id = s.tenant_id and l.item_id = s.item_id
        and p.status in ('ordered', 'partially_received')
) o on true
where s.tenant_id = $1 and ($3::uuid is null or s.item_id = $3) and ($4::uuid is null or s.item_id > $4)
order by s.item_id
limit $5
"""


async def list_warehouses(connection: Connection, *, tenant_id: UUID) -> list[dict[str, Any]]:
    """Return a tenant's warehouses in the order in which they ship."""
    return [dict(row) for row in await connection.fetch(f"{_WAREHOUSES} order by w.rank, w.code", tenant_id)]


async def find_warehouse(connection: Connection, *, tenant_id: UUID, warehouse_id: UUID) -> dict[str, Any]:
    """Return a warehouse's row.

    Raises:
        UnknownWarehouse: the tenant has none with this id.
    """
    row = await connection.fetchrow(f"{_WAREHOUSES} and w.warehouse_id = $2", tenant_id, warehouse_id)
    if row is None:
        raise UnknownWarehouse(warehouse_id)
    return dict(row)


async def stock_of(
    connection: Connection,
    *,
    tenant_id: UUID,
    now: datetime,
    item_id: UUID | None = None,
    after: UUID | None = None,
    limit: int = 1,
) -> list[dict[str, Any]]:
    """Return the stock of items by their id, each with its places, which add up to its total.

    Pieces that were redeemed since the places were settled are taken off by the rule that settles them.
    """
    default = await connection.fetchval(
        "select warehouse_id from mall.warehouse where tenant_id = $1 and is_default", tenant_id
    )
    rows = await connection.fetch(_STOCK, tenant_id, now, item_id, after, limit)
    return [{**row, "places": _places(row, default)} for row in rows]


async def list_corrections(
    connection: Connection,
    *,
    tenant_id: UUID,
    item_id: UUID | None,
    warehouse_id: UUID | None,
    kind: str | None,
    before: UUID | None,
    limit: int,
) -> list[dict[str, Any]]:
    """Return corrections of a tenant's stock, the latest first."""
    rows = await connection.fetch(
        "select correction_id, reference, warehouse_id, item_id, quantity, kind, reason, corrected_by, effective_at "
        "from mall.stock_correction where tenant_id = $1 and ($2::uuid is null or item_id = $2) "
        "and ($3::uuid is null or warehouse_id = $3) and ($4::text is null or kind = $4) "
        "and ($5::uuid is null or correction_id < $5) order by correction_id desc limit $6",
        tenant_id,
        item_id,
        warehouse_id,
        kind,
        before,
        limit,
    )
    return [dict(row) for row in rows]


def _places(row: asyncpg.Record, default: UUID | None) -> list[Place]:
    held = [
        Place(warehouse_id, quantity)
        for warehouse_id, quantity in zip(row["warehouse_ids"] or (), row["quantities"] or (), strict=True)
    ]
    # A tenant that never had a warehouse gets one when its stock is settled first.
    return [] if default is None else with_changes(held, settled(held, row["total"], default))
