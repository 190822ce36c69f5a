"""Redeeming points over HTTP: what is taken, what is refused, and that each request counts once."""

import asyncio
from datetime import timedelta
from uuid import uuid4

import pytest

from transactional.engine.committer import Committer


async def test_a_redemption_takes_points_and_stock(client, shop, owner):
    await client.earn(shop.member, 1000, "e1")
    answer = await client.redeem(shop.member, "r1", (shop.tea, 3), (shop.card, 1))
    assert answer.status_code == 201
    told = answer.json()
    assert (told["points"], told["available_points"], told["status"]) == (800, 200, "completed")
    assert await client.available(shop.member) == 200
    assert await owner.fetchval("select on_hand from mall.stock where item_id = $1", shop.tea) == 7
    shown = (await client.get(f"/v1/redemptions/{told['redemption_id']}")).json()
    assert [(line["quantity"], line["points"]) for line in shown["lines"]] == [(3, 300), (1, 500)]


async def test_what_must_be_shipped_is_allocated_not_completed(client, shop):
    await client.earn(shop.member, 1000, "e1")
    assert (await client.redeem(shop.member, "r1", (shop.pot, 1))).json()["status"] == "allocated"


async def test_redeeming_twice_with_one_key_spends_once(client, shop):
    await client.earn(shop.member, 1000, "e1")
    first = await client.redeem(shop.member, "r1", (shop.tea, 1))
    again = await client.redeem(shop.member, "r1", (shop.tea, 1))
    assert first.json() == again.json()
    assert "Idempotent-Replayed" not in first.headers
    assert again.headers["Idempotent-Replayed"] == "true"
    assert await client.available(shop.member) == 900


async def test_a_key_used_for_another_request_is_refused(client, shop):
    await client.earn(shop.member, 1000, "e1")
    await client.redeem(shop.member, "r1", (shop.tea, 1))
    answer = await client.redeem(shop.member, "r1", (shop.tea, 2))
    assert (answer.status_code, answer.json()["type"]) == (422, "urn:pointmart:problem:idempotency-conflict")
    assert (await client.earn(shop.member, 5, "r1")).status_code == 422
    assert await client.available(shop.member) == 900


async def test_a_refusal_is_the_first_answer_too(client, shop):
    refused = await client.redeem(shop.member, "r1", (shop.tea, 1))
    assert (refused.status_code, refused.json()["needed_points"]) == (409, 100)
    await client.earn(shop.member, 1000, "e1")
    assert (await client.redeem(shop.member, "r1", (shop.tea, 1))).json() == refused.json()
    assert (await client.redeem(shop.member, "r2", (shop.tea, 1))).status_code == 201


async def test_concurrent_requests_with_one_key_spend_once(client, shop):
    await client.earn(shop.member, 1000, "e1")
    answers = await asyncio.gather(*[client.redeem(shop.member, "r1", (shop.tea, 1)) for _ in range(20)])
    assert {a.status_code for a in answers} == {201}
    assert len({a.text for a in answers}) == 1
    assert sum("Idempotent-Replayed" not in a.headers for a in answers) == 1
    assert await client.available(shop.member) == 900


@pytest.mark.parametrize(
    ("item", "quantity", "status", "slug"),
    [
        ("tea", 11, 409, "out-of-stock"),
        ("past", 1, 409, "offer-not-listed"),
        ("nowhere", 1, 404, "unknown-offer"),
        ("card", 3, 409, "insufficient-points"),
    ],
)
async def test_a_refused_redemption_takes_nothing(client, shop, owner, item, quantity, status, slug):
    await client.earn(shop.member, 1200, "e1")
    answer = await client.redeem(shop.member, "r1", (shop.tea, 1), (getattr(shop, item, uuid4()), quantity))
    assert (answer.status_code, answer.json()["type"]) == (status, f"urn:pointmart:problem:{slug}")
    assert await client.available(shop.member) == 1200
    assert await owner.fetchval("select on_hand from mall.stock where item_id = $1", shop.tea) == 10


async def test_an_item_asked_for_in_two_lines_counts_twice(client, shop):
    await client.earn(shop.member, 5000, "e1")
    assert (await client.redeem(shop.member, "r1", (shop.tea, 6), (shop.tea, 6))).status_code == 409
    assert (await client.redeem(shop.member, "r2", (shop.tea, 6), (shop.tea, 4))).status_code == 201


async def test_an_unknown_member_is_refused(client, shop):
    answer = await client.redeem(uuid4(), "r1", (shop.tea, 1))
    assert (answer.status_code, answer.json()["type"]) == (404, "urn:pointmart:problem:unknown-member")


async def test_the_fate_of_a_request_is_told_by_its_key(client, shop):
    await client.earn(shop.member, 1000, "e1")
    assert (await client.get("/v1/redemptions", params={"idempotency_key": "r1"})).status_code == 404
    answer = await client.redeem(shop.member, "r1", (shop.tea, 1))
    fate = (await client.get("/v1/redemptions", params={"idempotency_key": "r1"})).json()
    assert (fate["response_status"], fate["response"]) == (201, answer.json())


async def test_the_lot_that_expires_first_is_spent_first(client, shop, clock, owner):
    await client.earn(shop.member, 100, "late", kind="grant")
    clock.now += timedelta(days=1)
    await owner.execute("update mall.program set lot_validity_months = 1")
    await client.earn(shop.member, 100, "early", kind="grant")
    await client.redeem(shop.member, "r1", (shop.tea, 1))
    left = await owner.fetch("select remaining_points from mall.lot order by expires_on")
    assert [row[0] for row in left] == [0, 100]


async def test_points_past_their_last_day_cannot_be_spent(client, shop, clock, owner):
    await owner.execute("update mall.program set lot_validity_months = 1")
    await client.earn(shop.member, 100, "e1")  # on 1 March: the last day is 1 April, in Shanghai
    clock.now += timedelta(days=31, hours=11, minutes=59)
    assert await client.available(shop.member) == 100
    clock.now += timedelta(minutes=1)
    assert (await client.redeem(shop.member, "r1", (shop.tea, 1))).status_code == 409
    balance = (await client.get(f"/v1/members/{shop.member}/balance")).json()
    assert (balance["available"], balance["expired"], balance["balance"]) == (0, 100, 100)


async def test_a_command_the_database_refuses_does_not_take_others_with_it(
    app, client, shop, owner, monkeypatch
):
    await client.earn(shop.member, 1000, "e1")
    await owner.execute("alter table mall.redemption_line add constraint no_twos check (quantity <> 2)")
    good, bad, good_too = await asyncio.gather(
        client.redeem(shop.member, "r1", (shop.tea, 1)),
        client.redeem(shop.member, "r2", (shop.tea, 2)),
        client.redeem(shop.member, "r3", (shop.tea, 1)),
    )
    assert (good.status_code, bad.status_code, good_too.status_code) == (201, 503, 201)
    assert await client.available(shop.member) == 800


async def test_a_full_queue_refuses_instead_of_waiting(app, client, shop, monkeypatch):
    monkeypatch.setattr(app.state, "committer", Committer(app.state.pools.committer, max_waiting=0))
    answer = await client.redeem(shop.member, "r1", (shop.tea, 1))
    assert (answer.status_code, answer.json()["type"]) == (503, "urn:pointmart:problem:overloaded")
