"""Looks programs up."""

from collections.abc import Collection
from typing import Any
from uuid import UUID

import asyncpg

from transactional.database import Connection
from transactional.tenants.domain import Program, Rate

_PROGRAMS = """
select tenant_id, lot_validity_months, pending_days, expiry_rounding, return_policy, refund_grace_days,
    qualification, cash_points, cash_fen, cash_share_min_bp, cash_share_max_bp, offset_points, offset_fen,
    payment_minutes, review_hours, confirmation_hours, array(
        select c.campaign_id from mall.campaign c
        where c.tenant_id = p.tenant_id and c.approved_at is not null and c.stopped_at is null and c.ended_at is null
    ) as campaigns
from mall.program p
where tenant_id = any($1::uuid[])
"""


_TENANTS = """
select t.tenant_id, t.code, t.name, t.industry, o.applied_on, o.configured_on, o.tested_on, t.live_on
from mall.tenant t
left join mall.onboarding o using (tenant_id)
where t.industry <> 'platform' and ($1::text is null or t.code > $1)
order by t.code
limit $2
"""


async def list_tenants(
    connection: Connection, *, after: str | None = None, limit: int | None = None
) -> list[asyncpg.Record]:
    """Return the tenants, not the platform itself, by code; the days of its steps are none of one that never applied."""
    found: list[asyncpg.Record] = await connection.fetch(_TENANTS, after, limit)
    return found


async def programs(connection: Connection, tenant_ids: Collection[UUID]) -> dict[UUID, Program]:
    """Return the points rules of tenants."""
    return {row["tenant_id"]: _program(row) for row in await connection.fetch(_PROGRAMS, list(tenant_ids))}


async def program_of(connection: Connection, *, tenant_id: UUID) -> Program:
    """Return the points rules of one tenant, which exists."""
    return (await programs(connection, [tenant_id]))[tenant_id]


def _program(row: Any) -> Program:
    names = (
        "lot_validity_months", "pending_days", "expiry_rounding", "return_policy", "refund_grace_days",
        "qualification", "cash_share_min_bp", "cash_share_max_bp", "payment_minutes", "review_hours",
        "confirmation_hours",
    )  # fmt: skip
    return Program(
        **{name: row[name] for name in names},
        cash=Rate(row["cash_points"], row["cash_fen"]) if row["cash_points"] else None,
        offset=Rate(row["offset_points"], row["offset_fen"]) if row["offset_points"] else None,
        campaigns=tuple(row["campaigns"]),
    )
