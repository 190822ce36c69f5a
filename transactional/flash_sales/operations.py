"""Opens and closes flash sales. Pieces are taken from them by the engine."""

from datetime import datetime
from uuid import UUID

from transactional.catalogue.allotment import lock_stock, put_back, set_aside
from transactional.catalogue.offers import require_offer
from transactional.database import Connection
from transactional.flash_sales.domain import NewSale, SaleExists, UnknownSale, check_new_sale
from transactional.reservations.operations import hand_to_sale


async def open_sale(
    connection: Connection,
    *,
    tenant_id: UUID,
    sale_id: UUID,
    new: NewSale,
    request_hash: bytes,
    now: datetime,
) -> tuple[UUID, bool]:
    """Open a sale and set its pieces aside, both or neither.

    Args:
        sale_id: its id, if it is new.
        request_hash: SHA-256 of what was asked, 32 bytes; the same reference and hash are a retry.

    Returns:
        The sale's id, and whether this call opened it.

    Raises:
        SaleExists: the reference names a sale with other terms.
        InvalidRequest: the sale would be over before it began.
        UnknownOffer: the shop does not have the item.
        OutOfStock: fewer pieces of it are on the shelf.
        UnknownReservation, ReservationEnded, ReservationOfOther: the reservation has nothing for the sale.
    """
    async with connection.transaction():
        opened = await _opened_before(connection, tenant_id, new.reference, request_hash)
        if opened is not None:
            return opened, False
        check_new_sale(new, now=now)
        await require_offer(connection, tenant_id=tenant_id, item_id=new.item_id)
        inserted = await connection.fetchval(
            """
            insert into mall.flash_sale (tenant_id, sale_id, reference, request_hash, item_id, price_points,
                starts_at, ends_at, allotted, left_count, member_limit)
            values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $9, $10)
            on conflict (tenant_id, reference) do nothing
            returning true
            """,
            tenant_id,
            sale_id,
            new.reference,
            request_hash,
            new.item_id,
            new.price_points,
            new.starts_at,
            new.ends_at,
            new.allotted,
            new.member_limit,
        )
        if not inserted:
            # Another request with this reference was faster.
            opened = await _opened_before(connection, tenant_id, new.reference, request_hash)
            assert opened is not None
            return opened, False
        if new.reservation_id is not None:
            await hand_to_sale(
                connection,
                tenant_id=tenant_id,
                reservation_id=new.reservation_id,
                item_id=new.item_id,
                now=now,
            )
        await set_aside(connection, tenant_id=tenant_id, pieces={new.item_id: new.allotted}, now=now)
    return sale_id, True


async def close_sale(connection: Connection, *, tenant_id: UUID, sale_id: UUID, now: datetime) -> int:
    """Close a sale, put what is left back on the shelf and return how many pieces that were.

    A sale that is closed already stays as it is, and 0 pieces go back.

    Raises:
        UnknownSale: the tenant has none with this id.
    """
    async with connection.transaction():
        item_id = await connection.fetchval(
            "select item_id from mall.flash_sale where tenant_id = $1 and sale_id = $2", tenant_id, sale_id
        )
        if item_id is None:
            raise UnknownSale(sale_id)
        await lock_stock(connection, tenant_id=tenant_id, item_ids=[item_id])
        left: int | None = await connection.fetchval(
            "update mall.flash_sale set closed_at = $3 "
            "where tenant_id = $1 and sale_id = $2 and closed_at is null returning left_count",
            tenant_id,
            sale_id,
            now,
        )
        if left is None:
            return 0
        await put_back(connection, tenant_id=tenant_id, pieces={item_id: left})
    return left


async def _opened_before(
    connection: Connection, tenant_id: UUID, reference: str, request_hash: bytes
) -> UUID | None:
    row = await connection.fetchrow(
        "select sale_id, request_hash from mall.flash_sale where tenant_id = $1 and reference = $2",
        tenant_id,
        reference,
    )
    if row is None:
        return None
    if row["request_hash"] != request_hash:
        raise SaleExists(reference, row["sale_id"])
    found: UUID = row["sale_id"]
    return found
