"""Points set aside: taken, freed, expired, and what clocks do to them, over HTTP."""

from datetime import UTC, datetime, timedelta

import pytest

from transactional.tenants.domain import Rate

MINUTE = timedelta(minutes=1)


@pytest.fixture
async def hold(client, shop):
    """A hold of 60 of 100 points for ten minutes."""
    await client.earn(shop.member, 100, "e1")
    answer = await client.command(
        "/v1/holds", "h1", member_id=shop.member, points=60, expires_in_seconds=600, reference="table 4"
    )
    assert answer.status_code == 201
    return answer.json()["hold_id"]


async def test_a_hold_sets_points_aside_at_once(client, shop, hold, clock):
    assert await client.buckets(shop.member) == {"available": 40, "held": 60, "balance": 100}
    told = (await client.get(f"/v1/holds/{hold}")).json()
    assert told | {"recorded_at": None} == {
        "hold_id": hold,
        "member_id": str(shop.member),
        "status": "open",
        "points": 60,
        "captured_points": 0,
        "reference": "table 4",
        "redemption_id": None,
        "effective_at": "2026-03-01T04:00:00Z",
        "expires_at": "2026-03-01T04:10:00Z",
        "resolved_at": None,
        "recorded_at": None,
    }
    more = await client.command("/v1/holds", "h2", member_id=shop.member, points=41)
    assert (more.status_code, more.json()["available_points"]) == (409, 40)
    assert (await client.redeem(shop.member, "r1", (shop.tea, 1))).status_code == 409


async def test_a_part_is_captured_and_the_rest_is_free(client, shop, hold):
    answer = await client.command(f"/v1/holds/{hold}/capture", "c1", points=25)
    assert answer.status_code == 200
    told = answer.json()
    assert (told["status"], told["captured_points"], told["available_points"]) == ("captured", 25, 75)
    assert await client.buckets(shop.member) == {"available": 75, "spent": 25, "balance": 75}


async def test_a_capture_without_a_body_takes_all(client, shop, hold):
    answer = await client.post(f"/v1/holds/{hold}/capture", headers={"Idempotency-Key": "c1"})
    assert answer.json()["captured_points"] == 60
    assert await client.buckets(shop.member) == {"available": 40, "spent": 60, "balance": 40}


async def test_more_than_is_held_cannot_be_captured(client, shop, hold):
    answer = await client.command(f"/v1/holds/{hold}/capture", "c1", points=61)
    assert (answer.status_code, answer.json()["type"]) == (409, "urn:pointmart:problem:capture-too-large")
    assert await client.buckets(shop.member) == {"available": 40, "held": 60, "balance": 100}


@pytest.mark.parametrize("again", ["capture", "release"])
async def test_resolving_a_hold_twice_is_a_refusal_of_its_own(client, shop, hold, clock, again):
    """Each way of ending has its own; a retry of the first is no second try."""

    async def kind(key):
        answer = await client.command(f"/v1/holds/{hold}/{again}", key)
        return answer.status_code, answer.json()["type"].rsplit(":")[-1]

    await client.command(f"/v1/holds/{hold}/capture", "c1", points=10)
    assert await kind("x1") == (409, "hold-already-captured")
    retried = await client.command(f"/v1/holds/{hold}/capture", "c1", points=10)
    assert (retried.status_code, retried.headers["idempotent-replayed"]) == (200, "true")
    hold = (await client.command("/v1/holds", "h2", member_id=shop.member, points=5)).json()["hold_id"]
    await client.command(f"/v1/holds/{hold}/release", "c2")
    assert await kind("x2") == (409, "hold-already-released")
    hold = (await client.command("/v1/holds", "h3", member_id=shop.member, points=5)).json()["hold_id"]
    clock.now += 15 * MINUTE
    assert await kind("x3") == (409, "hold-expired")
    assert await client.buckets(shop.member) == {"available": 90, "spent": 10, "balance": 90}


async def test_a_hold_past_its_end_is_expired_before_anything_sweeps_it(client, shop, hold, clock):
    clock.now += 10 * MINUTE - timedelta(microseconds=1)
    assert (await client.get(f"/v1/holds/{hold}")).json()["status"] == "open"
    clock.now += timedelta(microseconds=1)
    told = (await client.get(f"/v1/holds/{hold}")).json()
    assert (told["status"], told["resolved_at"]) == ("expired", "2026-03-01T04:10:00Z")
    assert await client.buckets(shop.member) == {"available": 100, "balance": 100}
    assert (await client.redeem(shop.member, "r1", (shop.tea, 1))).status_code == 201
    # What was held then was held then.
    assert await client.buckets(shop.member, at=clock.now - MINUTE) == {
        "available": 40, "held": 60, "balance": 100,
    }  # fmt: skip


async def test_a_clock_that_jumps_back_does_not_show_points_twice(client, shop, hold, clock):
    clock.now += 10 * MINUTE
    await client.redeem(shop.member, "r1", (shop.tea, 1))  # 100 points, 60 of which the hold had let go
    clock.now -= 5 * MINUTE
    balance = (await client.get(f"/v1/members/{shop.member}/balance")).json()
    assert (balance["as_of"], balance["available"], balance["held"]) == ("2026-03-01T04:10:00Z", 0, 0)
    assert (await client.get(f"/v1/holds/{hold}")).json()["status"] == "expired"
    assert (await client.command(f"/v1/holds/{hold}/capture", "c1")).status_code == 409
    assert (await client.get(f"/v1/members/{shop.member}/lots")).json()["lots"][0]["remaining"] == 0
    clock.now += timedelta(days=1)
    assert await client.buckets(shop.member) == {"spent": 100}


async def test_a_clock_that_jumps_forward_and_back_expires_no_lot_for_good(client, shop, hold, clock):
    await client.command(f"/v1/holds/{hold}/release", "r1")
    clock.now += timedelta(days=500)
    assert await client.buckets(shop.member) == {"expired": 100, "unswept": 100, "balance": 100}
    clock.now -= timedelta(days=500)
    assert await client.buckets(shop.member) == {"available": 100, "balance": 100}


async def test_points_held_of_an_expired_lot_are_held_and_can_be_captured(client, shop, clock):
    await client.earn(shop.member, 100, "e1")
    clock.now = datetime(2027, 3, 1, 15, 50, tzinfo=UTC)  # ten minutes before the lot's last day ends
    hold = (await client.command("/v1/holds", "h1", member_id=shop.member, points=60)).json()["hold_id"]
    clock.now += 12 * MINUTE
    assert await client.buckets(shop.member) == {"held": 60, "expired": 40, "unswept": 40, "balance": 100}
    await client.command(f"/v1/holds/{hold}/capture", "c1", points=50)
    assert await client.buckets(shop.member) == {"spent": 50, "expired": 50, "unswept": 50, "balance": 50}


async def test_a_hold_of_a_redemption_is_resolved_by_it_alone(client, shop, rules, owner):
    await rules(cash=Rate(100, 1000))
    await client.earn(shop.member, 60, "e1")
    body = {
        "member_id": str(shop.member),
        "lines": [{"item_id": str(shop.tea), "quantity": 1}],
        "cash": {"provider": "wechat", "points": 60},
    }
    answer = await client.post("/v1/redemptions", json=body, headers={"Idempotency-Key": "r1"})
    assert answer.status_code == 201
    hold = await owner.fetchval("select hold_id from mall.hold")
    assert await client.buckets(shop.member) == {"held": 60, "balance": 60}
    for move in ("capture", "release"):
        refused = await client.command(f"/v1/holds/{hold}/{move}", move)
        assert (refused.status_code, refused.json()["redemption_id"]) == (409, answer.json()["redemption_id"])


@pytest.mark.parametrize(
    "wrong",
    [
        {"points": 0},
        {"points": "5"},
        {"expires_in_seconds": 0},
        {"expires_in_seconds": 30 * 86400 + 1},
        {"x": 1},
    ],
)
async def test_odd_holds_are_refused(client, shop, wrong):
    answer = await client.command("/v1/holds", "h1", **{"member_id": shop.member, "points": 5} | wrong)
    assert (answer.status_code, answer.json()["type"]) == (422, "urn:pointmart:problem:invalid-request")
