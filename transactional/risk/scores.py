"""Batch risk scores of members: stored as a release says, listed from the highest."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar
from uuid import UUID

import msgspec

from transactional.database import Connection
from transactional.write_back.operations import Part

_STORE = """
with known as (
    select g.member_id, g.score, array(select jsonb_array_elements_text(g.reasons)) as reasons, g.position,
        m.member_id is not null as is_known
    from unnest($2::uuid[], $3::int[], $4::jsonb[]) with ordinality as g(member_id, score, reasons, position)
    left join mall.member m on m.tenant_id = $1 and m.member_id = g.member_id and m.erased_at is null
), stored as (
    insert into mall.member_risk_score as s (tenant_id, member_id, score, reasons, as_of_date, release_id)
    select $1, member_id, score, reasons, $5::date, $6::text from known where is_known order by member_id
    on conflict (tenant_id, member_id) do update
    set score = excluded.score, reasons = excluded.reasons, as_of_date = excluded.as_of_date,
        release_id = excluded.release_id, recorded_at = excluded.recorded_at
    where (s.score, s.reasons, s.as_of_date, s.release_id)
        is distinct from (excluded.score, excluded.reasons, excluded.as_of_date, excluded.release_id)
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
    delete from mall.member_risk_score where tenant_id = $1 and release_id <> $2 returning 1
)
select count(*)::int from gone
"""
_LIST = """
select member_id, score, reasons, as_of_date, release_id
from mall.member_risk_score
where tenant_id = $1 and score >= $2 and ($3::uuid is null or member_id = $3)
    and ($4::int is null or score < $4 or (score = $4 and member_id > $5::uuid))
order by score desc, member_id
limit $6
"""


@dataclass(frozen=True)
class Score:
    """A member's score, 1 to 1000, and the parts of it that are not 0."""

    member_id: UUID
    score: int
    reasons: tuple[str, ...]


@dataclass(frozen=True)
class Scores:
    """Members' scores; members without one have a score of 0."""

    scores: Sequence[Score]
    kind: ClassVar[str] = "risk_scores"

    async def store(self, connection: Connection, part: Part) -> list[tuple[UUID, str]]:
        """Store the scores; return what became of each member, in order."""
        rows = await connection.fetch(
            _STORE,
            part.tenant_id,
            [s.member_id for s in self.scores],
            [s.score for s in self.scores],
            # An array of arrays would have to be square.
            [msgspec.json.encode(s.reasons).decode() for s in self.scores],
            part.as_of_date,
            part.release_id,
        )
        return [(row["member_id"], row["result"]) for row in rows]

    async def end_older(self, connection: Connection, part: Part) -> int:
        """Remove the scores of older releases; return how many."""
        removed: int = await connection.fetchval(_REMOVE_OLDER, part.tenant_id, part.release_id)
        return removed


async def list_scores(
    connection: Connection,
    *,
    tenant_id: UUID,
    minimum: int,
    member_id: UUID | None,
    after: tuple[int, UUID] | None,
    limit: int,
) -> list[dict[str, Any]]:
    """Return scores from the highest, those of at least `minimum`, after a (score, member)."""
    score, last = after or (None, None)
    rows = await connection.fetch(_LIST, tenant_id, minimum, member_id, score, last, limit)
    return [dict(row) for row in rows]
