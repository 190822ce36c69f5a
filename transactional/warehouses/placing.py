"""Puts pieces into warehouses, takes them out and writes down why.

Callers that move the stock of the house too have locked it before: stock first, then its places.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

from transactional.database import Connection
from transactional.warehouses.domain import TooFewInWarehouse

# A warehouse and an item.
PlaceOfItem = tuple[UUID, UUID]
Reason = Literal["receipt", "correction", "relocation", "settled"]

# Sorted, so that two who place pieces of the same items never wait for each other in a circle.
_PLACE = """
with moved as (
    insert into mall.warehouse_movement (tenant_id, warehouse_id, item_id, quantity, reason, effective_at)
    select m.tenant_id, m.warehouse_id, m.item_id, m.quantity, $5, $6
    from unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::bigint[])
        as m(tenant_id, warehouse_id, item_id, quantity)
    returning tenant_id, warehouse_id, item_id, quantity
)
insert into mall.warehouse_stock as s (tenant_id, warehouse_id, item_id, quantity)
select tenant_id, warehouse_id, item_id, sum(quantity)
from moved
group by tenant_id, warehouse_id, item_id
order by tenant_id, item_id, warehouse_id
on conflict (tenant_id, item_id, warehouse_id) do update set quantity = s.quantity + excluded.quantity
"""
_TAKE = """
with moved as (
    insert into mall.warehouse_movement (tenant_id, warehouse_id, item_id, quantity, reason, effective_at)
    select m.tenant_id, m.warehouse_id, m.item_id, -m.quantity, $5, $6
    from unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::bigint[])
        as m(tenant_id, warehouse_id, item_id, quantity)
    returning tenant_id, warehouse_id, item_id, quantity
)
update mall.warehouse_stock s set quantity = s.quantity + m.quantity
from moved m
where (s.tenant_id, s.item_id, s.warehouse_id) = (m.tenant_id, m.item_id, m.warehouse_id)
"""


@dataclass(frozen=True)
class Placed:
    """Pieces of an item in a warehouse of a tenant; at least one."""

    tenant_id: UUID
    warehouse_id: UUID
    item_id: UUID
    quantity: int


async def place(connection: Connection, placed: Sequence[Placed], *, reason: Reason, at: datetime) -> None:
    """Put pieces into warehouses."""
    if placed:
        await connection.execute(_PLACE, *_columns(placed), reason, at)


async def take(connection: Connection, taken: Sequence[Placed], *, reason: Reason, at: datetime) -> None:
    """Take pieces out of warehouses, each place once; the caller has locked the places and knows that they are there."""
    if taken:
        await connection.execute(_TAKE, *_columns(taken), reason, at)


async def lock_places(
    connection: Connection, *, tenant_id: UUID, item_ids: Collection[UUID]
) -> dict[PlaceOfItem, int]:
    """Lock the places of items and return what lies in each."""
    rows = await connection.fetch(
        "select warehouse_id, item_id, quantity from mall.warehouse_stock "
        "where tenant_id = $1 and item_id = any($2::uuid[]) order by tenant_id, item_id, warehouse_id for update",
        tenant_id,
        item_ids,
    )
    return {(row["warehouse_id"], row["item_id"]): row["quantity"] for row in rows}


def require_there(places: Mapping[PlaceOfItem, int], wanted: Placed) -> None:
    """Make sure that so many pieces lie in a warehouse.

    Raises:
        TooFewInWarehouse: they do not.
    """
    there = places.get((wanted.warehouse_id, wanted.item_id), 0)
    if there < wanted.quantity:
        raise TooFewInWarehouse(wanted.warehouse_id, wanted.item_id, asked=wanted.quantity, there=there)


def _columns(placed: Sequence[Placed]) -> tuple[list[UUID], list[UUID], list[UUID], list[int]]:
    return (
        [p.tenant_id for p in placed],
        [p.warehouse_id for p in placed],
        [p.item_id for p in placed],
        [p.quantity for p in placed],
    )
