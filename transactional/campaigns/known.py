"""Makes sure that there is what the terms of a campaign name: items, flash sales, categories, tiers and a pilot."""

from uuid import UUID

from transactional.campaigns.domain import NewCampaign
from transactional.catalogue.offers import require_offer
from transactional.database import Connection
from transactional.flash_sales.queries import find_sale
from transactional.problems import InvalidRequest


async def require_known(connection: Connection, tenant_id: UUID, new: NewCampaign) -> None:
    """Make sure that a tenant has what a campaign is to be of and for.

    Raises:
        InvalidRequest: the terms name a category or tier there is none of, or there is no pilot.
        UnknownOffer: the shop does not have an item.
        UnknownSale: the tenant has no such flash sale.
    """
    for one in new.items:
        await require_offer(connection, tenant_id=tenant_id, item_id=one.item_id)
    for sale_id in new.sale_ids:
        await find_sale(connection, tenant_id=tenant_id, sale_id=sale_id)
    offered = await connection.fetch(
        "select distinct i.category from mall.offer o join mall.item i using (item_id) "
        "where o.tenant_id = $1 and i.category = any($2::text[])",
        tenant_id,
        list(new.categories),
    )
    if missing := sorted(set(new.categories) - {row["category"] for row in offered}):
        raise InvalidRequest(f"categories: your shop offers nothing of {', '.join(missing)}")
    if new.audience == "tiers":
        tiers = await connection.fetch("select code from mall.tier where tenant_id = $1", tenant_id)
        if missing := sorted(set(new.groups) - {row["code"] for row in tiers}):
            raise InvalidRequest(f"groups: your program has no tier {', '.join(missing)}")
    if new.audience == "pilot" and not await connection.fetchval(
        "select exists (select from mall.pilot where tenant_id = $1)", tenant_id
    ):
        raise InvalidRequest("audience: you have no pilot; PUT /v1/pilot sets one")
