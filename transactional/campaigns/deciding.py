"""Approves and stops campaigns. What they give is the engine's."""

from datetime import datetime
from typing import Any
from uuid import UUID

from transactional.campaigns.domain import (
    CampaignChanged,
    CampaignNotDraft,
    CampaignOver,
    Status,
    UnknownCampaign,
    status_of,
)
from transactional.campaigns.telling import tell
from transactional.database import Connection

_LOCKED = """
select starts_at, ends_at, approved_at, stopped_at, revision, edited_by, edited_at from mall.campaign
where tenant_id = $1 and campaign_id = $2 for update
"""


async def approve_campaign(
    connection: Connection, *, tenant_id: UUID, campaign_id: UUID, if_revision: int, by: str, now: datetime
) -> None:
    """Let a draft run from its start on. Runs inside the caller's transaction.

    Args:
        if_revision: the revision of the draft that was looked at.

    Raises:
        UnknownCampaign: the tenant has none with this id.
        CampaignNotDraft: it was approved or stopped before, or its end has passed.
        CampaignChanged: it is at another revision.
    """
    await lock_draft(
        connection, tenant_id=tenant_id, campaign_id=campaign_id, if_revision=if_revision, now=now
    )
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
    status = _status(found, now)
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


async def lock_draft(
    connection: Connection, *, tenant_id: UUID, campaign_id: UUID, if_revision: int, now: datetime
) -> None:
    """Keep a draft as somebody saw it until the transaction ends: whoever else changes it meanwhile waits.

    Raises:
        UnknownCampaign, CampaignNotDraft, CampaignChanged: as `approve_campaign` says.
    """
    found = await _locked(connection, tenant_id, campaign_id)
    status = _status(found, now)
    if status != "draft":
        raise CampaignNotDraft(campaign_id, status)
    if found["revision"] != if_revision:
        raise CampaignChanged(campaign_id, found["revision"], found["edited_by"], found["edited_at"])


async def _locked(connection: Connection, tenant_id: UUID, campaign_id: UUID) -> Any:
    row = await connection.fetchrow(_LOCKED, tenant_id, campaign_id)
    if row is None:
        raise UnknownCampaign(campaign_id)
    return row


def _status(row: Any, now: datetime) -> Status:
    return status_of(
        approved_at=row["approved_at"], stopped_at=row["stopped_at"], starts_at=row["starts_at"],
        ends_at=row["ends_at"], now=now,
    )  # fmt: skip
