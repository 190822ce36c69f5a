"""Imports answers of the past, with the checks of `POST /v1/feedback`."""

from collections.abc import Sequence
from datetime import datetime
from typing import Literal, NamedTuple
from uuid import UUID

from transactional.database import Connection

# Each redemption is looked up by its key: a join may be planned as a scan of all redemptions for every answer while the
# statistics are of a younger tenant, and a lateral query with a limit cannot be.
_STORE = """
with given as (
    select * from unnest($2::uuid[], $3::uuid[], $4::uuid[], $5::smallint[], $6::timestamptz[])
        as g(feedback_id, member_id, redemption_id, score, answered_at)
), stored as (
    insert into mall.feedback (tenant_id, feedback_id, member_id, redemption_id, score, answered_at, channel)
    select $1, g.feedback_id, g.member_id, g.redemption_id, g.score, g.answered_at, $7
    from given g
    cross join lateral (
        select member_id from mall.redemption where tenant_id = $1 and redemption_id = g.redemption_id limit 1
    ) r
    cross join lateral (
        select erased_at from mall.member where tenant_id = $1 and member_id = g.member_id limit 1
    ) m
    where r.member_id = g.member_id and m.erased_at is null
    returning 1
)
select count(*) from stored
"""


class PastAnswer(NamedTuple):
    """What a member answered about a redemption, 1 to 5."""

    feedback_id: UUID
    member_id: UUID
    redemption_id: UUID
    score: int
    answered_at: datetime


class AnswerRefused(ValueError):
    """An answer is about a redemption that the member does not have."""


async def import_feedback(
    connection: Connection,
    *,
    tenant_id: UUID,
    answers: Sequence[PastAnswer],
    channel: Literal["direct", "survey"] = "direct",
) -> None:
    """Store answers about redemptions, all or none.

    Raises:
        AnswerRefused: one is about a redemption that its member does not have.
        asyncpg.UniqueViolationError: one is about a redemption that was answered for.
    """
    if not answers:
        return
    async with connection.transaction():
        columns = [list(column) for column in zip(*answers, strict=True)]
        stored = await connection.fetchval(_STORE, tenant_id, *columns, channel)
        if stored != len(answers):
            raise AnswerRefused(f"{len(answers) - stored} answers are about redemptions of somebody else")
