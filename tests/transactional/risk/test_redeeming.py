"""Risk rules inside the engine: what they deny, park and count, over HTTP."""

from datetime import timedelta

import pytest

from tests.transactional.conftest import NOON
from transactional.risk.defaults import NewRule
from transactional.risk.operations import add_rules


def velocity(dimension, threshold, verdict, window=60):
    return NewRule(
        kind="velocity", dimension=dimension, measure="count", threshold=threshold, window_seconds=window,
        verdict=verdict,
    )  # fmt: skip


async def in_force(owner, shop, *rules):
    await add_rules(owner, tenant_id=shop.tenant_id, rules=rules, valid_from=NOON - timedelta(days=60))


async def redeem(client, shop, key, member=None, item=None, **context):
    body = {
        "member_id": str(member or shop.member),
        "lines": [{"item_id": str(item or shop.tea), "quantity": 1}],
        "context": context,
    }
    return await client.post("/v1/redemptions", json=body, headers={"Idempotency-Key": key})


@pytest.fixture(autouse=True)
async def funds(client, shop):
    for member in (shop.member, shop.other_member):
        await client.earn(member, 1000, f"e-{member}")


@pytest.mark.parametrize(
    ("dimension", "context"), [("member", {}), ("ip", {"ip": "203.0.113.7"}), ("device", {"device_id": "d1"})]
)
async def test_a_velocity_denies_what_goes_beyond_it(client, shop, owner, clock, dimension, context):
    await in_force(owner, shop, velocity(dimension, 2, "deny"))
    told = [await redeem(client, shop, f"r{n}", **context) for n in range(4)]
    assert [a.status_code for a in told] == [201, 201, 403, 403]
    assert (told[2].json()["type"], told[2].json()["rules"]) == (
        "urn:pointmart:problem:risk-denied", ["velocity"],
    )  # fmt: skip
    assert await client.available(shop.member) == 800
    # A repeated request is the first answer, not another attempt.
    assert (await redeem(client, shop, "r0", **context)).status_code == 201
    clock.now += timedelta(seconds=61)
    assert (await redeem(client, shop, "r9", **context)).status_code == 201
    kept = (await client.get("/v1/risk/assessments")).json()["assessments"]
    assert [a["verdict"] for a in kept] == ["deny", "deny"]


async def test_attempts_that_end_in_a_refusal_count_too(client, shop, owner):
    await in_force(owner, shop, velocity("member", 2, "deny"))
    poor = [await redeem(client, shop, f"r{n}", item=shop.card, member=shop.other_member) for n in range(2)]
    assert [a.status_code for a in poor] == [201, 201]
    assert (await redeem(client, shop, "r2", item=shop.card, member=shop.other_member)).status_code == 403


async def test_a_parked_redemption_holds_everything_until_somebody_decides(client, shop, owner):
    await in_force(owner, shop, velocity("member", 0, "review"))
    made = (await redeem(client, shop, "r1", item=shop.pot)).json()
    assert made["status"] == "in_review"
    assert await client.available(shop.member) == 750
    assert await owner.fetchval("select on_hand from mall.stock where item_id = $1", shop.pot) == 0
    about = made["redemption_id"]
    approved = await client.change(about, "review", "k1", verdict="approve", reviewer="li.na")
    assert approved.json()["status"] == "allocated"
    twice = await client.change(about, "review", "k2", verdict="reject", reviewer="li.na")
    assert twice.json()["type"] == "urn:pointmart:problem:illegal-move"
    rejected = (await redeem(client, shop, "r2")).json()
    no = await client.change(rejected["redemption_id"], "review", "k3", verdict="reject", reviewer="li.na")
    assert (no.json()["status"], await client.available(shop.member)) == ("cancelled", 750)
    decided = await owner.fetch("select decided_verdict from mall.risk_assessment order by decided_verdict")
    assert [row[0] for row in decided] == ["allow", "deny"]


async def test_a_dry_run_does_not_count(client, shop, owner):
    await in_force(owner, shop, velocity("ip", 1, "deny"))
    body = {
        "member_id": str(shop.member), "lines": [{"item_id": str(shop.tea), "quantity": 1}],
        "context": {"ip": "203.0.113.7"},
    }  # fmt: skip
    for _ in range(3):
        assert (await client.post("/v1/redemptions?dry_run=true", json=body)).status_code == 200
    assert await owner.fetchval("select count(*) from mall.velocity") == 0
    assert (await redeem(client, shop, "r1", ip="203.0.113.7")).status_code == 201
    assert (await client.post("/v1/redemptions?dry_run=true", json=body)).status_code == 403


async def test_a_retry_from_another_address_is_the_same_request(client, shop):
    assert (await redeem(client, shop, "r1", ip="203.0.113.7")).status_code == 201
    again = await redeem(client, shop, "r1", ip="198.51.100.9")
    assert (again.status_code, again.headers["idempotent-replayed"]) == (201, "true")
    assert (await redeem(client, shop, "r2", ip="nowhere")).status_code == 422
