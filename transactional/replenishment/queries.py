"""Lists a tenant's proposals."""

from datetime import date
from typing import Any
from uuid import UUID

from transactional.database import Connection

_LIST = """
select proposal_id, item_id, quantity, order_by, covers_until, reason, status, decided_by, decided_at, as_of_date,
    release_id
from mall.replenishment_proposal
where tenant_id = $1 and ($2::text is null or status = $2) and ($3::uuid is null or proposal_id = $3)
    and ($4::date is null or (order_by, proposal_id) > ($4, $5::uuid))
order by order_by, proposal_id
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
