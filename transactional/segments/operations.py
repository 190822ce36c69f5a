"""Stores the segments that a release puts members in."""

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

from transactional.database import Connection
from transactional.write_back.operations import begin, complete

_STORE = """
with known as (
    select g.member_id, g.segment, g.position, m.member_id is not null as is_known
    from unnest($3::uuid[], $4::text[]) with ordinality as g(member_id, segment, position)
    left join mall.member m on m.tenant_id = $1 and m.member_id = g.member_id and m.erased_at is null
), stored as (
    insert into mall.member_segment as s (tenant_id, member_id, scheme, segment, as_of_date, release_id)
    select $1, member_id, $2::text, segment, $5::date, $6::text from known where is_known order by member_id
    on conflict (tenant_id, member_id, scheme) do update
    set segment = excluded.segment, as_of_date = excluded.as_of_date, release_id = excluded.release_id,
        recorded_at = excluded.recorded_at
    where (s.segment, s.as_of_date, s.release_id)
        is distinct from (excluded.segment, excluded.as_of_date, excluded.release_id)
    returning s.member_id
)
select k.member_id, case
        when not k.is_known then 'unknown_member'
        when s.member_id is null then 'unchanged'
        else 'stored'
    end as result
from known k
left join stored s on s.member_id = k.member_id
order by k.position
"""
_REMOVE_OLDER = """
with gone as (
    delete from mall.member_segment where tenant_id = $1 and scheme = $2 and release_id <> $3 returning 1
)
select count(*)::int from gone
"""


async def store_segments(
    connection: Connection,
    *,
    tenant_id: UUID,
    scheme: str,
    release_id: str,
    as_of_date: date,
    segments: Sequence[tuple[UUID, str]],
    is_last: bool,
    now: datetime,
) -> tuple[list[tuple[UUID, str]], int]:
    """Store (member, segment) pairs of a release inside the caller's transaction.

    Returns:
        What became of each, in order; and how many members left the scheme with the last part.

    Raises:
        NoSuchTenant, OutdatedRelease: nothing was stored.
    """
    kind = f"segments:{scheme}"
    await begin(connection, tenant_id=tenant_id, kind=kind, release_id=release_id, as_of_date=as_of_date)
    rows = await connection.fetch(
        _STORE,
        tenant_id,
        scheme,
        [member_id for member_id, _ in segments],
        [segment for _, segment in segments],
        as_of_date,
        release_id,
    )
    removed = 0
    if is_last:
        removed = await connection.fetchval(_REMOVE_OLDER, tenant_id, scheme, release_id)
        await complete(connection, tenant_id=tenant_id, kind=kind, now=now)
    return [(row["member_id"], row["result"]) for row in rows], removed
