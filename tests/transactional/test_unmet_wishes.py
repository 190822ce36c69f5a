"""What members asked for and did not get is kept once, for the warehouse."""

from uuid import uuid4

OPEN = "select operation, reason, item_id, quantity, member_id from mall.refusal order by quantity nulls last"


async def test_a_request_for_more_than_is_there_leaves_one_refusal(client, shop, owner):
    await client.earn(shop.member, 5000, "e1")
    for _ in range(2):
        assert (await client.redeem(shop.member, "r1", (shop.card, 1), (shop.tea, 11))).status_code == 409
    assert [tuple(row) for row in await owner.fetch(OPEN)] == [
        ("redeem", "out-of-stock", shop.tea, 11, shop.member)
    ]


async def test_a_refusal_for_points_names_the_only_item_asked_for(client, shop, owner):
    await client.redeem(shop.member, "r1", (shop.tea, 1), (shop.tea, 2))
    await client.redeem(shop.member, "r2", (shop.tea, 1), (shop.card, 1))
    assert [tuple(row)[1:4] for row in await owner.fetch(OPEN)] == [
        ("insufficient-points", shop.tea, 3),
        ("insufficient-points", None, None),
    ]


async def test_what_was_taken_or_is_unknown_leaves_no_refusal(client, shop, owner):
    await client.earn(shop.member, 1000, "e1")
    assert (await client.redeem(shop.member, "r1", (shop.tea, 1))).status_code == 201
    assert (await client.redeem(uuid4(), "r2", (shop.tea, 1))).status_code == 404
    body = {"member_id": str(shop.member), "lines": [{"item_id": str(shop.tea), "quantity": 11}]}
    dry = await client.post("/v1/redemptions?dry_run=true", json=body, headers={"Idempotency-Key": "r3"})
    assert dry.status_code == 409
    assert await owner.fetch(OPEN) == []


async def test_an_item_the_shop_never_had_is_not_named(client, shop, owner):
    await client.earn(shop.member, 1000, "e1")
    assert (await client.redeem(shop.member, "r1", (uuid4(), 1))).status_code == 404
    assert [tuple(row)[1:4] for row in await owner.fetch(OPEN)] == [("unknown-offer", None, None)]
