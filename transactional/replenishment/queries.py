"""Lists a tenant's proposals."""

from datetime import date
from typing import Any
from uuid import UUID

from transactional.database import Connection

_LIST = """
select p.proposal_id, p.item_id, p.quantity, p.order_by, p.covers_until, p.reason, p.status, p.decided_by,
    p.decided_at, p.as_of_date, p.release_id, o.purchase_order_id
from mall.replenishment_proposal p
left join mall.purchase_order o on o.tenant_id = p.tenant_id and o.origin = 'replenishment'
    and o.origin_reference = p.proposal_id::text
where p.tenant_id = $1 and ($2::text is null or p.status = $2) and ($3::uuid is null or p.proposal_id = $3)
    and ($4::date is null or (p.order_by, p.proposal_id) > ($4, $5::uuid))
order by p.order_by, p.proposal_id
limit $6
"""


async def list_proposals(
    connection: Connection,
    *,
    tenant_id: UUID,
    status: str | None = None,
    proposal_id: UUID | None = None,
    after: tuple[date, UUID] | None = None,
    limit: int = 1,
) -> list[dict[str, Any]]:
    """Return proposals by the day to order, the most urgent first, after a (day, proposal)."""
    day, last = after or (None, None)
    return [
        dict(row) for row in await connection.fetch(_LIST, tenant_id, status, proposal_id, day, last, limit)
    ]
