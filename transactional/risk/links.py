"""Which members were seen on the same device: what a reviewer looks at to find accounts of one hand."""

from datetime import datetime
from typing import Any
from uuid import UUID

from transactional.database import Connection

# Members of a device are kept apart where a rule counts them; attempts that were held back tell of the others.
_LINKS = """
with seen as (
    select device, member_id, min(at) as first_seen_at
    from (
        select device, member_id, first_seen_at as at from mall.device_member where tenant_id = $1
        union all
        select device, member_id, effective_at from mall.risk_assessment where tenant_id = $1 and device is not null
    ) told
    group by device, member_id having min(at) >= $2
),
shared as (
    select device, count(*) as member_count, max(first_seen_at) as last_joined_at
    from seen group by device having count(*) >= $3
    order by count(*) desc, max(first_seen_at) desc, device
    limit $4
),
held_back as (
    select member_id, count(*) as attempts from mall.risk_assessment
    where tenant_id = $1 and effective_at >= $2 group by member_id
)
select s.device, s.member_id, s.first_seen_at, shared.member_count, coalesce(h.attempts, 0) as held_back_count
from shared
join seen s on s.device = shared.device
left join held_back h on h.member_id = s.member_id
order by shared.member_count desc, shared.last_joined_at desc, s.device, s.first_seen_at, s.member_id
limit $5
"""


async def list_links(
    connection: Connection,
    *,
    tenant_id: UUID,
    since: datetime,
    min_members: int,
    max_devices: int,
    max_links: int,
) -> list[dict[str, Any]]:
    """Return device and member of each pair seen since a moment, of devices that several members share, largest first."""
    rows = await connection.fetch(_LINKS, tenant_id, since, min_members, max_devices, max_links)
    return [dict(row) | {"device": row["device"].hex()} for row in rows]
