"""Lists the members of segments, and the segments of a member."""

from typing import Any
from uuid import UUID

from transactional.database import Connection

_COLUMNS = "member_id, scheme, segment, as_of_date, release_id"
_MEMBERS = f"""
select {_COLUMNS}
from mall.member_segment
where tenant_id = $1 and scheme = $2 and ($3::text is null or segment = $3)
    and ($4::uuid is null or member_id > $4)
order by member_id
limit $5
"""


async def members_of_scheme(
    connection: Connection,
    *,
    tenant_id: UUID,
    scheme: str,
    segment: str | None,
    after: UUID | None,
    limit: int,
) -> list[dict[str, Any]]:
    """Return members of a scheme, or of one segment of it, in the order of their ids."""
    rows = await connection.fetch(_MEMBERS, tenant_id, scheme, segment, after, limit)
    return [dict(row) for row in rows]


async def segments_of(connection: Connection, *, tenant_id: UUID, member_id: UUID) -> list[dict[str, Any]]:
    """Return the segments that a member is in, one per scheme."""
    rows = await connection.fetch(
        f"select {_COLUMNS} from mall.member_segment where tenant_id = $1 and member_id = $2 order by scheme",
        tenant_id,
        member_id,
    )
    return [dict(row) for row in rows]
