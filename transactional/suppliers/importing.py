"""Whose an item is, looked up once for an import of the past."""

from uuid import UUID

from transactional.database import Connection

# As cases and compensations find it: the first by rank. Terms that are dated later are not heeded.
_FIRST = """
select distinct on (t.item_id) t.item_id, t.supplier_id
from mall.supplier_terms t
join mall.supplier s using (tenant_id, supplier_id)
where t.tenant_id = $1 and s.status = 'active'
order by t.item_id, t.rank, t.terms_id
"""


async def supplier_of_items(connection: Connection, *, tenant_id: UUID) -> dict[UUID, UUID]:
    """Return the supplier that is asked first for each item that has terms."""
    return {row["item_id"]: row["supplier_id"] for row in await connection.fetch(_FIRST, tenant_id)}
