"""Earning, balances, statements, members, offers, events and feedback over HTTP."""

from datetime import timedelta
from uuid import uuid4

import pytest


async def test_registering_a_reference_twice_gives_the_same_member(client):
    first = await client.post("/v1/members", json={"external_ref": "E-9"})
    again = await client.post("/v1/members", json={"external_ref": "E-9", "is_test": True})
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json() == again.json()
    assert first.json()["is_test"] is False


async def test_earned_points_expire_by_the_programs_rule(client, shop):
    answer = await client.earn(shop.member, 300, "e1", reference="order 7")
    assert answer.status_code == 201
    assert answer.json() | {"transfer_id": None} == {
        "transfer_id": None,
        "member_id": str(shop.member),
        "kind": "earn",
        "points": 300,
        "available_points": 300,
        "effective_at": "2026-03-01T04:00:00Z",
        "active_from": "2026-03-01T04:00:00Z",
        "expires_on": "2027-03-01",
    }


async def test_a_balance_has_every_bucket(client, shop):
    await client.earn(shop.member, 300, "e1")
    await client.redeem(shop.member, "r1", (shop.tea, 2))
    balance = (await client.get(f"/v1/members/{shop.member}/balance")).json()
    buckets = {k: balance[k] for k in ("available", "held", "pending", "expired", "spent", "balance")}
    assert buckets == {
        "available": 100, "held": 0, "pending": 0, "expired": 0, "spent": 200, "balance": 100,
    }  # fmt: skip


async def test_a_balance_can_be_asked_for_a_past_moment(client, shop, clock):
    await client.earn(shop.member, 300, "e1")
    before = clock.now
    clock.now += timedelta(days=1)
    await client.redeem(shop.member, "r1", (shop.tea, 2))
    url = f"/v1/members/{shop.member}/balance"
    assert (await client.get(url, params={"at": before.isoformat()})).json()["available"] == 300
    earlier = (before - timedelta(seconds=1)).isoformat()
    assert (await client.get(url, params={"at": earlier})).json()["available"] == 0
    later = (clock.now + timedelta(days=1)).isoformat()
    assert (await client.get(url, params={"at": later})).status_code == 422


async def test_a_statement_is_paged_newest_first(client, shop, clock):
    for day in range(5):
        clock.now += timedelta(days=1)
        await client.earn(shop.member, day + 1, f"e{day}")
    clock.now += timedelta(days=1)
    await client.earn(shop.member, 200, "e9")
    await client.redeem(shop.member, "r1", (shop.tea, 1))
    seen, cursor = [], None
    while True:
        params = {"limit": 3} | ({"cursor": cursor} if cursor else {})
        page = (await client.get(f"/v1/members/{shop.member}/statement", params=params)).json()
        seen += [t["points"] for t in page["transfers"]]
        cursor = page["next_cursor"]
        if cursor is None:
            break
    assert sorted(seen[:2]) == [-100, 200]
    assert seen[2:] == [5, 4, 3, 2, 1]


async def test_offers_are_those_on_sale_now(client, shop):
    page = (await client.get("/v1/offers", params={"limit": 2})).json()
    rest = (await client.get("/v1/offers", params={"after": page["next_after"]})).json()
    offers = {o["item_id"]: o for o in page["offers"] + rest["offers"]}
    assert set(offers) == {str(shop.tea), str(shop.pot), str(shop.card)}
    assert (offers[str(shop.tea)]["price_points"], offers[str(shop.tea)]["on_hand"]) == (100, 10)


async def test_each_event_is_answered_for_itself(client, shop, owner, clock):
    known, late = str(uuid4()), (clock.now + timedelta(hours=1)).isoformat()
    member, tea = str(shop.member), str(shop.tea)
    events = [
        {"member_id": member, "kind": "view", "item_id": tea, "event_id": known},
        {"member_id": member, "kind": "view", "item_id": tea, "event_id": known},
        {"member_id": str(uuid4()), "kind": "visit"},
        {"member_id": member, "kind": "click", "item_id": str(uuid4())},
        {"member_id": member, "kind": "click"},
        {"member_id": member, "kind": "visit", "occurred_at": late},
        {"member_id": member, "kind": "visit"},
    ]
    told = (await client.post("/v1/events", json={"events": events})).json()
    assert told["accepted"] == 2
    assert [r["result"] for r in told["results"]] == [
        "accepted", "duplicate", "unknown_member", "unknown_item", "item_missing", "time_out_of_range",
        "accepted",
    ]  # fmt: skip
    again = (await client.post("/v1/events", json={"events": events[:1]})).json()
    assert again["results"] == [{"event_id": known, "result": "duplicate"}]
    assert await owner.fetchval("select count(*) from mall.event") == 2


async def test_a_refused_event_does_not_use_up_its_id(client, shop):
    shared = str(uuid4())
    events = [
        {"member_id": str(uuid4()), "kind": "visit", "event_id": shared},
        {"member_id": str(shop.member), "kind": "visit", "event_id": shared},
    ]
    told = (await client.post("/v1/events", json={"events": events})).json()
    assert [r["result"] for r in told["results"]] == ["unknown_member", "accepted"]


async def test_feedback_sent_again_under_its_id_counts_once(client, shop, owner):
    answer = {"member_id": str(shop.member), "score": 4, "feedback_id": str(uuid4())}
    statuses = [(await client.post("/v1/feedback", json=answer)).status_code for _ in range(2)]
    other = await client.post("/v1/feedback", json={**answer, "score": 1})
    assert [*statuses, other.status_code] == [201, 200, 409]
    assert await owner.fetchval("select count(*) from mall.feedback") == 1


async def test_a_redemption_is_answered_for_once_and_by_its_member(client, shop):
    await client.earn(shop.member, 300, "e1")
    redemption = (await client.redeem(shop.member, "r1", (shop.tea, 1))).json()["redemption_id"]

    async def answer(member, **more):
        return await client.post("/v1/feedback", json={"member_id": str(member), "score": 5, **more})

    assert (await answer(shop.other_member, redemption_id=redemption)).status_code == 404
    assert (await answer(shop.member, redemption_id=redemption)).status_code == 201
    assert (await answer(shop.member, redemption_id=redemption)).status_code == 409
    assert (await answer(shop.member)).status_code == 201


@pytest.mark.parametrize("score", [0, 6, "5", 4.5, None])
async def test_a_score_outside_one_to_five_is_refused(client, shop, score):
    answer = await client.post("/v1/feedback", json={"member_id": str(shop.member), "score": score})
    assert answer.status_code == 422


async def test_an_account_cannot_overflow(client, shop, owner):
    await owner.execute("update mall.account set balance = 99999999999990 where account_id = $1", shop.member)
    answer = await client.earn(shop.member, 11, "e1")
    assert (answer.status_code, answer.json()["type"]) == (409, "urn:pointmart:problem:balance-too-large")
