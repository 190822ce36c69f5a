"""Edits the terms of a draft. What it lowers and links, and whom it is for, is fixed when it is drafted."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

from transactional.campaigns.checking import check_new_campaign
from transactional.campaigns.domain import CampaignNotDraft, Discounted, NewCampaign, status_of
from transactional.campaigns.queries import find_campaign
from transactional.campaigns.telling import tell
from transactional.database import Connection

_LOCK = "select true from mall.campaign where tenant_id = $1 and campaign_id = $2 for update"
_UPDATE = """
update mall.campaign
set name_zh = $3, name_en = $4, starts_at = $5, ends_at = $6, earn_numerator = $7, earn_denominator = $8,
    member_days = $9, discount_bp = $10, budget_points = $11, member_limit_points = $12
where tenant_id = $1 and campaign_id = $2
"""


async def edit_draft(
    connection: Connection,
    *,
    tenant_id: UUID,
    campaign_id: UUID,
    changed: Mapping[str, Any],
    by: str,
    now: datetime,
) -> None:
    """Change terms of a draft, by the names that `NewCampaign` gives them; the others stay. In the caller's transaction.

    Raises:
        UnknownCampaign: the tenant has none with this id.
        CampaignNotDraft: it was approved or stopped before, or its end has passed.
        InvalidRequest: with the changes the terms make no campaign.
    """
    # Whoever approves it meanwhile waits, or is waited for.
    await connection.execute(_LOCK, tenant_id, campaign_id)
    found = await find_campaign(connection, tenant_id=tenant_id, campaign_id=campaign_id, now=now)
    times = {name: found[name] for name in ("approved_at", "stopped_at", "starts_at", "ends_at")}
    status = status_of(**times, now=now)
    if status != "draft":
        raise CampaignNotDraft(campaign_id, status)
    new = replace(_as_drafted(found), **changed)
    check_new_campaign(new, now=now)
    numerator, denominator = new.earning or (None, None)
    await connection.execute(
        _UPDATE, tenant_id, campaign_id, new.name_zh, new.name_en, new.starts_at, new.ends_at, numerator, denominator,
        list(new.member_days), new.discount_bp, new.budget_points, new.member_limit_points,
    )  # fmt: skip
    await tell(connection, tenant_id=tenant_id, campaign_id=campaign_id, status="draft", by=by)


def _as_drafted(found: Mapping[str, Any]) -> NewCampaign:
    earning = found["earn_numerator"] and (found["earn_numerator"], found["earn_denominator"])
    return NewCampaign(
        **{
            name: found[name]
            for name in (
                "reference", "kind", "name_zh", "name_en", "starts_at", "ends_at", "audience", "scheme", "discount_bp",
                "budget_points", "member_limit_points", "created_by",
            )
        },
        groups=tuple(found["groups"]),
        earning=earning or None,
        member_days=tuple(found["member_days"]),
        items=tuple(Discounted(UUID(str(one["item_id"])), one["price_points"]) for one in found["items"]),
        categories=tuple(found["categories"]),
        sale_ids=tuple(found["sale_ids"]),
    )  # fmt: skip
