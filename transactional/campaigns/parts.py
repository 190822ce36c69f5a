"""Writes what a draft lowers and links: its items with their prices, and its flash sales."""

from collections.abc import Collection
from uuid import UUID

from transactional.campaigns.domain import Discounted
from transactional.database import Connection

# What is named no more is struck, not deleted: it may have been landed.
_STRIKE_ITEMS = """
update mall.campaign_item set is_struck = true
where tenant_id = $1 and campaign_id = $2 and not is_struck and item_id <> all($3::uuid[])
"""
_WRITE_ITEMS = """
insert into mall.campaign_item as x (tenant_id, campaign_id, item_id, price_points)
select $1, $2, * from unnest($3::uuid[], $4::bigint[])
on conflict (tenant_id, campaign_id, item_id) do update set price_points = excluded.price_points, is_struck = false
where x.is_struck or x.price_points is distinct from excluded.price_points
"""
_STRIKE_SALES = """
update mall.campaign_sale set is_struck = true
where tenant_id = $1 and campaign_id = $2 and not is_struck and sale_id <> all($3::uuid[])
"""
_WRITE_SALES = """
insert into mall.campaign_sale as x (tenant_id, campaign_id, sale_id)
select $1, $2, * from unnest($3::uuid[])
on conflict (tenant_id, campaign_id, sale_id) do update set is_struck = false where x.is_struck
"""


async def write_parts(
    connection: Connection,
    *,
    tenant_id: UUID,
    campaign_id: UUID,
    items: Collection[Discounted],
    sale_ids: Collection[UUID],
) -> None:
    """Write the items and flash sales of a draft in place of those it had, inside the caller's transaction."""
    ids = [one.item_id for one in items]
    await connection.execute(_STRIKE_ITEMS, tenant_id, campaign_id, ids)
    await connection.execute(_WRITE_ITEMS, tenant_id, campaign_id, ids, [one.price_points for one in items])
    linked = sorted(set(sale_ids))
    await connection.execute(_STRIKE_SALES, tenant_id, campaign_id, linked)
    await connection.execute(_WRITE_SALES, tenant_id, campaign_id, linked)
