"""Stores the segments that a release puts members in."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from transactional.database import Connection
from transactional.write_back.operations import Part

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


@dataclass(frozen=True)
class Segments:
    """Members in the segments of a scheme, as (member, segment) pairs."""

    scheme: str
    members: Sequence[tuple[UUID, str]]

    @property
    def kind(self) -> str:
        """Return what a release replaces: the scheme."""
        return f"segments:{self.scheme}"

    async def store(self, connection: Connection, part: Part) -> list[tuple[UUID, str]]:
        """Store the segments; return what became of each member, in order."""
        rows = await connection.fetch(
            _STORE,
            part.tenant_id,
            self.scheme,
            [member_id for member_id, _ in self.members],
            [segment for _, segment in self.members],
            part.as_of_date,
            part.release_id,
        )
        return [(row["member_id"], row["result"]) for row in rows]

    async def end_older(self, connection: Connection, part: Part) -> int:
        """Remove the members of older releases from the scheme; return how many."""
        removed: int = await connection.fetchval(_REMOVE_OLDER, part.tenant_id, self.scheme, part.release_id)
        return removed
