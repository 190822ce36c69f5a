"""Campaigns on PostgreSQL: drafted, approved, stopped and read."""

from uuid import UUID

import asyncpg

from tests.transactional.machine.books import Books
from tests.transactional.machine.world import CAMPAIGNS, START
from transactional.campaigns.deciding import approve_campaign
from transactional.campaigns.domain import Discounted, NewCampaign
from transactional.campaigns.drafting import draft_campaign


async def open_campaigns(
    owner: asyncpg.Connection, tenant: UUID, items: dict[str, UUID], first: UUID
) -> None:
    """Let the campaigns of the world run."""
    await owner.execute(
        "insert into mall.member_segment values ($1, $2, 'life_cycle', 'new', '2026-01-29', '20260130T000000Z-00000000')",
        tenant,
        first,
    )
    for name, terms in CAMPAIGNS.items():
        new = NewCampaign(
            reference=str(name), kind="festival", name_zh="活动", name_en="campaign", starts_at=terms.starts,
            ends_at=terms.ends, audience="segments" if terms.first_only else "everybody",
            scheme="life_cycle" if terms.first_only else None, groups=("new",) if terms.first_only else (),
            earning=terms.earning, member_days=tuple(sorted(terms.days)), discount_bp=terms.off_bp,
            items=tuple(Discounted(items[item], terms.prices.get(item)) for item in (*terms.prices, *terms.cheaper)),
            budget_points=terms.budget, member_limit_points=terms.limit, created_by="ops",
        )  # fmt: skip
        await draft_campaign(
            owner, tenant_id=tenant, campaign_id=name, new=new, request_hash=bytes(32), now=START
        )
        await approve_campaign(owner, tenant_id=tenant, campaign_id=name, if_revision=0, by="boss", now=START)


async def read_campaigns(owner: asyncpg.Connection, tenant: UUID, books: Books) -> None:
    """Add what is used of campaigns."""
    books.campaigns.update(
        dict(
            await owner.fetch(
                "select campaign_id, used_points from mall.campaign where tenant_id = $1", tenant
            )
        )
    )
    for name, member, points in await owner.fetch(
        "select campaign_id, member_id, used_points from mall.campaign_member where tenant_id = $1", tenant
    ):
        books.had[name, member] = points
    for name, member, points in await owner.fetch(
        "select campaign_id, member_id, sum(points)::int from mall.campaign_use where tenant_id = $1 group by 1, 2",
        tenant,
    ):
        books.campaign_uses[name, member] = points
