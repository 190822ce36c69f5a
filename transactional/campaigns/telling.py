"""Tells what becomes of campaigns: by people, and by the clock."""

from datetime import datetime
from uuid import UUID

from transactional.database import Connection

_TELL = """
insert into mall.outbox (tenant_id, topic, subject_id, payload)
select tenant_id, 'campaign.' || $3, campaign_id, jsonb_build_object('campaign_id', campaign_id, 'kind', kind,
    'status', $3::text, 'name_zh', name_zh, 'name_en', name_en, 'starts_at', starts_at, 'ends_at', ends_at,
    'budget_points', budget_points, 'used_points', used_points, 'by', $4::text)
from mall.campaign where tenant_id = $1 and campaign_id = $2
"""
# Told once, whichever worker sees it first; a campaign that was stopped has been told of already.
_BEGUN = """
update mall.campaign set started_at = $1
where (tenant_id, campaign_id) in (
    select tenant_id, campaign_id from mall.campaign
    where approved_at is not null and stopped_at is null and ended_at is null and started_at is null and starts_at <= $1
    order by tenant_id, campaign_id limit 100 for update skip locked)
returning tenant_id, campaign_id
"""
_OVER = """
update mall.campaign set ended_at = $1
where (tenant_id, campaign_id) in (
    select tenant_id, campaign_id from mall.campaign
    where approved_at is not null and stopped_at is null and ended_at is null and ends_at <= $1
    order by tenant_id, campaign_id limit 100 for update skip locked)
returning tenant_id, campaign_id
"""


async def tell(
    connection: Connection, *, tenant_id: UUID, campaign_id: UUID, status: str, by: str | None
) -> None:
    """Write what has become of a campaign, and by whom, to the outbox, as it stands in this transaction."""
    await connection.execute(_TELL, tenant_id, campaign_id, status, by)


async def tell_begun_and_over(connection: Connection, *, now: datetime) -> int:
    """Write down and tell which campaigns have begun and which are over; return how many.

    Runs inside the caller's transaction. Nothing waits for it: the clock alone decides what runs.
    """
    told = 0
    for statement, status in ((_BEGUN, "running"), (_OVER, "ended")):
        for tenant_id, campaign_id in await connection.fetch(statement, now):
            await tell(connection, tenant_id=tenant_id, campaign_id=campaign_id, status=status, by=None)
            told += 1
    return told
