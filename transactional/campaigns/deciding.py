"""Approves and stops campaigns. What they give is the engine's."""

from datetime import datetime
from typing import Any
from uuid import UUID

from transactional.campaigns.domain import CampaignNotDraft, CampaignOver, UnknownCampaign, status_of
from transactional.campaigns.telling import tell
from transactional.database import Connection

_LOCKED = """
select campaign_id, starts_at, ends_at, approved_at, stopped_at from mall.campaign
where tenant_id = $1 and campaign_id = $2 for update
"""


async def approve_campaign(
    connection: Connection, *, tenant_id: UUID, campaign_id: UUID, by: str, now: datetime
) -> None:
    """Let a draft run from its start on. Runs inside the caller's transaction.

    Raises:
        UnknownCampaign: the tenant has none with this id.
        CampaignNotDraft: it was approved or stopped before, or its end has passed.
    """
    found = await _locked(connection, tenant_id, campaign_id)
    status = status_of(**found, now=now)
    if status != "draft":
        raise CampaignNotDraft(campaign_id, status)
    await connection.execute(
        "update mall.campaign set approved_at = $3, approved_by = $4 where tenant_id = $1 and campaign_id = $2",
        tenant_id,
        campaign_id,
        now,
        by,
    )
    await tell(connection, tenant_id=tenant_id, campaign_id=campaign_id, status="approved", by=by)


async def stop_campaign(
    connection: Connection, *, tenant_id: UUID, campaign_id: UUID, by: str, reason: str, now: datetime
) -> None:
    """End a campaign before its time, or throw a draft away; nothing is given in it any more.

    What batches that hold its budget give is given; this waits for them. Runs inside the caller's transaction.

    Raises:
        UnknownCampaign: the tenant has none with this id.
        CampaignOver: it has ended or was stopped.
    """
    found = await _locked(connection, tenant_id, campaign_id)
    status = status_of(**found, now=now)
    if status in ("ended", "stopped"):
        raise CampaignOver(campaign_id, status)
    await connection.execute(
        "update mall.campaign set stopped_at = $3, stopped_by = $4, stop_reason = $5 "
        "where tenant_id = $1 and campaign_id = $2",
        tenant_id,
        campaign_id,
        now,
        by,
        reason,
    )
    await tell(connection, tenant_id=tenant_id, campaign_id=campaign_id, status="stopped", by=by)


async def _locked(connection: Connection, tenant_id: UUID, campaign_id: UUID) -> dict[str, Any]:
    row = await connection.fetchrow(_LOCKED, tenant_id, campaign_id)
    if row is None:
        raise UnknownCampaign(campaign_id)
    found = dict(row)
    del found["campaign_id"]
    return found
