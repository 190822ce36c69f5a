"""Imports campaigns of the past: drafted by the same rules, approved, begun and ended. No events are told."""

from datetime import datetime
from hashlib import sha256
from uuid import UUID

from transactional.campaigns.domain import NewCampaign
from transactional.campaigns.drafting import write_draft
from transactional.database import Connection

_APPROVE = """
update mall.campaign set approved_at = $3, approved_by = $4, started_at = starts_at
where tenant_id = $1 and campaign_id = $2
"""
_END = "update mall.campaign set ended_at = ends_at where tenant_id = $1 and campaign_id = $2"


async def import_campaign(
    connection: Connection, *, tenant_id: UUID, campaign_id: UUID, new: NewCampaign, by: str, now: datetime
) -> None:
    """Draft and approve a campaign whose reference is new, now, which is not after its start.

    Raises:
        InvalidRequest, UnknownOffer, UnknownSale: as `write_draft` says.
    """
    async with connection.transaction():
        is_new = await write_draft(
            connection,
            tenant_id=tenant_id,
            campaign_id=campaign_id,
            new=new,
            request_hash=sha256(new.reference.encode()).digest(),
            now=now,
        )
        assert is_new, new.reference
        await connection.execute(_APPROVE, tenant_id, campaign_id, now, by)


async def end_past_campaign(connection: Connection, *, tenant_id: UUID, campaign_id: UUID) -> None:
    """Note that a campaign is over."""
    await connection.execute(_END, tenant_id, campaign_id)
