"""What the live database knows of a shop to the second: what can be delivered, and which flash sales run."""

from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from serving.database import Database
from serving.recommendations.domain import ItemKind, Offer, Sale

# Pieces of a sale are its own, so neither the shelf's stock nor the usual price matters to an item on sale.
_DELIVERABLE = """
select o.item_id, i.name, i.category, o.price_points, o.listed_from, s.on_hand - s.allotted as stock, i.kind
from export.offer o
join export.stock s on s.tenant_id = o.tenant_id and s.item_id = o.item_id
join export.item i on i.item_id = o.item_id
where o.tenant_id = $1 and o.listed_from <= $3 and (o.listed_until is null or o.listed_until > $3)
    and ((s.on_hand > s.allotted and o.price_points <= $2) or o.item_id = any($4))
"""
# Whether it is listed now does not matter: a page is about it.
_NAMES = """
select o.item_id, i.name
from export.offer o
join export.item i on i.item_id = o.item_id
where o.tenant_id = $1 and o.item_id = any($2)
"""
# What was cancelled no longer counts against the limit.
_SALES = """
select f.sale_id, f.item_id, f.price_points, f.ends_at, f.left_count
from export.flash_sale f
where f.tenant_id = $1 and f.closed_at is null and f.starts_at <= $3 and f.ends_at > $3 and f.left_count > 0
    and f.member_limit > (
        select coalesce(sum(l.quantity), 0)
        from export.redemption r
        join export.redemption_line l on l.tenant_id = r.tenant_id and l.redemption_id = r.redemption_id
        where r.tenant_id = $1 and r.member_id = $2 and r.flash_sale_id = f.sale_id and r.status <> 'cancelled'
    )
order by f.price_points desc, f.sale_id
"""


async def running_sales(
    database: Database, tenant_id: UUID, member_id: UUID | None, *, now: datetime
) -> dict[UUID, Sale]:
    """Return item → the cheapest flash sale in which the member, or somebody unknown, can still buy a piece of it.

    Raises:
        DatabaseAway: the database cannot be reached.
    """
    found = await database.rows(_SALES, tenant_id, member_id, now)
    return {
        row["item_id"]: Sale(
            row["sale_id"], row["item_id"], row["price_points"], row["ends_at"], row["left_count"]
        )
        for row in found
    }


async def deliverable_offers(
    database: Database,
    tenant_id: UUID,
    *,
    now: datetime,
    budget: int,
    sales: Mapping[UUID, Sale],
    item_ids: Collection[UUID] | None = None,
) -> list[Offer]:
    """Return what is listed, in stock and within the budget now, of some items or of all the tenant's, by item.

    What is on sale has the sale's price and pieces, unless it is cheaper from the shelf.

    Raises:
        DatabaseAway: the database cannot be reached.
    """
    statement, values = _DELIVERABLE, [tenant_id, budget, now, list(sales)]
    if item_ids is not None:
        statement, values = f"{statement} and o.item_id = any($5)", [*values, [*item_ids, *sales]]
    found = await database.rows(f"{statement} order by o.item_id", *values)
    offers = (on_sale(_offer(*row), sales.get(row["item_id"])) for row in found)
    return [offer for offer in offers if offer is not None and offer.price_points <= budget]


async def offered_names(database: Database, tenant_id: UUID, item_ids: Collection[UUID]) -> dict[UUID, str]:
    """Return item → name of those of some items that the tenant offers or has offered, in their order.

    Raises:
        DatabaseAway: the database cannot be reached.
    """
    if not item_ids:
        return {}
    found = await database.rows(_NAMES, tenant_id, list(item_ids))
    names: dict[UUID, str] = {row["item_id"]: row["name"] for row in found}
    return {item_id: names[item_id] for item_id in item_ids if item_id in names}


def _offer(
    item_id: UUID,
    name: str,
    category: str,
    price_points: int,
    listed_from: datetime,
    stock: int,
    kind: ItemKind,
) -> Offer:
    return Offer(item_id, name, category, price_points, listed_from, stock, kind=kind)


def on_sale(offer: Offer, sale: Sale | None) -> Offer | None:
    """Return an offer as it is sold now, by a sale if that is cheaper; None if nothing is left of it."""
    is_on_shelf = offer.stock is None or offer.stock > 0
    if sale is None or (is_on_shelf and offer.price_points <= sale.price_points):
        return offer if is_on_shelf else None
    return replace(offer, price_points=sale.price_points, stock=sale.left, sale=sale)
