"""Redeeming in a flash sale: its price, its pieces, its window and its limits, through the engine."""

import asyncio
from datetime import timedelta
from uuid import uuid4

import pytest

from tests.transactional.test_concurrency import check_books


@pytest.fixture
async def sale(client, shop, clock):
    """Six of the ten teas at 40 points instead of 100, two for each member, for an hour."""
    body = {
        "reference": "double-11", "item_id": str(shop.tea), "price_points": 40,
        "starts_at": clock.now.isoformat(), "ends_at": (clock.now + timedelta(hours=1)).isoformat(),
        "allotted": 6, "member_limit": 2,
    }  # fmt: skip
    made = await client.post("/v1/flash-sales", json=body)
    assert made.status_code == 201, made.text
    for member in (shop.member, shop.other_member):
        await client.earn(member, 1000, f"e-{member}")
    return made.json()["sale_id"]


async def buy(client, shop, sale, key, quantity=1, member=None, item=None, **more):
    body = {
        "member_id": str(member or shop.member), "flash_sale_id": str(sale),
        "lines": [{"item_id": str(item or shop.tea), "quantity": quantity}], **more,
    }  # fmt: skip
    return await client.post("/v1/redemptions", json=body, headers={"Idempotency-Key": key})


async def pieces(owner, shop):
    return tuple(
        await owner.fetchrow("select on_hand, allotted from mall.stock where item_id = $1", shop.tea)
    )


async def test_a_sale_has_its_own_price_pieces_and_limits(client, shop, owner, sale, clock, database_url):
    made = await buy(client, shop, sale, "r1", 2)
    assert (made.json()["mode"], made.json()["points"], made.json()["status"]) == (
        "flash_sale",
        80,
        "completed",
    )
    assert await pieces(owner, shop) == (4, 4)
    third = await buy(client, shop, sale, "r2")
    assert (third.status_code, third.json()["type"]) == (
        409,
        "urn:pointmart:problem:flash-sale-limit-reached",
    )
    # The shelf still sells at the ordinary price.
    assert (await client.redeem(shop.member, "r3", (shop.tea, 1))).json()["points"] == 100
    clock.now += timedelta(hours=1)
    late = await buy(client, shop, sale, "r4", member=shop.other_member)
    assert late.json()["type"] == "urn:pointmart:problem:flash-sale-not-open"
    await asyncio.to_thread(check_books, database_url)


async def test_a_sale_sells_one_item_of_its_own_tenant(client, shop, sale):
    other = await buy(client, shop, sale, "r1", item=shop.card)
    assert (other.status_code, other.json()["type"]) == (
        422,
        "urn:pointmart:problem:flash-sale-of-other-item",
    )
    assert (await buy(client, shop, uuid4(), "r2")).status_code == 404


async def test_what_is_not_paid_goes_back_to_the_sale_and_to_the_limit(client, shop, owner, sale):
    await owner.execute("update mall.program set cash_points = 100, cash_fen = 1000")
    held = await buy(client, shop, sale, "r1", 2, cash={"provider": "wechat", "points": 20})
    assert (held.json()["mode"], held.json()["cash_fen"]) == ("flash_sale", 600)
    assert await pieces(owner, shop) == (4, 4)
    about = held.json()["redemption_id"]
    assert (await client.change(about, "cancellation", "c1", reason="no money")).status_code == 200
    assert await pieces(owner, shop) == (4, 6)
    assert (await buy(client, shop, sale, "r2", 2)).status_code == 201
    left = (await client.get(f"/v1/flash-sales/{sale}")).json()["left_count"]
    assert left == 4


async def test_pieces_of_a_closed_sale_go_to_the_shelf(client, shop, owner, sale, clock):
    await owner.execute("update mall.program set cash_points = 100, cash_fen = 1000")
    held = (await buy(client, shop, sale, "r1", cash={"provider": "wechat", "points": 20})).json()
    assert (await client.post(f"/v1/flash-sales/{sale}/close")).status_code == 200
    assert await pieces(owner, shop) == (9, 0)
    await client.change(held["redemption_id"], "cancellation", "c1", reason="no money")
    assert await pieces(owner, shop) == (10, 0)


async def test_a_rush_sells_each_piece_once(client, shop, owner, sale, database_url):
    members = [(await client.post("/v1/members", json={"external_ref": f"M-{n}"})).json() for n in range(12)]
    for member in members:
        await client.earn(member["member_id"], 100, f"f-{member['member_id']}")
    answers = await asyncio.gather(
        *(buy(client, shop, sale, f"k{n}", member=members[n % 12]["member_id"]) for n in range(36))
    )
    assert sum(a.status_code == 201 for a in answers) == 6
    assert await pieces(owner, shop) == (4, 0)
    most = await owner.fetchval("select max(bought_count) from mall.flash_sale_member")
    assert most <= 2
    await asyncio.to_thread(check_books, database_url)
