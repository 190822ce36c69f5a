"""Adds and changes warehouses. Every tenant has a default one as soon as it needs one."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from uuid import UUID

from transactional.database import Connection
from transactional.together import NamedIds
from transactional.warehouses.domain import (
    NewWarehouse,
    StillHoldsStock,
    UnknownWarehouse,
    WarehouseClosed,
    WarehouseExists,
)

_DEFAULT = NewWarehouse(code="main", name="总仓", region="全国")


@dataclass(frozen=True)
class WarehouseChange:
    """What a warehouse is to be from now on; None leaves a particular as it is."""

    name: str | None = None
    region: str | None = None
    capacity_units: int | None = None
    rank: int | None = None
    is_active: bool | None = None
    is_default: bool | None = None


async def warehouse_of(connection: Connection, *, tenant_id: UUID, code: str) -> UUID:
    """Return the id of the warehouse with a code.

    Raises:
        UnknownWarehouse: the tenant has none.
    """
    return (await warehouses_of(connection, tenant_id=tenant_id, codes=[code]))[code]


async def warehouses_of(connection: Connection, *, tenant_id: UUID, codes: Collection[str]) -> NamedIds:
    """Return the ids of the tenant's warehouses with codes; any other code is refused by UnknownWarehouse."""
    rows = await connection.fetch(
        "select code, warehouse_id from mall.warehouse where tenant_id = $1 and code = any($2::text[])",
        tenant_id,
        codes,
    )
    return NamedIds(((row["code"], row["warehouse_id"]) for row in rows), UnknownWarehouse)


async def add_warehouse(connection: Connection, *, tenant_id: UUID, new: NewWarehouse) -> tuple[UUID, bool]:
    """Add a warehouse; the same code with the same particulars again changes nothing.

    A tenant's first one is its default.

    Returns:
        Its id, and whether this call added it.

    Raises:
        WarehouseExists: the code names one with other particulars.
    """
    await _take_turn(connection, tenant_id)
    added = await connection.fetchval(
        "insert into mall.warehouse (tenant_id, code, name, region, capacity_units, rank, is_default) "
        "values ($1, $2, $3, $4, $5, $6, "
        "    not exists (select from mall.warehouse where tenant_id = $1 and is_default)) "
        "on conflict (tenant_id, code) do nothing returning warehouse_id",
        tenant_id,
        new.code,
        new.name,
        new.region,
        new.capacity_units,
        new.rank,
    )
    if added is not None:
        return added, True
    known = await connection.fetchrow(
        "select warehouse_id, name, region, capacity_units, rank from mall.warehouse "
        "where tenant_id = $1 and code = $2",
        tenant_id,
        new.code,
    )
    assert known is not None
    if (known["name"], known["region"], known["capacity_units"], known["rank"]) != (
        new.name,
        new.region,
        new.capacity_units,
        new.rank,
    ):
        raise WarehouseExists(new.code, known["warehouse_id"])
    return known["warehouse_id"], False


async def change_warehouse(
    connection: Connection, *, tenant_id: UUID, warehouse_id: UUID, change: WarehouseChange
) -> None:
    """Change a warehouse inside the caller's transaction.

    Raises:
        UnknownWarehouse: it is not there.
        StillHoldsStock: it is to be closed and holds pieces, or is the default one.
        WarehouseClosed: a closed one is to be the default.
    """
    await _take_turn(connection, tenant_id)
    known = await connection.fetchrow(
        "select is_active, is_default from mall.warehouse where tenant_id = $1 and warehouse_id = $2 for update",
        tenant_id,
        warehouse_id,
    )
    if known is None:
        raise UnknownWarehouse(warehouse_id)
    is_active = known["is_active"] if change.is_active is None else change.is_active
    is_default = known["is_default"] or bool(change.is_default)
    if known["is_default"] and change.is_default is False:
        raise StillHoldsStock(warehouse_id, "is the default one; make another warehouse the default instead")
    if not is_active:
        if change.is_default:
            raise WarehouseClosed(warehouse_id)
        await _require_empty(connection, tenant_id, warehouse_id, is_default=is_default)
    if is_default and not known["is_default"]:
        await connection.execute(
            "update mall.warehouse set is_default = false where tenant_id = $1 and is_default", tenant_id
        )
    await connection.execute(
        "update mall.warehouse set name = coalesce($3, name), region = coalesce($4, region), "
        "capacity_units = coalesce($5, capacity_units), rank = coalesce($6, rank), is_active = $7, is_default = $8 "
        "where tenant_id = $1 and warehouse_id = $2",
        tenant_id,
        warehouse_id,
        change.name,
        change.region,
        change.capacity_units,
        change.rank,
        is_active,
        is_default,
    )


async def default_warehouse(connection: Connection, *, tenant_id: UUID) -> UUID:
    """Return the tenant's default warehouse, and add one if it has none."""
    find = "select warehouse_id from mall.warehouse where tenant_id = $1 and is_default"
    found: UUID | None = await connection.fetchval(find, tenant_id)
    if found is None:
        await add_warehouse(connection, tenant_id=tenant_id, new=_DEFAULT)
        found = await connection.fetchval(find, tenant_id)
    assert found is not None
    return found


async def require_active(connection: Connection, *, tenant_id: UUID, warehouse_ids: set[UUID]) -> None:
    """Make sure that warehouses are the tenant's and active, and keep them so until the transaction ends.

    Raises:
        UnknownWarehouse, WarehouseClosed: one is not.
    """
    refuse_closed(
        await keep_warehouses(connection, tenant_id=tenant_id, warehouse_ids=warehouse_ids), warehouse_ids
    )


async def keep_warehouses(
    connection: Connection, *, tenant_id: UUID, warehouse_ids: Collection[UUID]
) -> dict[UUID, bool]:
    """Keep the tenant's warehouses as they are until the transaction ends, and return which of them are active."""
    rows = await connection.fetch(
        "select warehouse_id, is_active from mall.warehouse where tenant_id = $1 and warehouse_id = any($2::uuid[]) "
        "order by warehouse_id for share",
        tenant_id,
        list(warehouse_ids),
    )
    return {row["warehouse_id"]: row["is_active"] for row in rows}


def refuse_closed(active: Mapping[UUID, bool], warehouse_ids: Collection[UUID]) -> None:
    """Make sure that warehouses are among those that are there, and active.

    Raises:
        UnknownWarehouse, WarehouseClosed: one is not.
    """
    for warehouse_id in sorted(warehouse_ids):
        if warehouse_id not in active:
            raise UnknownWarehouse(warehouse_id)
        if not active[warehouse_id]:
            raise WarehouseClosed(warehouse_id)


async def _require_empty(
    connection: Connection, tenant_id: UUID, warehouse_id: UUID, *, is_default: bool
) -> None:
    if is_default:
        raise StillHoldsStock(warehouse_id, "is the default one; make another warehouse the default first")
    pieces = await connection.fetchval(
        "select sum(quantity) from mall.warehouse_stock where tenant_id = $1 and warehouse_id = $2",
        tenant_id,
        warehouse_id,
    )
    if pieces:
        raise StillHoldsStock(warehouse_id, f"holds {pieces} pieces; relocate them first")
    awaited = await connection.fetchval(
        "select exists (select from mall.purchase_order_line l join mall.purchase_order o "
        "using (tenant_id, purchase_order_id) where l.tenant_id = $1 and l.warehouse_id = $2 and l.quantity > 0 "
        "and o.status in ('proposed', 'approved', 'ordered', 'partially_received'))",
        tenant_id,
        warehouse_id,
    )
    if awaited:
        raise StillHoldsStock(warehouse_id, "awaits a purchase order; receive, close or cancel that first")


async def _take_turn(connection: Connection, tenant_id: UUID) -> None:
    """Let one transaction at a time decide which warehouse is the default."""
    await connection.execute(
        "select pg_advisory_xact_lock(hashtextextended('warehouses ' || $1::uuid::text, 0))", tenant_id
    )
