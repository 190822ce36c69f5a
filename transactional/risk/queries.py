"""Lists a tenant's rules, blocks and assessments."""

from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from transactional.database import Connection
from transactional.risk.domain import Verdict
from transactional.risk.subjects import Dimension

_RULES = """
select rule_id, kind, dimension, measure, threshold, window_seconds, days, verdict, score, note, valid_from,
    valid_until, recorded_at
from mall.risk_rule
where tenant_id = $1 and ($2::uuid[] is null or rule_id = any($2))
    and ($3::timestamptz is null or valid_until is null or valid_until > $3)
order by valid_from, rule_id
"""
_BLOCKS = """
select block_id, dimension, subject, reason, valid_from, valid_until, recorded_at
from mall.risk_block
where tenant_id = $1 and ($2::uuid is null or block_id = $2)
    and ($3::text is null or dimension = $3) and ($4::bytea is null or subject = $4)
    and ($5::timestamptz is null or valid_until is null or valid_until > $5)
    and ($6::uuid is null or block_id < $6)
order by block_id desc
limit $7
"""
_COVERING = """
select block_id
from mall.risk_block
where tenant_id = $1 and dimension = $2 and subject = $3 and valid_from <= $4
    and (valid_until is null or valid_until >= $5::timestamptz)
order by block_id
limit 1
"""
_ASSESSMENTS = """
select a.assessment_id, a.redemption_id, a.member_id, a.device, a.ip, a.verdict, a.score, a.triggered, a.effective_at,
    a.decided_verdict, a.decided_by, a.decided_at, a.decided_reason, a.recorded_at,
    r.points, case when r.status = 'in_review' then r.deadline end as review_until
from mall.risk_assessment a
left join mall.redemption r on r.tenant_id = a.tenant_id and r.redemption_id = a.redemption_id
where a.tenant_id = $1 and ($2::text is null or a.verdict = $2) and ($3::uuid is null or a.member_id = $3)
    and ($4::uuid is null or a.assessment_id < $4)
    and (not $6 or a.verdict = 'review' and a.decided_at is null and r.status = 'in_review' and r.deadline > $7)
order by a.assessment_id desc
limit $5
"""


async def list_rules(
    connection: Connection,
    *,
    tenant_id: UUID,
    not_ended_at: datetime | None = None,
    rule_ids: list[UUID] | None = None,
) -> list[dict[str, Any]]:
    """Return rules by the time they begin: all, those not ended at a moment, or those with given ids."""
    return [dict(row) for row in await connection.fetch(_RULES, tenant_id, rule_ids, not_ended_at)]


async def list_blocks(
    connection: Connection,
    *,
    tenant_id: UUID,
    block_id: UUID | None = None,
    dimension: Dimension | None = None,
    subject: bytes | None = None,
    not_ended_at: datetime | None = None,
    before: UUID | None = None,
    limit: int = 1,
) -> list[dict[str, Any]]:
    """Return blocks, newest first; addresses and devices appear as hashes, in hex."""
    rows = await connection.fetch(
        _BLOCKS, tenant_id, block_id, dimension, subject, not_ended_at, before, limit
    )
    return [_told(dict(row)) for row in rows]


async def covering_block(
    connection: Connection,
    *,
    tenant_id: UUID,
    dimension: Dimension,
    subject: bytes,
    first: datetime,
    last: datetime | None,
) -> UUID | None:
    """Return the first block that covers all of a period, if there is one; a `last` of None is for good."""
    found: UUID | None = await connection.fetchval(_COVERING, tenant_id, dimension, subject, first, last)
    return found


def _told(block: dict[str, Any]) -> dict[str, Any]:
    subject: bytes = block.pop("subject")
    if block["dimension"] == "member":
        return {**block, "member_id": UUID(bytes=subject), "subject_hash": None}
    return {**block, "member_id": None, "subject_hash": subject.hex()}


async def list_assessments(
    connection: Connection,
    *,
    tenant_id: UUID,
    verdict: Verdict | None,
    member_id: UUID | None,
    before: UUID | None,
    limit: int,
    is_waiting: bool,
    now: datetime,
) -> list[dict[str, Any]]:
    """Return what was not allowed, newest first, with the rules that triggered; or of it what waits for a person."""
    rows = await connection.fetch(_ASSESSMENTS, tenant_id, verdict, member_id, before, limit, is_waiting, now)
    return [
        {
            **dict(row),
            "triggered": msgspec.json.decode(row["triggered"]),
            "device": row["device"].hex() if row["device"] else None,
            "ip": row["ip"].hex() if row["ip"] else None,
        }
        for row in rows
    ]
