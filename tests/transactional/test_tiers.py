"""Tiers go by points earned in the qualification period, whatever became of the points."""

import asyncio
from datetime import UTC, date, datetime, timedelta

import pytest

from transactional.tiers.domain import Tier, qualification_period, standing

from .conftest import client_for, open_shop

DAY = timedelta(days=1)
TIERS = [
    {"code": "silver", "name": "银卡", "threshold_points": 100},
    {"code": "gold", "name": "金卡", "threshold_points": 300},
]


@pytest.fixture
async def tiers(client):
    # Any order goes in; the lowest comes first.
    answer = await client.put("/v1/tiers", json={"tiers": TIERS[::-1]})
    assert (answer.status_code, answer.json()) == (200, {"tiers": TIERS})


async def tier(client, member, **params):
    answer = await client.get(f"/v1/members/{member}/tier", params=params)
    assert answer.status_code == 200, answer.text
    told = answer.json()
    return (
        told["points"],
        (told["tier"] or {}).get("code"),
        (told["next_tier"] or {}).get("code"),
        told["missing_points"],
    )


async def test_what_is_spent_still_counts_and_gifts_do_not(client, shop, tiers, clock):
    assert await tier(client, shop.member) == (0, None, "silver", 100)
    await client.earn(shop.member, 120, "e1")
    await client.earn(shop.member, 500, "g1", kind="grant")
    await client.redeem(shop.member, "r1", (shop.tea, 1))
    assert await tier(client, shop.member) == (120, "silver", "gold", 180)
    clock.now += DAY
    await client.earn(shop.member, 180, "e2")
    assert await tier(client, shop.member) == (300, "gold", None, 0)
    assert await tier(client, shop.member, on="2026-03-01") == (120, "silver", "gold", 180)
    assert (
        await client.get(f"/v1/members/{shop.member}/tier", params={"on": "2026-03-03"})
    ).status_code == 422


async def test_returned_and_corrected_points_were_not_earned(client, shop, tiers, clock):
    one = (await client.earn(shop.member, 120, "e1")).json()["transfer_id"]
    clock.now += DAY
    await client.command("/v1/points/returns", "b1", transfer_id=one, points=21, reason="sent back")
    two = (await client.earn(shop.member, 50, "e2")).json()["transfer_id"]
    assert await tier(client, shop.member) == (149, "silver", "gold", 151)
    await client.command("/v1/points/corrections", "c1", transfer_id=two, reason="wrong member")
    assert await tier(client, shop.member) == (99, None, "silver", 1)
    assert await tier(client, shop.member, on="2026-03-01") == (120, "silver", "gold", 180)


async def test_points_that_expired_or_were_owed_before_their_return_count_less_too(
    client, shop, rules, tiers
):
    await rules(return_policy="unlimited")
    one = (await client.earn(shop.member, 100, "e1")).json()["transfer_id"]
    await client.redeem(shop.member, "r1", (shop.tea, 1))
    await client.command("/v1/points/returns", "b1", transfer_id=one, points=30, reason="sent back")
    assert await tier(client, shop.member) == (70, None, "silver", 30)


async def test_a_year_begins_at_the_business_midnight_or_rolls(client, shop, rules, tiers, clock):
    for number, moment in enumerate(
        [datetime(2025, 12, 31, 15, 59, tzinfo=UTC), datetime(2025, 12, 31, 16, 0, tzinfo=UTC)]
    ):
        await client.earn(shop.member, 110 + number, f"e{number}", effective_at=moment.isoformat())
    assert await tier(client, shop.member) == (111, "silver", "gold", 189)
    assert await tier(client, shop.member, on="2025-12-31") == (110, "silver", "gold", 190)
    await rules(qualification="rolling_year")
    assert await tier(client, shop.member) == (221, "silver", "gold", 79)
    clock.now = datetime(2026, 12, 31, 4, 0, tzinfo=UTC)
    assert await tier(client, shop.member) == (111, "silver", "gold", 189)


def test_a_rolling_year_is_the_twelve_months_that_end_with_the_day():
    def first(*day):
        return qualification_period(date(*day), "rolling_year").first

    assert first(2026, 3, 1) == date(2025, 3, 2)
    assert first(2028, 2, 29) == date(2027, 3, 1)
    assert first(2029, 2, 28) == date(2028, 2, 29)
    assert qualification_period(date(2026, 3, 1), "calendar_year").first == date(2026, 1, 1)


def test_a_threshold_is_reached_by_as_many_points():
    silver, gold = Tier("silver", "", 100), Tier("gold", "", 300)
    assert [standing(points, [gold, silver]).tier for points in (99, 100, 299, 300)] == [
        None,
        silver,
        silver,
        gold,
    ]
    assert standing(5, []).missing_points == 0


@pytest.mark.parametrize(
    "wrong",
    [
        [TIERS[0], TIERS[1] | {"code": "silver"}],
        [TIERS[0], TIERS[1] | {"threshold_points": 100}],
        [TIERS[0] | {"code": "Silver"}],
        [TIERS[0] | {"threshold_points": -1}],
        [TIERS[0] | {"name": " "}],
        [TIERS[0] | {"threshold_points": "100"}],
    ],
)
async def test_a_refused_list_leaves_the_old_one(client, tiers, wrong):
    assert (await client.put("/v1/tiers", json={"tiers": wrong})).status_code == 422
    assert (await client.get("/v1/tiers")).json() == {"tiers": TIERS}


async def test_a_dry_run_tells_the_new_list_and_keeps_the_old_one(client, tiers):
    new = {"tiers": [{"code": "basic", "name": "普卡", "threshold_points": 0}]}
    answer = await client.put("/v1/tiers?dry_run=true", json=new)
    assert (answer.status_code, answer.json()) == (200, new)
    assert (await client.get("/v1/tiers")).json() == {"tiers": TIERS}


async def test_lists_put_at_the_same_time_never_mix(client, tiers):
    lists = [
        [
            {"code": code, "name": f"list {n}", "threshold_points": p + n}
            for code, p in (("silver", 10), ("gold", 20))
        ]
        for n in range(8)
    ]
    answers = await asyncio.gather(*(client.put("/v1/tiers", json={"tiers": one}) for one in lists))
    assert {answer.status_code for answer in answers} == {200}
    assert (await client.get("/v1/tiers")).json()["tiers"] in lists


async def test_tiers_belong_to_one_tenant(app, client, shop, owner, tiers):
    stranger = await open_shop(owner, "birch")
    async with client_for(app, stranger.key) as foreign:
        assert (await foreign.get("/v1/tiers")).json() == {"tiers": []}
        await foreign.put("/v1/tiers", json={"tiers": []})
        assert (await foreign.get(f"/v1/members/{shop.member}/tier")).status_code == 404
    assert (await client.get("/v1/tiers")).json() == {"tiers": TIERS}
