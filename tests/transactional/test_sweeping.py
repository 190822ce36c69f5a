"""Sweepers write down what has long been true, once, for all tenants, from any number of processes."""

import asyncio
from datetime import timedelta

import pytest

from transactional.database import committer_pool
from transactional.engine.committer import Committer
from transactional.ledger.sweeping import expire_lots, sweep_holds
from transactional.ledger.verify import verify
from transactional.members.operations import register_members
from transactional.redemption.sweeping import time_out_redemptions
from transactional.tenants.domain import Rate

from .conftest import client_for, open_shop

DAY = timedelta(days=1)


@pytest.fixture
async def two_processes(database_url):
    """Two committers with pools of their own, as in two processes."""
    async with (
        committer_pool(database_url) as one,
        committer_pool(database_url) as other,
        Committer(one).running() as first,
        Committer(other).running() as second,
    ):
        yield (one, first), (other, second)


async def test_expired_lots_are_debited_as_of_the_moment_they_expired(client, shop, clock, two_processes):
    await client.earn(shop.member, 100, "e1")
    clock.now += 100 * DAY
    await client.earn(shop.member, 70, "e2")
    assert await expire_lots(*two_processes[0], clock.now) == 0
    clock.now += 270 * DAY
    before = await client.buckets(shop.member)
    assert before == {"available": 70, "expired": 100, "unswept": 100, "balance": 170}
    assert sorted(await asyncio.gather(*(expire_lots(*p, clock.now) for p in two_processes))) == [0, 1]
    assert await expire_lots(*two_processes[0], clock.now) == 0
    assert await client.buckets(shop.member) == {"available": 70, "expired": 100, "balance": 70}
    swept = (await client.get(f"/v1/members/{shop.member}/statement")).json()["transfers"][0]
    assert (swept["kind"], swept["points"], swept["effective_at"]) == ("expire", -100, "2027-03-01T16:00:00Z")
    # A moment before midnight nothing had expired, and the balance of that moment still says so.
    midnight = clock.now.replace(year=2027, month=3, day=1, hour=16, minute=0)
    assert (await client.buckets(shop.member, at=midnight))["expired"] == 100
    assert await client.buckets(shop.member, at=midnight - timedelta(seconds=1)) == {
        "available": 170, "balance": 170,
    }  # fmt: skip


async def test_lots_of_many_members_and_tenants_are_swept_page_by_page(
    app, client, shop, owner, clock, two_processes
):
    other = await open_shop(owner, "birch", validity=1)
    refs = [str(n) for n in range(450)]
    members = await register_members(
        owner, tenant_id=other.tenant_id, external_refs=refs, registered_at=[clock.now - DAY] * len(refs)
    )
    async with client_for(app, other.key) as birch:
        for begin in (0, 225):
            ids = [members[ref] for ref in refs[begin : begin + 225]]
            items = [
                {"operation": "earn", "idempotency_key": f"{m}{n}", "member_id": str(m), "points": 3}
                for m in ids
                for n in range(2)
            ]
            assert (await birch.post("/v1/points/batches", json={"items": items})).json()["done"] == 450
    await client.earn(shop.member, 5, "e1")
    clock.now += 40 * DAY
    assert sum(await asyncio.gather(*(expire_lots(*p, clock.now) for p in two_processes))) == 450
    assert await owner.fetch(
        "select sum(balance)::int, count(*) from mall.account where tenant_id = $1 and kind = 'member'",
        other.tenant_id,
    ) == [(0, 452)]
    assert await owner.fetchval("select sum(amount) from mall.entry") == 0
    assert await client.available(shop.member) == 5


async def test_what_is_held_waits_for_the_hold_and_then_goes_as_of_its_end(
    client, shop, rules, clock, two_processes
):
    process = two_processes[0]
    await rules(lot_validity_months=1)
    await client.earn(shop.member, 100, "e1")
    clock.now += 20 * DAY
    await client.command("/v1/holds", "h1", member_id=shop.member, points=60, expires_in_seconds=30 * 86400)
    end = clock.now + 30 * DAY
    clock.now += 20 * DAY
    assert await expire_lots(*process, clock.now) == 1
    assert await client.buckets(shop.member) == {"held": 60, "expired": 40, "balance": 60}
    assert await expire_lots(*process, clock.now) == 0
    clock.now = end + DAY
    assert await client.buckets(shop.member) == {"expired": 100, "unswept": 60, "balance": 60}
    assert await expire_lots(*process, clock.now) == 1
    assert await client.buckets(shop.member) == {"expired": 100}
    assert await client.buckets(shop.member, at=end - DAY) == {"held": 60, "expired": 40, "balance": 60}


async def test_lots_that_expired_long_ago_are_found_by_a_full_sweep(
    client, shop, rules, clock, two_processes
):
    await rules(lot_validity_months=1)
    await client.earn(shop.member, 100, "e1")
    clock.now += 400 * DAY
    assert await expire_lots(*two_processes[0], clock.now) == 0
    assert await expire_lots(*two_processes[0], clock.now, look_back=None) == 1
    assert await client.buckets(shop.member) == {"expired": 100}


async def test_holds_that_ended_are_closed_once(client, shop, owner, clock, two_processes):
    await client.earn(shop.member, 100, "e1")
    for number in range(3):
        await client.command(
            "/v1/holds", f"h{number}", member_id=shop.member, points=10, expires_in_seconds=60
        )
    await client.command("/v1/holds", "h9", member_id=shop.member, points=10, expires_in_seconds=600)
    clock.now += timedelta(seconds=60)
    before = await client.buckets(shop.member)
    assert sum(await asyncio.gather(*(sweep_holds(*p, clock.now) for p in two_processes))) == 3
    assert await sweep_holds(*two_processes[0], clock.now) == 0
    assert await client.buckets(shop.member) == before == {"available": 90, "held": 10, "balance": 100}
    rows = await owner.fetch(
        "select status, resolved_at = expires_at as at_end, count(*) from mall.hold group by 1, 2"
    )
    assert {tuple(row) for row in rows} == {("released", True, 3), ("open", None, 1)}
    assert await owner.fetchval("select count(*) from mall.outbox where topic = 'hold.expired'") == 3
    await verify(owner)
    hold = await owner.fetchval("select hold_id from mall.hold where status = 'released' limit 1")
    assert (await client.get(f"/v1/holds/{hold}")).json()["status"] == "expired"
    refused = await client.command(f"/v1/holds/{hold}/release", "x1")
    assert refused.json()["type"] == "urn:pointmart:problem:hold-expired"


async def test_overdue_redemptions_let_go_of_points_and_pieces_together(
    client, shop, rules, owner, clock, two_processes
):
    await rules(cash=Rate(100, 1000))
    await client.earn(shop.member, 60, "e1")
    body = {
        "member_id": str(shop.member),
        "lines": [{"item_id": str(shop.tea), "quantity": 1}],
        "cash": {"provider": "wechat", "points": 60},
    }
    made = await client.post("/v1/redemptions", json=body, headers={"Idempotency-Key": "r1"})
    assert made.status_code == 201
    assert await time_out_redemptions(*two_processes[0], clock.now) == 0
    clock.now += timedelta(minutes=15)
    assert await sweep_holds(*two_processes[0], clock.now) == 0
    counts = await asyncio.gather(*(time_out_redemptions(*p, clock.now) for p in two_processes))
    assert sorted(counts) == [0, 1]
    assert await client.buckets(shop.member) == {"available": 60, "balance": 60}
    assert await owner.fetchval("select on_hand from mall.stock where item_id = $1", shop.tea) == 10
    assert await owner.fetchval("select status from mall.redemption") == "cancelled"


async def test_erased_members_are_left_alone(client, shop, owner, clock, two_processes):
    await client.earn(shop.member, 100, "e1")
    await client.command("/v1/holds", "h1", member_id=shop.member, points=10, expires_in_seconds=60)
    await owner.execute("update mall.member set erased_at = now() where member_id = $1", shop.member)
    clock.now += 400 * DAY
    assert await expire_lots(*two_processes[0], clock.now) == 0
    assert await sweep_holds(*two_processes[0], clock.now) == 0
