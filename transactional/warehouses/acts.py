"""What people do with pieces in warehouses: carry them from one to another, and correct what was counted."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from transactional.catalogue.allotment import lock_stock
from transactional.catalogue.offers import refuse_codes, require_offer
from transactional.database import Connection
from transactional.redemption.domain import OutOfStock, UnknownOffer
from transactional.warehouses.domain import ActExists, KindByHand
from transactional.warehouses.operations import require_active
from transactional.warehouses.placing import Placed, lock_places, place, require_there, take
from transactional.warehouses.settling import settle


@dataclass(frozen=True)
class Relocation:
    """Pieces carried from one warehouse to another; `reference` is the tenant's own name of it."""

    reference: str
    item_id: UUID
    from_warehouse_id: UUID
    to_warehouse_id: UUID
    quantity: int


@dataclass(frozen=True)
class Correction:
    """Pieces that are there and were not in the books, or, negative, that are in the books and not there."""

    reference: str
    warehouse_id: UUID
    item_id: UUID
    quantity: int
    reason: str
    corrected_by: str
    kind: KindByHand = "count"


async def relocate(
    connection: Connection, *, tenant_id: UUID, new: Relocation, request_hash: bytes, now: datetime
) -> tuple[UUID, bool]:
    """Carry pieces to another warehouse inside the caller's transaction; the stock of the house stays as it is.

    Args:
        request_hash: SHA-256 of what was asked, 32 bytes; the same reference and hash are a retry.

    Returns:
        The relocation's id, and whether this call did it.

    Raises:
        ActExists: the reference names another relocation.
        UnknownOffer, UnknownWarehouse, WarehouseClosed: it names what is not there.
        TooFewInWarehouse: so many pieces do not lie there.
    """
    item = tenant_id, new.item_id
    done = await _done_before(connection, "relocation", tenant_id, new.reference, request_hash)
    if done is not None:
        return done, False
    await require_offer(connection, tenant_id=tenant_id, item_id=new.item_id)
    await require_active(
        connection, tenant_id=tenant_id, warehouse_ids={new.from_warehouse_id, new.to_warehouse_id}
    )
    noted: UUID | None = await connection.fetchval(
        "insert into mall.relocation (tenant_id, reference, request_hash, item_id, from_warehouse_id, "
        "to_warehouse_id, quantity, effective_at) values ($1, $2, $3, $4, $5, $6, $7, $8) "
        "on conflict (tenant_id, reference) do nothing returning relocation_id",
        tenant_id,
        new.reference,
        request_hash,
        new.item_id,
        new.from_warehouse_id,
        new.to_warehouse_id,
        new.quantity,
        now,
    )
    if noted is None:
        return await _done_meanwhile(connection, "relocation", tenant_id, new.reference, request_hash)
    # What redemptions took meanwhile may be what is to be carried.
    await settle(connection, [item], now=now)
    leaving = Placed(tenant_id, new.from_warehouse_id, new.item_id, new.quantity)
    require_there(await lock_places(connection, tenant_id=tenant_id, item_id=new.item_id), leaving)
    await take(connection, [leaving], reason="relocation", at=now)
    coming = Placed(tenant_id, new.to_warehouse_id, new.item_id, new.quantity)
    await place(connection, [coming], reason="relocation", at=now)
    return noted, True


async def correct(
    connection: Connection, *, tenant_id: UUID, new: Correction, request_hash: bytes, now: datetime
) -> tuple[UUID, bool]:
    """Correct the stock of a warehouse, and with it that of the house, inside the caller's transaction.

    Args:
        request_hash: SHA-256 of what was asked, 32 bytes; the same reference and hash are a retry.

    Returns:
        The correction's id, and whether this call did it.

    Raises:
        ActExists: the reference names another correction.
        UnknownOffer, UnknownWarehouse, WarehouseClosed: it names what is not there.
        StockOfCodes: the item's stock is its codes.
        OutOfStock: what is missing would leave fewer pieces than are set aside.
        TooFewInWarehouse: so many pieces do not lie there.
    """
    done = await _done_before(connection, "stock_correction", tenant_id, new.reference, request_hash)
    if done is not None:
        return done, False
    await require_active(connection, tenant_id=tenant_id, warehouse_ids={new.warehouse_id})
    on_hand = await lock_stock(connection, tenant_id=tenant_id, item_ids=[new.item_id])
    if new.item_id not in on_hand:
        raise UnknownOffer(new.item_id)
    await refuse_codes(connection, tenant_id=tenant_id, item_ids=[new.item_id])
    if on_hand[new.item_id] + new.quantity < 0:
        raise OutOfStock(new.item_id, asked=-new.quantity, on_hand=on_hand[new.item_id])
    noted: UUID | None = await connection.fetchval(
        "insert into mall.stock_correction (tenant_id, reference, request_hash, warehouse_id, item_id, quantity, "
        "reason, corrected_by, effective_at, kind) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) "
        "on conflict (tenant_id, reference) do nothing returning correction_id",
        tenant_id,
        new.reference,
        request_hash,
        new.warehouse_id,
        new.item_id,
        new.quantity,
        new.reason,
        new.corrected_by,
        now,
        new.kind,
    )
    if noted is None:
        return await _done_meanwhile(connection, "stock_correction", tenant_id, new.reference, request_hash)
    await settle(connection, [(tenant_id, new.item_id)], now=now)
    placed = Placed(tenant_id, new.warehouse_id, new.item_id, abs(new.quantity))
    if new.quantity < 0:
        require_there(await lock_places(connection, tenant_id=tenant_id, item_id=new.item_id), placed)
        await take(connection, [placed], reason="correction", at=now)
    else:
        await place(connection, [placed], reason="correction", at=now)
    await connection.execute(
        "with moved as (insert into mall.stock_movement (tenant_id, item_id, quantity, reason, reference, effective_at) "
        "values ($1, $2, $3, 'correction', $4, $5)) "
        "update mall.stock set on_hand = on_hand + $3 where tenant_id = $1 and item_id = $2",
        tenant_id,
        new.item_id,
        new.quantity,
        str(noted),
        now,
    )
    return noted, True


async def _done_before(
    connection: Connection, table: str, tenant_id: UUID, reference: str, request_hash: bytes
) -> UUID | None:
    key = {"relocation": "relocation_id", "stock_correction": "correction_id"}[table]
    row = await connection.fetchrow(
        f"select {key} as id, request_hash from mall.{table} where tenant_id = $1 and reference = $2",
        tenant_id,
        reference,
    )
    if row is None:
        return None
    if row["request_hash"] != request_hash:
        raise ActExists(reference, table.replace("_", " "))
    found: UUID = row["id"]
    return found


async def _done_meanwhile(
    connection: Connection, table: str, tenant_id: UUID, reference: str, request_hash: bytes
) -> tuple[UUID, bool]:
    """Return what another request with the reference, which was faster, did."""
    done = await _done_before(connection, table, tenant_id, reference, request_hash)
    assert done is not None
    return done, False
