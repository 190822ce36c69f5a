"""When lots begin and end by the program's rules: pending days, month ends, rounding, and how lots are listed."""

from datetime import UTC, datetime, timedelta

import pytest

from transactional.ledger.sweeping import expire_lots

from .test_reversals import refund_all

DAY = timedelta(days=1)


def shanghai(*when: int) -> datetime:
    return datetime(*when, tzinfo=UTC) - timedelta(hours=8)


@pytest.mark.parametrize(
    ("earned", "months", "rounding", "last_day"),
    [
        ((2026, 1, 31, 12), 1, "day", "2026-02-28"),
        ((2028, 1, 31, 12), 1, "day", "2028-02-29"),
        ((2026, 1, 31, 23, 59), 1, "day", "2026-02-28"),
        ((2026, 2, 1, 0, 0), 1, "day", "2026-03-01"),
        ((2026, 11, 30, 12), 3, "day", "2027-02-28"),
        ((2026, 1, 31, 12), 1, "month", "2026-02-28"),
        ((2026, 3, 2, 12), 1, "month", "2026-04-30"),
        ((2026, 11, 5, 12), 1, "month", "2026-12-31"),
        ((2026, 12, 31, 12), 1, "quarter", "2027-03-31"),
        ((2026, 1, 31, 12), 1, "quarter", "2026-03-31"),
        ((2026, 2, 1, 12), 1, "quarter", "2026-03-31"),
        ((2026, 3, 1, 12), 1, "quarter", "2026-06-30"),
        ((2026, 8, 30, 12), 1, "quarter", "2026-09-30"),
        ((2026, 9, 30, 12), 1, "quarter", "2026-12-31"),
        ((2026, 5, 5, 12), None, "quarter", None),
    ],
)
async def test_the_last_day_follows_the_rule(client, shop, rules, clock, earned, months, rounding, last_day):
    await rules(lot_validity_months=months, expiry_rounding=rounding)
    clock.now = shanghai(*earned)
    assert (await client.earn(shop.member, 10, "e1")).json()["expires_on"] == last_day


async def test_points_can_be_spent_until_the_end_of_the_last_business_day(client, shop, rules, clock):
    await rules(lot_validity_months=1)
    clock.now = shanghai(2026, 1, 31, 12)
    await client.earn(shop.member, 100, "e1")
    clock.now = shanghai(2026, 2, 28, 23, 59, 59)
    assert await client.available(shop.member) == 100
    clock.now = shanghai(2026, 3, 1)
    assert await client.buckets(shop.member) == {"expired": 100, "unswept": 100, "balance": 100}
    assert (await client.redeem(shop.member, "r1", (shop.tea, 1))).status_code == 409


async def test_earned_points_are_pending_until_a_midnight_and_gifts_are_not(client, shop, rules, clock):
    await rules(pending_days=2, lot_validity_months=1)
    clock.now = shanghai(2026, 1, 29, 23, 30)
    told = (await client.earn(shop.member, 100, "e1")).json()
    assert (told["active_from"], told["expires_on"]) == ("2026-01-31T00:00:00+08:00", "2026-02-28")
    await client.earn(shop.member, 5, "g1", kind="grant")
    assert await client.buckets(shop.member) == {"available": 5, "pending": 100, "balance": 105}
    assert (await client.command("/v1/holds", "h1", member_id=shop.member, points=6)).status_code == 409
    clock.now = shanghai(2026, 1, 30, 23, 59)
    assert (await client.redeem(shop.member, "r1", (shop.tea, 1))).status_code == 409
    clock.now = shanghai(2026, 1, 31)
    assert await client.buckets(shop.member) == {"available": 105, "balance": 105}
    assert await client.buckets(shop.member, at=shanghai(2026, 1, 30, 12)) == {
        "available": 5, "pending": 100, "balance": 105,
    }  # fmt: skip


async def test_lots_are_listed_with_what_is_left_of_them(client, shop, rules, clock, app):
    await rules(lot_validity_months=1)
    ids = []

    async def earn(points, key):
        clock.now += timedelta(seconds=1)
        ids.append((await client.earn(shop.member, points, key)).json()["transfer_id"])

    await earn(70, "swept")
    clock.now += 20 * DAY
    await earn(50, "used")
    await earn(80, "active")
    await client.redeem(shop.member, "r1", (shop.tea, 1))  # 70 of the first, 30 of the second
    clock.now += 5 * DAY
    await earn(40, "expired")
    await rules(lot_validity_months=None, pending_days=7)
    await earn(9, "pending")
    assert (
        await client.command("/v1/points/adjustments", "a1", member_id=shop.member, points=-20, reason="x")
    ).is_success
    await client.command("/v1/holds", "h1", member_id=shop.member, points=30)

    def page(answer):
        return [
            (t["lot_id"], t["issued"], t["remaining"], t["held"], t["state"]) for t in answer.json()["lots"]
        ]

    lots = f"/v1/members/{shop.member}/lots"
    first = await client.get(lots, params={"limit": 3})
    assert page(first) == [
        (ids[4], 9, 9, 0, "pending"),
        (ids[3], 40, 40, 0, "active"),
        (ids[2], 80, 80, 30, "active"),
    ]
    rest = await client.get(lots, params={"limit": 3, "after": first.json()["next_after"]})
    assert page(rest) == [(ids[1], 50, 0, 0, "used"), (ids[0], 70, 0, 0, "used")]
    assert rest.json()["next_after"] is None
    clock.now += 32 * DAY  # past the last day of the third lot and of the fourth
    await expire_lots(app.state.pools.committer, app.state.committer, clock.now - 2 * DAY)
    assert [(t[0], t[2], t[4]) for t in page(await client.get(lots))][:3] == [
        (ids[4], 9, "active"),
        (ids[3], 40, "expired"),
        (ids[2], 0, "expired"),
    ]


async def test_points_refunded_after_their_last_day_get_some_days_of_grace(client, shop, rules, clock):
    await rules(lot_validity_months=1, refund_grace_days=10)
    await client.earn(shop.member, 100, "e1")
    redemption = (await client.redeem(shop.member, "r1", (shop.tea, 1))).json()["redemption_id"]
    clock.now += 60 * DAY
    await refund_all(client, shop, redemption, clock.now)
    assert await client.buckets(shop.member) == {"available": 100, "balance": 100}
    clock.now += 10 * DAY
    assert await client.available(shop.member) == 100
    clock.now += DAY
    assert await client.buckets(shop.member) == {"expired": 100, "unswept": 100, "balance": 100}
