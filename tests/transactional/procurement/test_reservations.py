"""Reservations: what is set aside cannot be redeemed, until its time is up."""

from datetime import timedelta
from uuid import uuid4

import pytest

from tests.transactional.conftest import client_for, open_shop
from transactional.ledger.chain import seal
from transactional.ledger.verify import verify
from transactional.reservations.operations import sweep_reservations


@pytest.fixture
def reserve(client, clock):
    async def reserve(item, quantity, reference="v-1", hours=1, purpose="bulk_order", query=""):
        body = {
            "reference": reference, "item_id": str(item), "purpose": purpose, "quantity": quantity,
            "expires_at": (clock.now + timedelta(hours=hours)).isoformat(), "reserved_by": "li.na",
        }  # fmt: skip
        return await client.post(f"/v1/reservations{query}", json=body)

    return reserve


@pytest.fixture
def give(client):
    async def give(reservation, quantity, reference="i-1"):
        body = {"reference": reference, "quantity": quantity, "issued_by": "zhao.yi"}
        return await client.post(f"/v1/reservations/{reservation}/issues", json=body)

    return give


async def sweep(app, clock):
    async with app.state.pools.committer.acquire() as connection:
        return await sweep_reservations(connection, now=clock())


async def told(client, reservation):
    found = (await client.get("/v1/reservations")).json()["reservations"]
    return next(one for one in found if one["reservation_id"] == reservation)


async def test_reserved_pieces_are_not_redeemed(client, shop, reserve, stock):
    await client.earn(shop.member, 5000, "e1")
    assert (await reserve(shop.tea, 8)).status_code == 201
    assert (await reserve(shop.tea, 8)).status_code == 200
    assert (await reserve(shop.tea, 7)).json()["type"].endswith("reservation-exists")
    assert (await reserve(shop.tea, 3, "v-2")).json()["type"].endswith("out-of-stock")
    refused = await client.redeem(shop.member, "r1", (shop.tea, 3))
    assert (refused.status_code, refused.json()["on_hand"]) == (409, 2)
    assert (await client.redeem(shop.member, "r2", (shop.tea, 2))).status_code == 201
    found = await stock(shop.tea)
    assert (found["sellable"], found["set_aside"], found["reserved"]) == (0, 8, 8)


async def test_a_reservation_past_its_end_counts_as_released(app, client, clock, shop, reserve, stock, give):
    one = (await reserve(shop.tea, 8)).json()["reservation_id"]
    clock.now += timedelta(hours=1)
    found = await stock(shop.tea)
    assert (found["sellable"], found["set_aside"], found["reserved"]) == (10, 0, 0)
    assert (await told(client, one))["status"] == "expired"
    offers = (await client.get("/v1/offers")).json()["offers"]
    assert {o["on_hand"] for o in offers if o["item_id"] == str(shop.tea)} == {10}
    assert (await give(one, 1)).json()["type"].endswith("reservation-ended")
    # Whoever sets pieces aside finds them on the shelf.
    assert (await reserve(shop.tea, 10, "v-2")).status_code == 201
    assert (await told(client, one))["released_at"] == (await told(client, one))["expires_at"]
    clock.now += timedelta(hours=1)
    assert await sweep(app, clock) == 1
    assert await sweep(app, clock) == 0
    await client.earn(shop.member, 5000, "e1")
    assert (await client.redeem(shop.member, "r1", (shop.tea, 10))).status_code == 201


async def test_what_is_released_is_released_once(client, shop, reserve, stock):
    one = (await reserve(shop.tea, 8)).json()["reservation_id"]
    for _ in range(2):
        answer = await client.post(f"/v1/reservations/{one}/release")
        assert (answer.status_code, answer.json()["status"]) == (200, "released")
        assert (await stock(shop.tea))["sellable"] == 10
    assert (await client.post(f"/v1/reservations/{uuid4()}/release")).status_code == 404


async def test_a_bulk_order_takes_its_pieces_out_of_the_house(owner, shop, client, reserve, give, stock):
    one = (await reserve(shop.tea, 8)).json()["reservation_id"]
    assert (await give(one, 5)).json()["left_count"] == 3
    assert (await give(one, 5)).json()["left_count"] == 3
    assert (await give(one, 4)).json()["type"].endswith("issue-exists")
    assert (await give(one, 4, "i-2")).json()["type"].endswith("reservation-too-small")
    assert (await give(one, 3, "i-2")).json()["status"] == "issued"
    assert (await stock(shop.tea))["total"] == 2
    await client.post(f"/v1/reservations/{one}/release")
    assert (await stock(shop.tea))["total"] == 2
    left = await owner.fetchval("select sum(quantity) from mall.stock_movement where item_id = $1", shop.tea)
    assert left == 2
    await seal(owner)
    await verify(owner)


async def test_a_flash_sale_is_opened_with_what_was_reserved_for_it(client, clock, shop, reserve, stock):
    one = (await reserve(shop.tea, 8, purpose="flash_sale")).json()["reservation_id"]

    async def open_sale(item, allotted, reference):
        body = {
            "reference": reference, "item_id": str(item), "price_points": 50, "allotted": allotted,
            "ends_at": (clock.now + timedelta(hours=2)).isoformat(), "reservation_id": one,
        }  # fmt: skip
        return await client.post("/v1/flash-sales", json=body)

    assert (await open_sale(shop.pot, 1, "s-1")).json()["type"].endswith("reservation-of-other-item")
    assert (await open_sale(shop.tea, 11, "s-1")).json()["type"].endswith("out-of-stock")
    assert (await told(client, one))["status"] == "open"
    assert (await open_sale(shop.tea, 6, "s-1")).status_code == 201
    assert (await open_sale(shop.tea, 6, "s-1")).status_code == 200
    found = await stock(shop.tea)
    assert (found["sellable"], found["set_aside"], found["reserved"]) == (4, 6, 0)
    assert (await open_sale(shop.tea, 1, "s-2")).json()["type"].endswith("reservation-ended")


async def test_a_dry_run_sets_nothing_aside(client, shop, reserve, stock):
    assert (await reserve(shop.tea, 8, query="?dry_run=true")).status_code == 201
    assert (await stock(shop.tea))["set_aside"] == 0
    assert (await reserve(shop.tea, 8, hours=0)).status_code == 422


async def test_another_tenant_does_not_see_it(app, owner, client, shop, reserve):
    one = (await reserve(shop.tea, 8)).json()["reservation_id"]
    stranger = await open_shop(owner, "birch")
    async with client_for(app, stranger.key) as foreign:
        assert (await foreign.get("/v1/reservations")).json()["reservations"] == []
        assert (await foreign.post(f"/v1/reservations/{one}/release")).status_code == 404
    assert (await told(client, one))["status"] == "open"
