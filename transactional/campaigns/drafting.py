"""Drafts campaigns, once for a reference."""

from datetime import datetime
from uuid import UUID

from transactional.campaigns.checking import check_new_campaign
from transactional.campaigns.domain import CampaignExists, NewCampaign
from transactional.campaigns.known import require_known
from transactional.campaigns.parts import write_parts
from transactional.campaigns.telling import tell
from transactional.database import Connection

_INSERT = """
insert into mall.campaign (tenant_id, campaign_id, reference, request_hash, kind, name_zh, name_en, starts_at, ends_at,
    audience, scheme, audience_groups, earn_numerator, earn_denominator, member_days, discount_bp, categories,
    budget_points, member_limit_points, created_by, created_at)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21)
on conflict (tenant_id, reference) do nothing
returning true
"""


async def draft_campaign(
    connection: Connection,
    *,
    tenant_id: UUID,
    campaign_id: UUID,
    new: NewCampaign,
    request_hash: bytes,
    now: datetime,
) -> tuple[UUID, bool]:
    """Draft a campaign; return its id and whether this call drafted it. Runs inside the caller's transaction.

    Args:
        campaign_id: its id, if it is new.
        request_hash: SHA-256 of what was asked, 32 bytes; the same reference and hash are a retry.

    Raises:
        CampaignExists: the reference names a campaign with other terms.
        InvalidRequest: the terms make no campaign, or name a category, segment scheme or tier there is none of.
        UnknownOffer: the shop does not have an item.
        UnknownSale: the tenant has no such flash sale.
    """
    known = await _drafted_before(connection, tenant_id, new.reference, request_hash)
    if known is not None:
        return known, False
    inserted = await write_draft(
        connection, tenant_id=tenant_id, campaign_id=campaign_id, new=new, request_hash=request_hash, now=now
    )
    if not inserted:
        # Another request with this reference was faster.
        known = await _drafted_before(connection, tenant_id, new.reference, request_hash)
        assert known is not None
        return known, False
    await tell(connection, tenant_id=tenant_id, campaign_id=campaign_id, status="draft", by=new.created_by)
    return campaign_id, True


async def write_draft(
    connection: Connection,
    *,
    tenant_id: UUID,
    campaign_id: UUID,
    new: NewCampaign,
    request_hash: bytes,
    now: datetime,
) -> bool:
    """Write a draft and tell whether its reference was new. Runs inside the caller's transaction; nobody is told.

    Raises:
        InvalidRequest: the terms make no campaign, or name a category, segment scheme or tier there is none of.
        UnknownOffer: the shop does not have an item.
        UnknownSale: the tenant has no such flash sale.
    """
    check_new_campaign(new, now=now)
    await require_known(connection, tenant_id, new)
    numerator, denominator = new.earning or (None, None)
    inserted = await connection.fetchval(
        _INSERT, tenant_id, campaign_id, new.reference, request_hash, new.kind, new.name_zh, new.name_en,
        new.starts_at, new.ends_at, new.audience, new.scheme, list(new.groups), numerator, denominator,
        list(new.member_days), new.discount_bp, list(new.categories), new.budget_points, new.member_limit_points,
        new.created_by, now,
    )  # fmt: skip
    if not inserted:
        return False
    await write_parts(
        connection, tenant_id=tenant_id, campaign_id=campaign_id, items=new.items, sale_ids=new.sale_ids
    )
    return True


async def _drafted_before(
    connection: Connection, tenant_id: UUID, reference: str, request_hash: bytes
) -> UUID | None:
    row = await connection.fetchrow(
        "select campaign_id, request_hash from mall.campaign where tenant_id = $1 and reference = $2",
        tenant_id,
        reference,
    )
    if row is None:
        return None
    if row["request_hash"] != request_hash:
        raise CampaignExists(reference, row["campaign_id"])
    found: UUID = row["campaign_id"]
    return found
