"""Edits the terms of a draft; its reference and its kind stay."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

from transactional.campaigns.checking import check_new_campaign
from transactional.campaigns.deciding import lock_draft
from transactional.campaigns.domain import Discounted, NewCampaign
from transactional.campaigns.known import require_known
from transactional.campaigns.parts import write_parts
from transactional.campaigns.queries import find_campaign
from transactional.campaigns.telling import tell
from transactional.database import Connection

_UPDATE = """
update mall.campaign
set name_zh = $3, name_en = $4, starts_at = $5, ends_at = $6, audience = $7, scheme = $8, audience_groups = $9,
    earn_numerator = $10, earn_denominator = $11, member_days = $12, discount_bp = $13, categories = $14,
    budget_points = $15, member_limit_points = $16, revision = revision + 1, edited_by = $17, edited_at = $18
where tenant_id = $1 and campaign_id = $2
"""


async def edit_draft(
    connection: Connection,
    *,
    tenant_id: UUID,
    campaign_id: UUID,
    changed: Mapping[str, Any],
    if_revision: int,
    by: str,
    now: datetime,
) -> None:
    """Change terms of a draft, by the names that `NewCampaign` gives them; the others stay. In the caller's transaction.

    Terms that the draft has already change nothing, not even the revision.

    Args:
        if_revision: the revision of the draft that was looked at.

    Raises:
        UnknownCampaign: the tenant has none with this id.
        CampaignNotDraft: it was approved or stopped before, or its end has passed.
        CampaignChanged: it is at another revision.
        InvalidRequest: with the changes the terms make no campaign, or name a category or tier there is none of.
        UnknownOffer: the shop does not have an item.
        UnknownSale: the tenant has no such flash sale.
    """
    await lock_draft(
        connection, tenant_id=tenant_id, campaign_id=campaign_id, if_revision=if_revision, now=now
    )
    before = _as_drafted(
        await find_campaign(connection, tenant_id=tenant_id, campaign_id=campaign_id, now=now)
    )
    new = _ordered(replace(before, **changed))
    if new == before:
        return
    check_new_campaign(new, now=now)
    await require_known(connection, tenant_id, new)
    numerator, denominator = new.earning or (None, None)
    await connection.execute(
        _UPDATE, tenant_id, campaign_id, new.name_zh, new.name_en, new.starts_at, new.ends_at, new.audience, new.scheme,
        list(new.groups), numerator, denominator, list(new.member_days), new.discount_bp, list(new.categories),
        new.budget_points, new.member_limit_points, by, now,
    )  # fmt: skip
    await write_parts(
        connection, tenant_id=tenant_id, campaign_id=campaign_id, items=new.items, sale_ids=new.sale_ids
    )
    await tell(connection, tenant_id=tenant_id, campaign_id=campaign_id, status="draft", by=by)


def _ordered(new: NewCampaign) -> NewCampaign:
    """Return terms with their items and flash sales in the order in which they are read: others mean the same."""
    return replace(
        new,
        items=tuple(sorted(new.items, key=lambda one: one.item_id)),
        sale_ids=tuple(sorted(set(new.sale_ids))),
    )


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
        sale_ids=tuple(UUID(str(sale_id)) for sale_id in found["sale_ids"]),
    )  # fmt: skip
