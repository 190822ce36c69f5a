"""Many credits and adjustments in one request, each answered for itself, and what became of a request."""

import pytest

from transactional.engine import committer


def earn_item(member, key, points=10, **more):
    return {"operation": "earn", "idempotency_key": key, "member_id": str(member), "points": points, **more}


def adjust_item(member, key, points, reason="audit", **more):
    return {
        "operation": "adjust", "idempotency_key": key, "member_id": str(member), "points": points,
        "reason": reason, **more,
    }  # fmt: skip


async def send(client, *items, **params):
    return await client.post("/v1/points/batches", json={"items": items}, params=params)


def told(answer):
    assert answer.status_code == 200, answer.text
    return [(r["idempotency_key"], r["status"], r["replayed"]) for r in answer.json()["results"]]


async def test_each_item_is_answered_in_order_and_for_itself(client, shop):
    await client.earn(shop.member, 10, "known")
    items = [
        earn_item(shop.member, "known"),
        earn_item(shop.member, "known", 11),
        adjust_item(shop.member, "a1", -15),
        earn_item(shop.member, "b1", 7, kind="grant", reference="birthday"),
        adjust_item(shop.member, "a2", -15),
        earn_item(shop.tea, "b2"),
        earn_item(shop.other_member, "b3", 3, effective_at="2026-02-01T00:00:00+08:00"),
        earn_item(shop.member, "b1", 7, kind="grant", reference="birthday"),
    ]
    answer = await send(client, *items)
    assert told(answer) == [
        ("known", 201, True),
        ("known", 422, False),
        ("a1", 409, False),
        ("b1", 201, False),
        ("a2", 201, False),
        ("b2", 404, False),
        ("b3", 201, False),
        ("b1", 201, True),
    ]
    assert answer.json()["done"] == 5
    bodies = [result["body"] for result in answer.json()["results"]]
    assert bodies[2]["type"] == "urn:pointmart:problem:insufficient-points"
    assert (bodies[4]["points"], bodies[4]["available_points"]) == (-15, 2)
    assert bodies[3] == bodies[7]
    assert await client.available(shop.member) == 2
    assert await client.available(shop.other_member) == 3


async def test_a_retried_batch_or_item_changes_nothing(client, shop):
    items = [earn_item(shop.member, f"b{n}", n + 1) for n in range(5)]
    first = await send(client, *items)
    again = await send(client, *items)
    assert [r[2] for r in told(first) + told(again)] == [False] * 5 + [True] * 5
    alone = await client.earn(shop.member, 3, "b2")
    assert (alone.status_code, alone.headers["idempotent-replayed"]) == (201, "true")
    assert alone.json() == first.json()["results"][2]["body"]
    assert await client.available(shop.member) == 15


async def test_a_dry_run_of_a_batch_shows_what_would_happen_in_order(client, shop):
    items = [
        earn_item(shop.member, "b1", 10),
        adjust_item(shop.member, "b2", -8),
        adjust_item(shop.member, "b3", -3),
    ]
    answer = await send(client, *items, dry_run="true")
    assert told(answer) == [("b1", 201, False), ("b2", 201, False), ("b3", 409, False)]
    assert (answer.json()["dry_run"], answer.json()["done"]) == (True, 2)
    assert await client.available(shop.member) == 0
    assert told(await send(client, *items)) == told(answer)


async def test_five_hundred_items_go_into_one_batch_of_the_committer(client, shop, app, monkeypatch):

    sizes = []
    commit_batch = committer.commit_batch

    async def counted(connection, commands, **terms):
        sizes.append(len(commands))
        return await commit_batch(connection, commands, **terms)

    monkeypatch.setattr(committer, "commit_batch", counted)
    answer = await send(client, *(earn_item(shop.member, f"b{n}", 1) for n in range(500)))
    assert (answer.json()["done"], sizes) == (500, [500])
    assert await client.available(shop.member) == 500


@pytest.mark.parametrize(
    "wrong",
    [
        {"points": 0},
        {"operation": "redeem"},
        {"idempotency_key": ""},
        {"idempotency_key": "schlüssel"},
        {"effective_at": "2026-03-02T00:00:00Z"},
        {"reason": "x"},
    ],
)
async def test_a_malformed_batch_does_nothing_at_all_and_names_the_item(client, shop, owner, wrong):
    answer = await send(client, earn_item(shop.member, "b1"), earn_item(shop.member, "b2") | wrong)
    assert answer.status_code == 422
    assert "items.1" in answer.json()["detail"]
    assert await owner.fetchval("select count(*) from mall.idempotency_key") == 0


async def test_batches_are_neither_empty_nor_too_long(client, shop):
    assert (await send(client)).status_code == 422
    assert (await send(client, *[earn_item(shop.member, "b")] * 501)).status_code == 422


async def test_the_fate_of_any_request_is_told_by_its_key(client, shop):
    earned = await client.earn(shop.member, 150, "e/1 ?%")
    redeemed = await client.redeem(shop.member, "r1", (shop.tea, 1))
    refused = await client.redeem(shop.member, "r2", (shop.tea, 1))
    hold = await client.command("/v1/holds", "h1", member_id=shop.member, points=5)
    await client.post(
        "/v1/points/earn", params={"dry_run": "true"}, json={"member_id": str(shop.member), "points": 5}
    )
    expected = {
        "e/1 ?%": ("earn", earned),
        "r1": ("redeem", redeemed),
        "r2": ("redeem", refused),
        "h1": ("hold", hold),
    }
    for key, (operation, answer) in expected.items():
        fate = (await client.get(f"/v1/requests/{key.replace('%', '%25').replace('?', '%3F')}")).json()
        assert (fate["idempotency_key"], fate["operation"]) == (key, operation)
        assert (fate["status"], fate["body"]) == (answer.status_code, answer.json())
    nothing = await client.get("/v1/requests/e2")
    assert (nothing.status_code, nothing.json()["type"]) == (404, "urn:pointmart:problem:unknown-request")
    assert (await client.get(f"/v1/requests/{'k' * 201}")).status_code == 422
