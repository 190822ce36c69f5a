"""Adjustments by hand and credits of the past, which must fit into everything since, over HTTP."""

from datetime import timedelta

import pytest

DAY = timedelta(days=1)


async def adjust(client, member, points, key, **more):
    return await client.command(
        "/v1/points/adjustments", key, member_id=member, points=points, reason="audit", **more
    )


async def test_an_adjustment_adds_or_takes_points(client, shop):
    added = await adjust(client, shop.member, 80, "a1")
    assert added.status_code == 201
    assert added.json() | {"transfer_id": None} == {
        "transfer_id": None,
        "member_id": str(shop.member),
        "kind": "adjust",
        "points": 80,
        "available_points": 80,
        "effective_at": "2026-03-01T04:00:00Z",
        "reason": "audit",
    }
    assert (await adjust(client, shop.member, -30, "a2")).json()["available_points"] == 50
    refused = await adjust(client, shop.member, -51, "a3")
    assert (refused.status_code, refused.json()["type"]) == (409, "urn:pointmart:problem:insufficient-points")
    assert await client.buckets(shop.member) == {"available": 50, "balance": 50}


async def test_a_backdated_debit_is_refused_when_a_balance_in_between_would_not_allow_it(client, shop, clock):
    """On days 0 to 9 there are 100 points, on days 10 to 19 none, from day 20 on 100 again."""
    start = clock.now
    await client.earn(shop.member, 100, "e1")
    clock.now = start + 10 * DAY
    await client.redeem(shop.member, "r1", (shop.tea, 1))
    clock.now = start + 20 * DAY
    await client.earn(shop.member, 100, "e2")
    clock.now = start + 30 * DAY
    for day in (0, 5, 10, 15):
        refused = await adjust(client, shop.member, -1, f"a{day}", effective_at=start + day * DAY)
        assert (refused.status_code, refused.json()["available_points"]) == (409, 0), day
    taken = await adjust(client, shop.member, -40, "a20", effective_at=start + 20 * DAY)
    assert (taken.status_code, taken.json()["available_points"]) == (201, 60)
    assert await client.buckets(shop.member, at=start + 19 * DAY) == {"spent": 100}
    assert await client.buckets(shop.member, at=start + 20 * DAY) == {
        "available": 60, "spent": 100, "balance": 60,
    }  # fmt: skip


async def test_a_backdated_debit_takes_nothing_that_a_hold_in_between_had(client, shop, clock):
    start = clock.now
    await client.earn(shop.member, 100, "e1")
    clock.now = start + 1 * DAY
    hold = await client.command("/v1/holds", "h1", member_id=shop.member, points=70)
    clock.now += timedelta(minutes=5)
    await client.command(f"/v1/holds/{hold.json()['hold_id']}/release", "x1")
    clock.now = start + 2 * DAY
    refused = await adjust(client, shop.member, -31, "a1", effective_at=start + timedelta(hours=1))
    assert (refused.status_code, refused.json()["available_points"]) == (409, 30)
    assert (await adjust(client, shop.member, -30, "a2", effective_at=start)).status_code == 201
    assert await client.buckets(shop.member, at=start + DAY) == {"held": 70, "balance": 70}
    assert (await adjust(client, shop.member, -70, "a3", effective_at=start + 1.5 * DAY)).status_code == 201


async def test_a_credit_of_the_past_counts_from_then_and_expires_from_then(client, shop, clock):
    then = clock.now - 40 * DAY
    answer = await client.earn(shop.member, 100, "e1", effective_at=then.isoformat())
    assert (answer.json()["effective_at"], answer.json()["expires_on"]) == (
        "2026-01-20T04:00:00Z",
        "2027-01-20",
    )
    assert await client.buckets(shop.member, at=then) == {"available": 100, "balance": 100}
    assert await client.buckets(shop.member, at=then - DAY) == {}


@pytest.mark.parametrize("path", ["earn", "adjustments"])
@pytest.mark.parametrize(
    "moment",
    ["2026-03-01T04:00:00.000001Z", "2030-01-01T00:00:00+08:00", "1969-12-31T23:59:59Z", "yesterday", 5],
)
async def test_odd_moments_are_refused(client, shop, path, moment):
    more = {"reason": "x"} if path == "adjustments" else {}
    answer = await client.command(
        f"/v1/points/{path}", "k", member_id=shop.member, points=1, effective_at=moment, **more
    )
    assert (answer.status_code, answer.json()["type"]) == (422, "urn:pointmart:problem:invalid-request")
    assert "effective_at" in answer.json()["detail"]


@pytest.mark.parametrize(
    "wrong",
    [
        {"points": 0},
        {"points": 1.5},
        {"points": 10**9 + 1},
        {"reason": ""},
        {"reason": " x"},
        {"reason": None},
    ],
)
async def test_odd_adjustments_are_refused(client, shop, wrong):
    body = {"member_id": shop.member, "points": 1, "reason": "audit"} | wrong
    assert (await client.command("/v1/points/adjustments", "k", **body)).status_code == 422
