"""Adds and ends a tenant's rules and blocks: both are dated and never edited."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from transactional.database import Connection
from transactional.problems import Problem
from transactional.risk.defaults import NewRule, default_rules
from transactional.risk.subjects import Dimension


class UnknownRule(Problem):
    """The tenant has no such rule."""

    slug = "unknown-risk-rule"
    title = "No such risk rule"
    status = 404

    def __init__(self, rule_id: UUID) -> None:
        super().__init__(f"your tenant has no risk rule {rule_id}; GET /v1/risk/rules lists them")


class UnknownBlock(Problem):
    """The tenant has no such block."""

    slug = "unknown-risk-block"
    title = "No such block"
    status = 404

    def __init__(self, block_id: UUID) -> None:
        super().__init__(f"your tenant has no block {block_id}; GET /v1/risk/blocks lists them")


class AlreadyEnded(Problem):
    """A rule or block that has ended stays as it was."""

    slug = "already-ended"
    title = "It has already ended"
    status = 409

    def __init__(self, ended_at: datetime) -> None:
        super().__init__(
            f"it ended at {ended_at.isoformat()} and past times are not changed; add a new one instead",
            ended_at=ended_at,
        )


class HasRules(Problem):
    """The default rules are for a tenant that never had any."""

    slug = "has-risk-rules"
    title = "The tenant has risk rules already"
    status = 409

    def __init__(self) -> None:
        super().__init__(
            "your tenant has had risk rules before; add the ones you want with POST /v1/risk/rules"
        )


async def add_rules(
    connection: Connection,
    *,
    tenant_id: UUID,
    rules: Sequence[NewRule],
    valid_from: datetime,
    valid_until: datetime | None = None,
) -> list[UUID]:
    """Put rules in force from a moment on and return their ids, in order."""
    rows = await connection.fetch(
        """
        insert into mall.risk_rule (tenant_id, kind, dimension, measure, threshold, window_seconds, days, verdict,
            score, note, valid_from, valid_until)
        select $1, r.kind, r.dimension, r.measure, r.threshold, r.window_seconds, r.days, r.verdict, r.score,
            r.note, $11, $12
        from unnest($2::text[], $3::text[], $4::text[], $5::bigint[], $6::int[], $7::int[], $8::text[],
            $9::int[], $10::text[]) with ordinality
            as r(kind, dimension, measure, threshold, window_seconds, days, verdict, score, note, position)
        order by r.position
        returning rule_id
        """,
        tenant_id,
        [r.kind for r in rules],
        [r.dimension for r in rules],
        [r.measure for r in rules],
        [r.threshold for r in rules],
        [r.window_seconds for r in rules],
        [r.days for r in rules],
        [r.verdict for r in rules],
        [r.score for r in rules],
        [r.note for r in rules],
        valid_from,
        valid_until,
    )
    return [row["rule_id"] for row in rows]


async def add_default_rules(connection: Connection, *, tenant_id: UUID, valid_from: datetime) -> list[UUID]:
    """Put the default rules in force for a tenant that never had rules, and return their ids.

    Raises:
        HasRules: it had some.
    """
    # Two requests at once would both find none.
    await connection.execute(
        "select pg_advisory_xact_lock(hashtextextended('risk ' || $1::uuid::text, 0))", tenant_id
    )
    if await connection.fetchval(
        "select exists (select from mall.risk_rule where tenant_id = $1)", tenant_id
    ):
        raise HasRules
    return await add_rules(connection, tenant_id=tenant_id, rules=default_rules(), valid_from=valid_from)


async def end_rule(
    connection: Connection, *, tenant_id: UUID, rule_id: UUID, now: datetime, ends_at: datetime
) -> None:
    """Let a rule count until a moment that is not past.

    Raises:
        UnknownRule: it is not there.
        AlreadyEnded: it has ended before now.
    """
    found = await connection.fetchrow(
        "select valid_from, valid_until from mall.risk_rule where tenant_id = $1 and rule_id = $2 for update",
        tenant_id,
        rule_id,
    )
    if found is None:
        raise UnknownRule(rule_id)
    if found["valid_until"] is not None and found["valid_until"] <= now:
        raise AlreadyEnded(found["valid_until"])
    await connection.execute(
        "update mall.risk_rule set valid_until = $3 where tenant_id = $1 and rule_id = $2",
        tenant_id,
        rule_id,
        # A rule that has not begun is ended before it counts.
        max(ends_at, found["valid_from"]),
    )


async def add_block(
    connection: Connection,
    *,
    tenant_id: UUID,
    dimension: Dimension,
    subject: bytes,
    reason: str,
    valid_from: datetime,
    valid_until: datetime | None,
) -> UUID:
    """Block a subject from a moment on and return the block's id."""
    block_id: UUID = await connection.fetchval(
        "insert into mall.risk_block (tenant_id, dimension, subject, reason, valid_from, valid_until) "
        "values ($1, $2, $3, $4, $5, $6) returning block_id",
        tenant_id,
        dimension,
        subject,
        reason,
        valid_from,
        valid_until,
    )
    return block_id


async def lift_block(connection: Connection, *, tenant_id: UUID, block_id: UUID, now: datetime) -> None:
    """End a block now; one that has not begun never counts.

    Raises:
        UnknownBlock: it is not there.
        AlreadyEnded: it has ended before now.
    """
    found = await connection.fetchrow(
        "select valid_from, valid_until from mall.risk_block where tenant_id = $1 and block_id = $2 for update",
        tenant_id,
        block_id,
    )
    if found is None:
        raise UnknownBlock(block_id)
    if found["valid_until"] is not None and found["valid_until"] <= now:
        raise AlreadyEnded(found["valid_until"])
    await connection.execute(
        "update mall.risk_block set valid_until = $3 where tenant_id = $1 and block_id = $2",
        tenant_id,
        block_id,
        max(now, found["valid_from"]),
    )
