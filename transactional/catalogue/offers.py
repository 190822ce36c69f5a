"""What others need to know of an offer before they act on it: that it is there, not barred, and its stock pieces."""

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from transactional.database import Connection
from transactional.problems import Problem
from transactional.redemption.domain import ItemBarred, UnknownOffer

_BARRED = """
select o.item_id
from mall.offer o
join mall.offer_opt_in p using (tenant_id, item_id, opted_in_at)
where o.tenant_id = $1 and o.item_id = any($2::uuid[]) and (o.authorised_until <= $3 or p.withdrawn_at <= $3)
order by o.item_id limit 1
"""


class StockOfCodes(Problem):
    """The item is issued as codes, so its stock is its codes."""

    slug = "stock-of-codes"
    title = "The stock of this item is its codes"
    status = 409

    def __init__(self, item_id: UUID) -> None:
        super().__init__(
            f"item {item_id} is issued as codes; add codes instead of pieces", item_id=str(item_id)
        )


async def require_offer(connection: Connection, *, tenant_id: UUID, item_id: UUID) -> None:
    """Make sure that the shop has an item.

    Raises:
        UnknownOffer: it has not.
    """
    if item_id not in await offered_items(connection, tenant_id=tenant_id, item_ids=[item_id]):
        raise UnknownOffer(item_id)


async def offered_items(
    connection: Connection, *, tenant_id: UUID, item_ids: Collection[UUID]
) -> dict[UUID, bool]:
    """Return which of some items the shop has, each with whether it is issued as codes."""
    rows = await connection.fetch(
        "select item_id, is_coded from mall.offer where tenant_id = $1 and item_id = any($2::uuid[])",
        tenant_id,
        item_ids,
    )
    return {row["item_id"]: row["is_coded"] for row in rows}


async def refuse_barred(
    connection: Connection, *, tenant_id: UUID, item_ids: Sequence[UUID], moment: datetime
) -> None:
    """Make sure that items may be given out at a moment: opted in to, authorised and licensed.

    Raises:
        ItemBarred: naming one that may not.
    """
    barred = await connection.fetchval(_BARRED, tenant_id, item_ids, moment)
    if barred is not None:
        raise ItemBarred(barred)


async def refuse_codes(connection: Connection, *, tenant_id: UUID, item_ids: Sequence[UUID]) -> None:
    """Make sure that no item is issued as codes.

    Raises:
        StockOfCodes: naming one that is.
    """
    offered = await offered_items(connection, tenant_id=tenant_id, item_ids=item_ids)
    if coded := [item_id for item_id, is_coded in offered.items() if is_coded]:
        raise StockOfCodes(min(coded))
