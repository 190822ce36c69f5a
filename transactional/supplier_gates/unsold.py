"""Says why nobody can be asked for an item."""

from datetime import date
from typing import NoReturn
from uuid import UUID

from transactional.brand_authorisations.operations import require_authorised
from transactional.database import Connection
from transactional.supplier_gates.refusals import SupplierNotActive
from transactional.suppliers.domain import NoSupplierTerms, SupplierSuspended

_FIRST_ASKED = """
select t.supplier_id, mall.supplier_standing(t.tenant_id, t.supplier_id, $3) as standing
from mall.supplier_terms t
where t.tenant_id = $1 and t.item_id = $2 and $3 between t.valid_from and coalesce(t.valid_until, $3)
order by t.rank, t.unit_cost_fen
limit 1
"""


async def refuse_unsold(connection: Connection, *, tenant_id: UUID, item_id: UUID, day: date) -> NoReturn:
    """Refuse an item of which no supplier has terms that it may be ordered on.

    Raises:
        SupplierSuspended, SupplierNotActive, SupplierNotAuthorised: of the first that has terms.
        NoSupplierTerms: nobody has any.
    """
    first = await connection.fetchrow(_FIRST_ASKED, tenant_id, item_id, day)
    if first is not None:
        supplier_id, standing = first
        if standing == "suspended":
            raise SupplierSuspended(supplier_id)
        if standing != "active":
            raise SupplierNotActive(supplier_id, standing)
        await require_authorised(
            connection, tenant_id=tenant_id, supplier_id=supplier_id, item_ids=[item_id], day=day
        )
    raise NoSupplierTerms(item_id, day)
