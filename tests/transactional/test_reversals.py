"""Returns under each policy in every order, and corrections, over HTTP."""

from datetime import timedelta
from itertools import permutations
from uuid import UUID

import pytest

from transactional.identifiers import uuid7
from transactional.redemption.commands import Refund

DAY = timedelta(days=1)
ORDERS = [
    order
    for order in permutations(["redeem", "return 40", "return 60", "refund"])
    if order.index("redeem") < order.index("refund")
]


async def earned(client, member, points, key, **more):
    return (await client.earn(member, points, key, **more)).json()["transfer_id"]


async def give_back(client, transfer, points, key):
    return await client.command(
        "/v1/points/returns", key, transfer_id=transfer, points=points, reason="sent back"
    )


async def test_only_pending_points_are_taken_back_under_that_policy(client, shop, rules, clock):
    await rules(return_policy="only_pending", pending_days=7)
    transfer = await earned(client, shop.member, 100, "e1")
    assert await client.buckets(shop.member) == {"pending": 100, "balance": 100}
    answer = await give_back(client, transfer, 30, "b1")
    assert answer.status_code == 201
    assert {k: answer.json()[k] for k in ("points", "available_points", "owed_points", "reverses_id")} == {
        "points": -30, "available_points": 0, "owed_points": 0, "reverses_id": transfer,
    }  # fmt: skip
    clock.now += 7 * DAY  # the seventh midnight has passed
    assert await client.buckets(shop.member) == {"available": 70, "balance": 70}
    late = await give_back(client, transfer, 30, "b2")
    assert (late.status_code, late.json()["type"]) == (409, "urn:pointmart:problem:return-not-pending")


async def test_within_the_balance_what_is_spent_cannot_be_taken_back(client, shop):
    transfer = await earned(client, shop.member, 150, "e1")
    await client.redeem(shop.member, "r1", (shop.tea, 1))
    too_much = await give_back(client, transfer, 51, "b1")
    assert (too_much.status_code, too_much.json()["available_points"]) == (409, 50)
    assert (await give_back(client, transfer, 50, "b2")).status_code == 201
    assert await client.buckets(shop.member) == {"spent": 100}


async def test_without_a_limit_the_member_owes_what_is_missing_until_the_next_credits(
    client, shop, rules, clock
):
    await rules(return_policy="unlimited")
    transfer = await earned(client, shop.member, 150, "e1")
    await client.redeem(shop.member, "r1", (shop.tea, 1))
    assert (await give_back(client, transfer, 120, "b1")).json()["owed_points"] == 70
    assert await client.buckets(shop.member) == {"spent": 100, "owed_points": 70}
    clock.now += DAY
    await earned(client, shop.member, 30, "e2")
    assert await client.buckets(shop.member) == {"spent": 100, "owed_points": 40}
    clock.now += DAY
    await earned(client, shop.member, 50, "e3")
    assert await client.buckets(shop.member) == {"spent": 100, "available": 10, "balance": 10}
    assert await client.buckets(shop.member, at=clock.now - DAY) == {"spent": 100, "owed_points": 40}
    assert await client.buckets(shop.member, at=clock.now - 2 * DAY) == {"spent": 100, "owed_points": 70}


async def test_a_late_credit_of_a_past_day_settles_from_when_the_member_owed(client, shop, rules, clock):
    """A settlement as of a day on which nothing was owed would show a debt below zero."""
    await rules(return_policy="unlimited")
    transfer = await earned(client, shop.member, 100, "e1")
    await client.redeem(shop.member, "r1", (shop.tea, 1))
    clock.now += 10 * DAY
    await give_back(client, transfer, 100, "b1")
    clock.now += DAY
    await earned(client, shop.member, 100, "e2", effective_at=(clock.now - 6 * DAY).isoformat())
    assert await client.buckets(shop.member) == {"spent": 100}
    assert await client.buckets(shop.member, at=clock.now - 5 * DAY) == {
        "available": 100, "spent": 100, "balance": 100,
    }  # fmt: skip


@pytest.mark.parametrize("policy", ["within_balance", "unlimited"])
@pytest.mark.parametrize("order", ORDERS)
async def test_in_any_order_nothing_is_minted_or_lost(client, shop, rules, owner, clock, policy, order):
    """After each step what was credited is accounted for, and at the end of all steps nothing is left."""
    await rules(return_policy=policy)
    transfer = await earned(client, shop.member, 100, "e1")
    returned = spent = 0
    redemption = None
    for number, step in enumerate(order):
        clock.now += DAY
        if step == "redeem":
            answer = await client.redeem(shop.member, "r1", (shop.tea, 1))
            if answer.status_code == 201:
                redemption, spent = answer.json()["redemption_id"], 100
        elif step == "refund" and redemption:
            # No route is needed for the ledger's sake: the engine is asked directly.
            await refund_all(client, shop, redemption, clock.now)
            spent = 0
        elif step.startswith("return"):
            points = int(step.split()[1])
            answer = await give_back(client, transfer, points, f"b{number}")
            expected = policy == "unlimited" or 100 - returned - spent >= points
            assert (answer.status_code == 201) == expected
            returned += points if expected else 0
        balance = (await client.get(f"/v1/members/{shop.member}/balance")).json()
        assert balance["balance"] - balance["owed_points"] == 100 - returned - spent
        assert balance["spent"] == spent
        assert balance["available"] == balance["balance"] >= 0
    assert await owner.fetchval("select sum(amount) from mall.entry") == 0


async def refund_all(client, shop, redemption, now):
    answer = await client.committer.submit(
        Refund(
            tenant_id=shop.tenant_id, key=None, body_hash=bytes(32), at=now, redemption_id=UUID(redemption),
            transfer_id=uuid7(now), lines=None, points=None, restock=True, reason="sent back",
        )
    )  # fmt: skip
    assert answer.status == 200, answer.body


async def test_more_than_was_credited_is_never_taken_back(client, shop, rules):
    await rules(return_policy="unlimited")
    transfer = await earned(client, shop.member, 100, "e1")
    assert (await give_back(client, transfer, 60, "b1")).status_code == 201
    refused = await give_back(client, transfer, 41, "b2")
    assert (refused.status_code, refused.json()["returnable_points"]) == (409, 40)
    assert (await give_back(client, transfer, 40, "b3")).status_code == 201
    assert await client.buckets(shop.member) == {}


async def test_a_correction_reverses_a_credit_or_an_adjustment_as_a_whole_and_once(client, shop):
    async def correct(transfer, key):
        return await client.command(
            "/v1/points/corrections", key, transfer_id=transfer, reason="typing mistake"
        )

    credit = await earned(client, shop.member, 100, "e1")
    adjusted = await client.command(
        "/v1/points/adjustments", "a1", member_id=shop.member, points=-30, reason="complaint"
    )
    taken = adjusted.json()["transfer_id"]
    answer = await correct(taken, "c1")
    assert (answer.status_code, answer.json()["points"], answer.json()["reverses_id"]) == (201, 30, taken)
    again = await correct(taken, "c2")
    assert (again.status_code, again.json()["type"]) == (409, "urn:pointmart:problem:already-reversed")
    assert (await correct(credit, "c3")).json()["points"] == -100
    of_it = await correct(answer.json()["transfer_id"], "c4")
    assert (of_it.status_code, of_it.json()["type"]) == (409, "urn:pointmart:problem:not-reversible")
    assert await client.buckets(shop.member) == {}
    page = (await client.get(f"/v1/members/{shop.member}/statement")).json()["transfers"]
    told = {t["kind"]: (t["points"], t["reverses_id"], t["reason"]) for t in page if t["kind"] != "correct"}
    assert told == {"earn": (100, None, None), "adjust": (-30, None, "complaint")}
    assert {(t["points"], t["reverses_id"], t["reason"]) for t in page if t["kind"] == "correct"} == {
        (30, taken, "typing mistake"),
        (-100, credit, "typing mistake"),
    }


async def test_a_credit_that_was_spent_cannot_be_corrected(client, shop):
    credit = await earned(client, shop.member, 100, "e1")
    await client.redeem(shop.member, "r1", (shop.tea, 1))
    refused = await client.command("/v1/points/corrections", "c1", transfer_id=credit, reason="wrong")
    assert (refused.status_code, refused.json()["type"]) == (409, "urn:pointmart:problem:insufficient-points")


async def test_what_is_not_there_cannot_be_taken_back(client, shop):
    for path in ("returns", "corrections"):
        more = {"points": 1} if path == "returns" else {}
        answer = await client.command(f"/v1/points/{path}", path, transfer_id=shop.member, reason="x", **more)
        assert (answer.status_code, answer.json()["type"]) == (404, "urn:pointmart:problem:unknown-transfer")
