"""Budgets under two committers, as two server processes have them; under threads they are tried in test_threads.py."""

import asyncio
from collections import Counter
from contextlib import AsyncExitStack
from datetime import timedelta

import msgspec

from tests.transactional.conftest import NOON
from transactional.campaigns.deciding import approve_campaign
from transactional.campaigns.domain import Discounted, NewCampaign
from transactional.campaigns.drafting import draft_campaign
from transactional.database import committer_pool
from transactional.engine.committer import Committer
from transactional.identifiers import uuid7
from transactional.ledger.commands import Earn
from transactional.redemption.commands import Redeem


async def run_campaign(owner, shop, now, **terms):
    campaign_id = uuid7(now)
    new = NewCampaign(
        reference=str(campaign_id), kind="festival", name_zh="节", name_en="fair", starts_at=now - timedelta(days=1),
        ends_at=now + timedelta(days=1), created_by="ops", **terms,
    )  # fmt: skip
    await draft_campaign(
        owner, tenant_id=shop.tenant_id, campaign_id=campaign_id, new=new, request_hash=bytes(32), now=now
    )
    await approve_campaign(
        owner, tenant_id=shop.tenant_id, campaign_id=campaign_id, if_revision=0, by="boss", now=now
    )
    return campaign_id


async def used(owner, campaign_id):
    kept = await owner.fetchval("select used_points from mall.campaign where campaign_id = $1", campaign_id)
    listed = await owner.fetchval(
        "select coalesce(sum(points), 0)::int from mall.campaign_use where campaign_id = $1", campaign_id
    )
    assert kept == listed
    return kept


async def test_two_committers_never_give_the_last_point_twice(database_url, shop, owner):
    async with AsyncExitStack() as stack:
        pools = [await stack.enter_async_context(committer_pool(database_url)) for _ in range(2)]
        pair = [await stack.enter_async_context(Committer(pool).running()) for pool in pools]
        for n in range(10):
            campaign_id = await run_campaign(owner, shop, NOON, earning=(2, 1), budget_points=10)
            answers = await asyncio.gather(
                *(
                    each.submit(
                        Earn(
                            tenant_id=shop.tenant_id, member_id=member, key=f"{n}-{member}", body_hash=bytes(32),
                            at=NOON, transfer_id=uuid7(NOON), points=6, kind="earn",
                        )
                    )
                    for each, member in zip(pair, (shop.member, shop.other_member), strict=True)
                )
            )  # fmt: skip
            told = [msgspec.json.decode(answer.body)["campaign"]["extra_points"] for answer in answers]
            assert sorted(told) == [0, 6]
            assert await used(owner, campaign_id) == 6
            await owner.execute(
                "update mall.campaign set stopped_at = now(), stopped_by = 'x', stop_reason = 'x'"
            )


async def test_members_of_two_committers_share_a_budget_of_lower_prices(database_url, shop, owner):
    async with AsyncExitStack() as stack:
        pools = [await stack.enter_async_context(committer_pool(database_url)) for _ in range(2)]
        pair = [await stack.enter_async_context(Committer(pool).running()) for pool in pools]
        campaign_id = await run_campaign(
            owner, shop, NOON, items=(Discounted(shop.tea, 90),), budget_points=25
        )
        await owner.execute("update mall.stock set on_hand = 1000")
        commands = []
        for n, member in enumerate([shop.member, shop.other_member] * 10):
            about = {"tenant_id": shop.tenant_id, "body_hash": bytes(32), "at": NOON}
            await pair[0].submit(
                Earn(
                    **about,
                    key=f"e{n}",
                    member_id=member,
                    transfer_id=uuid7(NOON),
                    points=1000,
                    kind="grant",
                )
            )
            commands.append(
                Redeem(
                    **about, key=f"r{n}", member_id=member, redemption_id=uuid7(NOON), asked=((shop.tea, 1),)
                )
            )
        answers = await asyncio.gather(*(pair[n % 2].submit(command) for n, command in enumerate(commands)))
    paid = Counter(msgspec.json.decode(answer.body)["points"] for answer in answers)
    assert paid == {90: 2, 100: 18}
    assert await used(owner, campaign_id) == 20
