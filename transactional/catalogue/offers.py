"""What others need to know of an offer before they act on it: that it is there, and that its stock is pieces."""

from collections.abc import Sequence
from uuid import UUID

from transactional.database import Connection
from transactional.problems import Problem
from transactional.redemption.domain import UnknownOffer


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
    if not await connection.fetchval(
        "select exists (select from mall.offer where tenant_id = $1 and item_id = $2)", tenant_id, item_id
    ):
        raise UnknownOffer(item_id)


async def refuse_codes(connection: Connection, *, tenant_id: UUID, item_ids: Sequence[UUID]) -> None:
    """Make sure that no item is issued as codes.

    Raises:
        StockOfCodes: naming one that is.
    """
    coded = await connection.fetchval(
        "select item_id from mall.offer where tenant_id = $1 and item_id = any($2::uuid[]) and is_coded "
        "order by item_id limit 1",
        tenant_id,
        item_ids,
    )
    if coded is not None:
        raise StockOfCodes(coded)
