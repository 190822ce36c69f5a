"""Moves pieces between the shelf and what is set aside for flash sales, draws and reservations.

Callers take these locks before those of their own rows: stock first, in the committer's order.
"""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from transactional.database import Connection
from transactional.redemption.domain import OutOfStock, UnknownOffer

# Its time was up then, whenever that is written down.
_RELEASE_EXPIRED = """
update mall.reservation set released_at = expires_at
where tenant_id = $1 and item_id = any($2::uuid[]) and released_at is null and expires_at <= $3
returning item_id, left_count
"""


async def set_aside(
    connection: Connection, *, tenant_id: UUID, pieces: Mapping[UUID, int], now: datetime
) -> None:
    """Take pieces of items from the shelf and set them aside, inside the caller's transaction.

    What reservations past their end keep is on the shelf again before.

    Raises:
        UnknownOffer: the shop does not have an item.
        OutOfStock: fewer pieces are on the shelf.
    """
    on_hand = await lock_stock(connection, tenant_id=tenant_id, item_ids=list(pieces))
    for item_id, quantity in (
        await release_expired(connection, tenant_id=tenant_id, item_ids=list(pieces), now=now)
    ).items():
        on_hand[item_id] += quantity
    for item_id, quantity in pieces.items():
        if item_id not in on_hand:
            raise UnknownOffer(item_id)
        if quantity > on_hand[item_id]:
            raise OutOfStock(item_id, asked=quantity, on_hand=on_hand[item_id])
    await _move(connection, tenant_id, {item: quantity for item, quantity in pieces.items() if quantity})


async def put_back(connection: Connection, *, tenant_id: UUID, pieces: Mapping[UUID, int]) -> None:
    """Put pieces that were set aside back on the shelf; the caller holds the stock's locks."""
    await _move(connection, tenant_id, {item: -quantity for item, quantity in pieces.items() if quantity})


async def release_expired(
    connection: Connection, *, tenant_id: UUID, item_ids: list[UUID], now: datetime
) -> dict[UUID, int]:
    """Put back what reservations of items past their end keep, and return how many pieces of each that were.

    The caller holds the stock's locks.
    """
    freed: dict[UUID, int] = {}
    for row in await connection.fetch(_RELEASE_EXPIRED, tenant_id, item_ids, now):
        freed[row["item_id"]] = freed.get(row["item_id"], 0) + row["left_count"]
    if freed:
        await put_back(connection, tenant_id=tenant_id, pieces=freed)
    return freed


async def lock_stock(connection: Connection, *, tenant_id: UUID, item_ids: list[UUID]) -> dict[UUID, int]:
    """Lock the stock of items in the committer's order and return what is on the shelf of those that exist."""
    rows = await connection.fetch(
        "select item_id, on_hand from mall.stock where tenant_id = $1 and item_id = any($2::uuid[]) "
        "order by tenant_id, item_id for update",
        tenant_id,
        item_ids,
    )
    return {row["item_id"]: row["on_hand"] for row in rows}


async def _move(connection: Connection, tenant_id: UUID, pieces: dict[UUID, int]) -> None:
    await connection.execute(
        "update mall.stock s set on_hand = s.on_hand - m.quantity, allotted = s.allotted + m.quantity "
        "from unnest($2::uuid[], $3::bigint[]) as m(item_id, quantity) "
        "where s.tenant_id = $1 and s.item_id = m.item_id",
        tenant_id,
        list(pieces),
        list(pieces.values()),
    )
