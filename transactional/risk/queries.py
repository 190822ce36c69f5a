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
_ASSESSMENTS = """
select assessment_id, redemption_id, member_id, device, ip, verdict, score, triggered, effective_at,
    decided_verdict, decided_by, decided_at, recorded_at
from mall.risk_assessment
where tenant_id = $1 and ($2::text is null or verdict = $2) and ($3::uuid is null or member_id = $3)
    and ($4::uuid is null or assessment_id < $4)
order by assessment_id desc
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
) -> list[dict[str, Any]]:
    """Return what was not allowed, newest first, with the rules that triggered."""
    rows = await connection.fetch(_ASSESSMENTS, tenant_id, verdict, member_id, before, limit)
    return [
        {
            **dict(row),
            "triggered": msgspec.json.decode(row["triggered"]),
            "device": row["device"].hex() if row["device"] else None,
            "ip": row["ip"].hex() if row["ip"] else None,
        }
        for row in rows
    ]
