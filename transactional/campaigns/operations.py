"""Drafts, approves and stops campaigns, and tells when they begin and end. What they give is the engine's."""

from datetime import datetime
from typing import Any
from uuid import UUID

from transactional.campaigns.checking import check_new_campaign
from transactional.campaigns.domain import (
    CampaignExists,
    CampaignNotDraft,
    CampaignOver,
    NewCampaign,
    UnknownCampaign,
    status_of,
)
from transactional.catalogue.offers import require_offer
from transactional.database import Connection
from transactional.flash_sales.queries import find_sale
from transactional.problems import InvalidRequest

_INSERT = """
insert into mall.campaign (tenant_id, campaign_id, reference, request_hash, kind, name_zh, name_en, starts_at, ends_at,
    audience, scheme, audience_groups, earn_numerator, earn_denominator, member_days, discount_bp, categories,
    budget_points, member_limit_points, created_by, created_at)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21)
on conflict (tenant_id, reference) do nothing
returning true
"""
_LOCKED = """
select campaign_id, starts_at, ends_at, approved_at, stopped_at from mall.campaign
where tenant_id = $1 and campaign_id = $2 for update
"""
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
    await _require_known(connection, tenant_id, new)
    numerator, denominator = new.earning or (None, None)
    inserted = await connection.fetchval(
        _INSERT, tenant_id, campaign_id, new.reference, request_hash, new.kind, new.name_zh, new.name_en,
        new.starts_at, new.ends_at, new.audience, new.scheme, list(new.groups), numerator, denominator,
        list(new.member_days), new.discount_bp, list(new.categories), new.budget_points, new.member_limit_points,
        new.created_by, now,
    )  # fmt: skip
    if not inserted:
        return False
    await connection.executemany(
        "insert into mall.campaign_item (tenant_id, campaign_id, item_id, price_points) values ($1, $2, $3, $4)",
        [(tenant_id, campaign_id, one.item_id, one.price_points) for one in new.items],
    )
    await connection.executemany(
        "insert into mall.campaign_sale (tenant_id, campaign_id, sale_id) values ($1, $2, $3)",
        [(tenant_id, campaign_id, sale_id) for sale_id in sorted(set(new.sale_ids))],
    )
    return True


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


async def _require_known(connection: Connection, tenant_id: UUID, new: NewCampaign) -> None:
    for one in new.items:
        await require_offer(connection, tenant_id=tenant_id, item_id=one.item_id)
    for sale_id in new.sale_ids:
        await find_sale(connection, tenant_id=tenant_id, sale_id=sale_id)
    offered = await connection.fetch(
        "select distinct i.category from mall.offer o join mall.item i using (item_id) "
        "where o.tenant_id = $1 and i.category = any($2::text[])",
        tenant_id,
        list(new.categories),
    )
    if missing := sorted(set(new.categories) - {row["category"] for row in offered}):
        raise InvalidRequest(f"categories: your shop offers nothing of {', '.join(missing)}")
    if new.audience == "tiers":
        tiers = await connection.fetch("select code from mall.tier where tenant_id = $1", tenant_id)
        if missing := sorted(set(new.groups) - {row["code"] for row in tiers}):
            raise InvalidRequest(f"groups: your program has no tier {', '.join(missing)}")
    if new.audience == "pilot" and not await connection.fetchval(
        "select exists (select from mall.pilot where tenant_id = $1)", tenant_id
    ):
        raise InvalidRequest("audience: you have no pilot; PUT /v1/pilot sets one")


async def _locked(connection: Connection, tenant_id: UUID, campaign_id: UUID) -> dict[str, Any]:
    row = await connection.fetchrow(_LOCKED, tenant_id, campaign_id)
    if row is None:
        raise UnknownCampaign(campaign_id)
    found = dict(row)
    del found["campaign_id"]
    return found


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
