"""Multiplied earning: the window, the member days, the budget, and what goes back with a return."""

from datetime import UTC, datetime, timedelta

import pytest

from tests.transactional.conftest import NOON

DOUBLE = {"kind": "member_day", "earning": {"numerator": 2}}


async def test_a_member_day_gives_extra_points_in_an_entry_of_their_own_that_names_the_campaign(
    client, shop, owner, campaign, used
):
    one = await campaign(**DOUBLE | {"earning": {"numerator": 3, "denominator": 2}})
    told = (await client.earn(shop.member, 101, "k1")).json()
    assert told["points"] == 101
    assert told["campaign"]["extra_points"] == 50  # half of 101, rounded down
    assert told["available_points"] == 151
    row = await owner.fetchrow(
        "select t.kind, t.reference, l.issued_points, l.expires_on from mall.transfer t "
        "join mall.lot l on l.tenant_id = t.tenant_id and l.lot_id = t.transfer_id where t.transfer_id = $1",
        told["campaign"]["transfer_id"],
    )
    assert tuple(row)[:3] == ("grant", f"campaign:{one}", 50)
    assert row["expires_on"].isoformat() == told["expires_on"]
    assert await used(one) == 50


async def test_a_gift_and_a_member_who_is_not_meant_earn_plainly(client, shop, owner, campaign, used):
    await owner.execute(
        "insert into mall.member_segment values ($1, $2, 'rfm', 'loyal', '2026-02-28', '20260301T000000Z-00000000')",
        shop.tenant_id,
        shop.member,
    )
    one = await campaign(**DOUBLE, audience="segments", scheme="rfm", groups=["loyal"])
    assert "campaign" not in (await client.earn(shop.member, 10, "k1", kind="grant")).json()
    assert "campaign" not in (await client.earn(shop.other_member, 10, "k2")).json()
    assert (await client.earn(shop.member, 10, "k3")).json()["campaign"]["extra_points"] == 10
    assert await used(one) == 10


@pytest.mark.parametrize(
    ("told_at", "earned_at", "extra"),
    [
        ("2026-03-02T15:59:59Z", None, False),  # the last second of the 2nd in Shanghai
        ("2026-03-02T16:00:00Z", None, True),  # the first of the 3rd
        ("2026-03-03T15:59:59Z", None, True),
        ("2026-03-03T16:00:00Z", None, False),
        ("2026-03-04T01:00:00Z", "2026-03-03T15:59:59Z", True),  # told the day after
        ("2026-03-05T16:00:00Z", "2026-03-03T15:59:59Z", False),  # told when the campaign is over
    ],
)
async def test_member_days_are_days_in_shanghai_and_nothing_is_earned_once_the_campaign_is_over(
    client, shop, clock, campaign, told_at, earned_at, extra
):
    ends = datetime(2026, 3, 5, 16, tzinfo=UTC)
    await campaign(**DOUBLE, member_days=["2026-03-03"], ends_at=ends.isoformat())
    clock.now = datetime.fromisoformat(told_at)
    more = {} if earned_at is None else {"effective_at": earned_at}
    told = (await client.earn(shop.member, 10, "k1", **more)).json()
    assert ("campaign" in told) is extra


async def test_the_window_begins_with_its_first_moment_and_ends_before_its_last(
    client, shop, clock, campaign
):
    await campaign(**DOUBLE, starts_at=(NOON + timedelta(hours=1)).isoformat())
    extra = []
    for number, moment in enumerate(
        (
            NOON + timedelta(hours=1, microseconds=-1), NOON + timedelta(hours=1),
            NOON + timedelta(days=10, microseconds=-1), NOON + timedelta(days=10),
        )
    ):  # fmt: skip
        clock.now = moment
        extra.append("campaign" in (await client.earn(shop.member, 10, f"k{number}")).json())
    assert extra == [False, True, True, False]


async def test_what_the_budget_does_not_cover_is_earned_plainly_and_the_answer_says_so(
    client, shop, campaign, used
):
    one = await campaign(**DOUBLE, budget_points=100, member_limit_points=70)
    assert (await client.earn(shop.member, 60, "k1")).json()["campaign"]["extra_points"] == 60
    short = (await client.earn(shop.member, 11, "k2")).json()
    assert short["campaign"] == {"campaign_id": one, "extra_points": 0, "is_budget_spent": True}
    assert short["available_points"] == 131
    assert (await client.earn(shop.other_member, 40, "k3")).json()["campaign"]["extra_points"] == 40
    assert (await client.earn(shop.other_member, 1, "k4")).json()["campaign"]["is_budget_spent"]
    assert await used(one) == 100


async def test_of_two_campaigns_the_one_that_gives_more_gives_alone(client, shop, campaign, used):
    double = await campaign(**DOUBLE, reference="double")
    triple = await campaign(kind="member_day", earning={"numerator": 3}, budget_points=30, reference="triple")
    assert (await client.earn(shop.member, 10, "k1")).json()["campaign"]["campaign_id"] == triple
    # The triple one has 10 left, which do not cover 20; so the other gives.
    assert (await client.earn(shop.member, 10, "k2")).json()["campaign"]["campaign_id"] == double
    assert (await used(double), await used(triple)) == (10, 20)


async def test_a_return_takes_the_extra_points_back_also_after_the_campaign_has_ended(
    client, shop, clock, owner, campaign, used
):
    one = await campaign(**DOUBLE)
    earned = (await client.earn(shop.member, 101, "k1")).json()
    clock.now = NOON + timedelta(days=30)
    first = await client.command(
        "/v1/points/returns", "r1", transfer_id=earned["transfer_id"], points=50, reason="returned"
    )
    # 51 of 101 stay, and with them 101 x 51 / 101 = 51 of the extra ones.
    assert (first.json()["points"], first.json()["extra_points"]) == (-50, -50)
    assert await used(one) == 51
    second = await client.command(
        "/v1/points/returns", "r2", transfer_id=earned["transfer_id"], points=51, reason="returned"
    )
    assert second.json()["available_points"] == 0
    assert await used(one) == 0
    assert await owner.fetchval("select sum(points)::int from mall.campaign_use") == 0


async def test_a_return_that_the_balance_does_not_cover_with_its_extra_points_is_refused_whole(
    client, shop, campaign, used
):
    one = await campaign(**DOUBLE)
    earned = (await client.earn(shop.member, 80, "k1")).json()
    assert (await client.redeem(shop.member, "k2", (shop.tea, 1))).status_code == 201
    body = {"transfer_id": earned["transfer_id"], "reason": "returned"}
    refused = await client.command("/v1/points/returns", "r1", points=31, **body)
    assert refused.json()["type"].endswith("insufficient-points")
    assert await client.available(shop.member) == 60
    assert await used(one) == 80
    assert (await client.command("/v1/points/returns", "r2", points=30, **body)).status_code == 201
    assert await client.available(shop.member) == 0


async def test_a_correction_takes_both_back(client, shop, campaign, used):
    one = await campaign(**DOUBLE)
    earned = (await client.earn(shop.member, 80, "k1")).json()
    corrected = await client.command(
        "/v1/points/corrections", "r1", transfer_id=earned["transfer_id"], reason="wrong member"
    )
    assert (corrected.json()["points"], corrected.json()["extra_points"]) == (-80, -80)
    assert (await client.available(shop.member), await used(one)) == (0, 0)
