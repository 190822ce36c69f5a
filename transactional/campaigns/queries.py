"""Campaigns as their tenant sees them, and as one of its members does."""

from datetime import datetime
from typing import Any
from uuid import UUID

from transactional.campaigns.audience import Group, members_among
from transactional.campaigns.benefit import Campaign
from transactional.campaigns.domain import UnknownCampaign, status_of
from transactional.clock import business_date
from transactional.database import Connection
from transactional.members.queries import require_member
from transactional.tenants.queries import program_of

_CAMPAIGN = """
select c.campaign_id, c.reference, c.kind, c.name_zh, c.name_en, c.starts_at, c.ends_at, c.audience, c.scheme,
    c.audience_groups as groups, c.earn_numerator, c.earn_denominator, c.member_days, c.discount_bp, c.categories,
    c.budget_points, c.member_limit_points, c.used_points, c.created_by, c.created_at, c.revision,
    c.edited_by, c.edited_at, c.approved_by, c.approved_at, c.stopped_by, c.stopped_at, c.stop_reason,
    array(select row(x.item_id, x.price_points) from mall.campaign_item x
        where x.tenant_id = c.tenant_id and x.campaign_id = c.campaign_id and not x.is_struck order by x.item_id) as items,
    array(select x.sale_id from mall.campaign_sale x
        where x.tenant_id = c.tenant_id and x.campaign_id = c.campaign_id and not x.is_struck order by x.sale_id) as sale_ids
from mall.campaign c
where c.tenant_id = $1
"""
_LOWERED = """
select c.campaign_id, o.item_id, i.name as item_name, o.price_points as list_points, x.price_points as own_points
from mall.campaign c
join mall.offer o on o.tenant_id = c.tenant_id
join mall.item i using (item_id)
left join mall.campaign_item x
    on x.tenant_id = c.tenant_id and x.campaign_id = c.campaign_id and x.item_id = o.item_id and not x.is_struck
where c.tenant_id = $1 and c.campaign_id = any($2::uuid[]) and (x.item_id is not null or i.category = any(c.categories))
    and o.listed_from <= $3 and (o.listed_until is null or o.listed_until > $3)
    and ($4::uuid[] is null or o.item_id = any($4))
order by o.item_id
limit $5
"""
_HAD = """
select campaign_id, used_points from mall.campaign_member where tenant_id = $1 and member_id = $2
"""


async def find_campaign(
    connection: Connection, *, tenant_id: UUID, campaign_id: UUID, now: datetime
) -> dict[str, Any]:
    """Return a campaign with its items, its flash sales and its state.

    Raises:
        UnknownCampaign: the tenant has none with this id.
    """
    row = await connection.fetchrow(f"{_CAMPAIGN} and c.campaign_id = $2", tenant_id, campaign_id)
    if row is None:
        raise UnknownCampaign(campaign_id)
    return _shown(row, now)


async def campaigns_of(
    connection: Connection, *, tenant_id: UUID, now: datetime, limit: int, after: UUID | None
) -> list[dict[str, Any]]:
    """Return a tenant's campaigns in the order they were drafted, those after one."""
    rows = await connection.fetch(
        f"{_CAMPAIGN} and ($2::uuid is null or c.campaign_id > $2) order by c.campaign_id limit $3",
        tenant_id,
        after,
        limit,
    )
    return [_shown(row, now) for row in rows]


async def campaigns_for(
    connection: Connection,
    *,
    tenant_id: UUID,
    member_id: UUID,
    item_ids: list[UUID] | None,
    limit: int,
    now: datetime,
) -> list[dict[str, Any]]:
    """Return the campaigns that run for a member now: new items first, each with what it lowers for them.

    A price is told only while the budget and the member's part of it cover one piece.

    Args:
        item_ids: only the prices of these; None is of any.
        limit: of so many prices.

    Raises:
        UnknownMember: it is not there, or erased.
    """
    await require_member(connection, tenant_id=tenant_id, member_id=member_id)
    rows = await connection.fetch(
        f"{_CAMPAIGN} and c.approved_at is not null and c.stopped_at is null and c.starts_at <= $2 and c.ends_at > $2",
        tenant_id,
        now,
    )
    program = await program_of(connection, tenant_id=tenant_id)
    rows_had = await connection.fetch(_HAD, tenant_id, member_id)
    had = {row["campaign_id"]: row["used_points"] for row in rows_had}
    found = []
    for row in rows:
        group = Group(row["audience"], row["scheme"], tuple(row["groups"]))
        among = await members_among(
            connection, tenant_id, group, {member_id}, at=now, qualification=program.qualification
        )
        if among:
            found.append(row)
    ids = [row["campaign_id"] for row in found]
    lowered = await connection.fetch(_LOWERED, tenant_id, ids, now, item_ids, limit)
    shown = [_for_member(row, lowered, had.get(row["campaign_id"], 0), now) for row in found]
    return sorted(shown, key=lambda one: (one["kind"] != "new_item", one["ends_at"], one["campaign_id"]))


def _for_member(row: Any, lowered: list[Any], had: int, now: datetime) -> dict[str, Any]:
    earning = None if row["earn_numerator"] is None else (row["earn_numerator"], row["earn_denominator"])
    campaign = Campaign(
        row["campaign_id"], row["starts_at"], row["ends_at"], True, row["budget_points"] or 0, row["used_points"],
        row["member_limit_points"], earning, frozenset(row["member_days"]), row["discount_bp"],
    )  # fmt: skip
    prices = []
    for item in lowered:
        if item["campaign_id"] == campaign.campaign_id:
            price = campaign.price_of(item["list_points"], item["own_points"])
            saved = item["list_points"] - price
            if saved and campaign.covers(saved, had=had):
                prices.append({**dict(item), "price_points": price})
    multiplies = earning is not None and (
        not campaign.member_days or business_date(now) in campaign.member_days
    )
    return {**dict(row), "items": prices, "earns_now": multiplies and campaign.covers(1, had=had)}


def _shown(row: Any, now: datetime) -> dict[str, Any]:
    found = dict(row)
    found["items"] = [{"item_id": item_id, "price_points": price} for item_id, price in row["items"]]
    moments = ("approved_at", "stopped_at", "starts_at", "ends_at")
    return found | {"status": status_of(**{name: row[name] for name in moments}, now=now)}
