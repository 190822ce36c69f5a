"""Adds suppliers, renames them, and says which is a brand itself."""

from collections.abc import Collection
from uuid import UUID

from transactional.catalogue.brands import brand_of
from transactional.database import Connection
from transactional.suppliers.domain import SupplierExists, UnknownSupplier
from transactional.together import NamedIds


async def supplier_of(connection: Connection, *, tenant_id: UUID, code: str) -> UUID:
    """Return the id of the supplier with a code.

    Raises:
        UnknownSupplier: the tenant has none.
    """
    return (await suppliers_of(connection, tenant_id=tenant_id, codes=[code]))[code]


async def suppliers_of(connection: Connection, *, tenant_id: UUID, codes: Collection[str]) -> NamedIds:
    """Return the ids of the tenant's suppliers with codes; any other code is refused by UnknownSupplier."""
    rows = await connection.fetch(
        "select code, supplier_id from mall.supplier where tenant_id = $1 and code = any($2::text[])",
        tenant_id,
        codes,
    )
    return NamedIds(((row["code"], row["supplier_id"]) for row in rows), UnknownSupplier)


async def add_supplier(connection: Connection, *, tenant_id: UUID, code: str, name: str) -> tuple[UUID, bool]:
    """Add a supplier; the same code and name again change nothing.

    Returns:
        Its id, and whether this call added it.

    Raises:
        SupplierExists: the code names one with another name.
    """
    added = await connection.fetchval(
        "insert into mall.supplier (tenant_id, code, name) values ($1, $2, $3) "
        "on conflict (tenant_id, code) do nothing returning supplier_id",
        tenant_id,
        code,
        name,
    )
    if added is not None:
        return added, True
    known = await connection.fetchrow(
        "select supplier_id, name from mall.supplier where tenant_id = $1 and code = $2", tenant_id, code
    )
    assert known is not None
    if known["name"] != name:
        raise SupplierExists(code, known["supplier_id"])
    return known["supplier_id"], False


async def change_supplier(
    connection: Connection,
    *,
    tenant_id: UUID,
    supplier_id: UUID,
    name: str | None = None,
) -> None:
    """Rename a supplier; None leaves its name as it is.

    Raises:
        UnknownSupplier: it is not there.
    """
    changed = await connection.fetchval(
        "update mall.supplier set name = coalesce($3, name) where tenant_id = $1 and supplier_id = $2 returning true",
        tenant_id,
        supplier_id,
        name,
    )
    if not changed:
        raise UnknownSupplier(supplier_id)


async def say_brand(
    connection: Connection, *, tenant_id: UUID, supplier_id: UUID, brand: str | None
) -> UUID | None:
    """Say that a supplier is a brand itself, by the brand's code, or with None that it is none; return the brand's id.

    Raises:
        UnknownBrand, UnknownSupplier: they are not there.
    """
    brand_id: UUID | None = None
    if brand is not None:
        brand_id = await brand_of(connection, code=brand)
    known = await connection.fetchval(
        "update mall.supplier set brand_id = $3 where tenant_id = $1 and supplier_id = $2 returning true",
        tenant_id,
        supplier_id,
        brand_id,
    )
    if not known:
        raise UnknownSupplier(supplier_id)
    return brand_id
