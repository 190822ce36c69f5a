"""Adds items, offers them in a tenant's shop and books stock in. Needs the owner's connection."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from transactional.catalogue.offers import refuse_codes
from transactional.database import Connection


@dataclass(frozen=True)
class NewItem:
    """A sellable product of the platform; `code` is its own identifier, and without an `item_id` a new one is made."""

    code: str
    name: str
    category: str
    kind: str
    class_: str
    item_id: UUID | None = None


@dataclass(frozen=True)
class NewOffer:
    """An item in a tenant's shop, from the day the tenant opted in."""

    item_id: UUID
    price_points: int
    handover: str
    opted_in_at: datetime
    listed_from: datetime
    listed_until: datetime | None = None


@dataclass(frozen=True)
class StockReceipt:
    """Pieces that came in; `reference` names the delivery, so that it is booked once."""

    item_id: UUID
    quantity: int
    reference: str
    effective_at: datetime


async def add_items(connection: Connection, items: Sequence[NewItem]) -> dict[str, UUID]:
    """Add items that are new by code and return the id of each code."""
    await connection.execute(
        """
        insert into mall.item (code, name, category, kind, class, item_id)
        select code, name, category, kind, class, coalesce(item_id, uuidv7())
        from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::uuid[])
            as i(code, name, category, kind, class, item_id)
        on conflict (code) do nothing
        """,
        [i.code for i in items],
        [i.name for i in items],
        [i.category for i in items],
        [i.kind for i in items],
        [i.class_ for i in items],
        [i.item_id for i in items],
    )
    rows = await connection.fetch(
        "select code, item_id from mall.item where code = any($1::text[])", [i.code for i in items]
    )
    return {row["code"]: row["item_id"] for row in rows}


async def add_offers(connection: Connection, *, tenant_id: UUID, offers: Sequence[NewOffer]) -> None:
    """Offer items in a tenant's shop with an empty stock; offers that exist stay as they are."""
    await connection.execute(
        """
        with new_offer as (
            insert into mall.offer
                (tenant_id, item_id, price_points, handover, opted_in_at, listed_from, listed_until)
            select $1, o.*
            from unnest($2::uuid[], $3::bigint[], $4::text[], $5::timestamptz[], $6::timestamptz[],
                $7::timestamptz[]) o
            on conflict (tenant_id, item_id) do nothing
            returning tenant_id, item_id
        )
        insert into mall.stock (tenant_id, item_id, on_hand) select tenant_id, item_id, 0 from new_offer
        """,
        tenant_id,
        [o.item_id for o in offers],
        [o.price_points for o in offers],
        [o.handover for o in offers],
        [o.opted_in_at for o in offers],
        [o.listed_from for o in offers],
        [o.listed_until for o in offers],
    )


async def receive_stock(connection: Connection, *, tenant_id: UUID, receipts: Sequence[StockReceipt]) -> int:
    """Book deliveries, each reference of an item once, and return how many were new.

    Raises:
        StockOfCodes: an item is issued as codes; its stock is its codes.
    """
    async with connection.transaction():
        # In the committer's order, so that the two never wait for each other in a circle.
        await connection.execute(
            "select from mall.stock where tenant_id = $1 and item_id = any($2::uuid[]) "
            "order by tenant_id, item_id for update",
            tenant_id,
            [r.item_id for r in receipts],
        )
        await refuse_codes(connection, tenant_id=tenant_id, item_ids=[r.item_id for r in receipts])
        return await _book(connection, tenant_id, receipts)


async def _book(connection: Connection, tenant_id: UUID, receipts: Sequence[StockReceipt]) -> int:
    booked: int = await connection.fetchval(
        """
        with movement as (
            insert into mall.stock_movement (tenant_id, item_id, quantity, reason, reference, effective_at)
            select $1, r.item_id, r.quantity, 'receipt', r.reference, r.effective_at
            from unnest($2::uuid[], $3::bigint[], $4::text[], $5::timestamptz[])
                as r(item_id, quantity, reference, effective_at)
            on conflict (tenant_id, item_id, reference) do nothing
            returning item_id, quantity
        ), received as (
            select item_id, sum(quantity) as quantity from movement group by item_id
        ), changed as (
            update mall.stock s set on_hand = s.on_hand + r.quantity
            from received r
            where s.tenant_id = $1 and s.item_id = r.item_id
        )
        select count(*) from movement
        """,
        tenant_id,
        [r.item_id for r in receipts],
        [r.quantity for r in receipts],
        [r.reference for r in receipts],
        [r.effective_at for r in receipts],
    )
    return booked
