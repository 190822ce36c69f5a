"""Reads which agreements a tenant's points can be exchanged by at a moment."""

from datetime import datetime
from typing import Any
from uuid import UUID

from transactional.database import Connection
from transactional.exchange.domain import Terms

_IN_FORCE = """
select partner_id, agreement_id, from_points, to_points, fee_bp, member_daily_points, pair_daily_points
from mall.exchange_agreement
where tenant_id = $1 and ($2::uuid is null or partner_id = $2) and direction = 'out' and accepted_at <= $3
    and valid_from <= $3 and (valid_until is null or $3 < valid_until) and (ended_at is null or $3 < ended_at)
"""


async def agreement_in_force(
    connection: Connection, *, tenant_id: UUID, partner_id: UUID, now: datetime
) -> dict[str, Any] | None:
    """Return by what a tenant's points can be exchanged for a partner's now, or None."""
    row = await connection.fetchrow(_IN_FORCE, tenant_id, partner_id, now)
    return None if row is None else dict(row)


async def terms_in_force(connection: Connection, *, tenant_id: UUID, now: datetime) -> dict[UUID, Terms]:
    """Return at what rate a tenant's points can be exchanged now, by the partner's id."""
    rows = await connection.fetch(_IN_FORCE, tenant_id, None, now)
    return {row["partner_id"]: Terms(row["from_points"], row["to_points"], row["fee_bp"]) for row in rows}
