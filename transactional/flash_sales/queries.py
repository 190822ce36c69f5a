"""Flash sales as their tenant sees them, and those a worker has to close."""

from datetime import datetime
from typing import Any
from uuid import UUID

from transactional.database import Connection
from transactional.flash_sales.domain import UnknownSale

_SALE = """
select s.sale_id, s.reference, s.item_id, i.name as item_name, s.price_points, s.starts_at, s.ends_at, s.allotted,
    s.left_count, s.member_limit, s.closed_at
from mall.flash_sale s
join mall.item i using (item_id)
where s.tenant_id = $1
"""


async def find_sale(connection: Connection, *, tenant_id: UUID, sale_id: UUID) -> dict[str, Any]:
    """Return a sale's row.

    Raises:
        UnknownSale: the tenant has none with this id.
    """
    row = await connection.fetchrow(f"{_SALE} and s.sale_id = $2", tenant_id, sale_id)
    if row is None:
        raise UnknownSale(sale_id)
    return dict(row)


async def sale_of(connection: Connection, *, tenant_id: UUID, reference: str) -> UUID:
    """Return the id of the sale with a reference.

    Raises:
        UnknownSale: the tenant has none.
    """
    found: UUID | None = await connection.fetchval(
        "select sale_id from mall.flash_sale where tenant_id = $1 and reference = $2", tenant_id, reference
    )
    if found is None:
        raise UnknownSale(reference)
    return found


async def sales_of(
    connection: Connection, *, tenant_id: UUID, limit: int, after: UUID | None
) -> list[dict[str, Any]]:
    """Return a tenant's sales in the order they were created, those after a sale."""
    rows = await connection.fetch(
        f"{_SALE} and ($2::uuid is null or s.sale_id > $2) order by s.sale_id limit $3",
        tenant_id,
        after,
        limit,
    )
    return [dict(row) for row in rows]


async def sales_to_close(connection: Connection, *, now: datetime) -> list[tuple[UUID, UUID]]:
    """Return (tenant, sale) of all sales that are over and still keep pieces, the longest over first."""
    rows = await connection.fetch(
        "select tenant_id, sale_id from mall.flash_sale where closed_at is null and ends_at <= $1 "
        "order by ends_at, sale_id",
        now,
    )
    return [(row["tenant_id"], row["sale_id"]) for row in rows]
