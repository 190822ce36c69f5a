"""Warehouses: where pieces lie, what redemptions took from them, relocations and corrections."""

from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.transactional.conftest import client_for, open_shop
from transactional.warehouses.domain import Place, settled, with_changes

places = st.lists(st.tuples(st.uuids(), st.integers(0, 20)), max_size=4, unique_by=lambda p: p[0])


@given(places, st.integers(0, 50), st.uuids())
def test_settled_places_hold_the_stock_and_never_less_than_nothing(held, total, default):
    held = [Place(*one) for one in held]
    after = with_changes(held, settled(held, total, default))
    assert sum(place.quantity for place in after) == total
    assert all(place.quantity > 0 for place in after)


def test_what_left_is_taken_from_the_first_warehouse_until_it_is_empty():
    first, second, default = uuid4(), uuid4(), uuid4()
    held = [Place(first, 3), Place(second, 5)]
    assert settled(held, 6, default) == [Place(first, -2)]
    assert settled(held, 1, default) == [Place(first, -3), Place(second, -4)]
    assert settled(held, 9, default) == [Place(default, 1)]
    assert settled(held, 8, default) == []


@pytest.fixture
def relocate(client, procurement):
    async def relocate(item, quantity, reference="r-1", **more):
        body = {
            "reference": reference, "item_id": str(item), "from_warehouse_id": str(procurement.main),
            "to_warehouse_id": str(procurement.south), "quantity": quantity, **more,
        }  # fmt: skip
        return await client.post("/v1/stock/relocations", json=body)

    return relocate


@pytest.fixture
def correct(client, procurement):
    async def correct(item, quantity, warehouse=None, reference="c-1"):
        body = {
            "reference": reference, "warehouse_id": str(warehouse or procurement.main), "item_id": str(item),
            "quantity": quantity, "reason": "盘点", "corrected_by": "zhao.yi",
        }  # fmt: skip
        return await client.post("/v1/stock/corrections", json=body)

    return correct


async def stored(owner, item):
    rows = await owner.fetch(
        "select warehouse_id, quantity from mall.warehouse_stock where item_id = $1", item
    )
    return {row["warehouse_id"]: row["quantity"] for row in rows if row["quantity"]}


async def test_stock_without_a_warehouse_lies_in_the_default_one(shop, procurement, stock, settle_all, owner):
    assert (await stock(shop.tea))["places"] == {procurement.main: 10}
    assert await stored(owner, shop.tea) == {}
    assert await settle_all() == 4
    assert await stored(owner, shop.tea) == {procurement.main: 10}
    assert await settle_all() == 0


async def test_redemptions_leave_the_first_warehouse_behind_them(
    client, shop, owner, procurement, relocate, stock, settle_all
):
    await relocate(shop.tea, 4)
    assert (await stock(shop.tea))["places"] == {procurement.main: 6, procurement.south: 4}
    await client.earn(shop.member, 5000, "e1")
    await client.redeem(shop.member, "r1", (shop.tea, 7))
    assert await stored(owner, shop.tea) == {procurement.main: 6, procurement.south: 4}
    assert (await stock(shop.tea))["places"] == {procurement.south: 3}
    await settle_all()
    assert await stored(owner, shop.tea) == {procurement.south: 3}
    made = (await client.redeem(shop.member, "r2", (shop.pot, 1))).json()
    await settle_all()
    assert (await stock(shop.pot))["places"] == {}
    cancelled = await client.change(made["redemption_id"], "cancellation", "c1", reason="x")
    assert cancelled.status_code == 200
    assert (await stock(shop.pot))["places"] == {procurement.main: 1}


async def test_no_more_is_carried_away_than_redemptions_left(client, shop, procurement, relocate, settle_all):
    await settle_all()
    await client.earn(shop.member, 5000, "e1")
    await client.redeem(shop.member, "r1", (shop.tea, 7))
    refused = await relocate(shop.tea, 4)
    assert (refused.status_code, refused.json()["there"]) == (409, 3)
    moved, again = await relocate(shop.tea, 3, "r-2"), await relocate(shop.tea, 3, "r-2")
    assert (moved.status_code, again.status_code) == (201, 200)
    assert again.json()["id"] == moved.json()["id"]
    assert (await relocate(shop.tea, 2, "r-2")).json()["type"].endswith("reference-taken")
    same = await relocate(shop.tea, 1, "r-3", to_warehouse_id=str(procurement.main))
    assert same.status_code == 422


async def test_a_count_corrects_the_warehouse_and_the_stock(shop, procurement, correct, stock, client):
    found = await correct(shop.tea, 5, procurement.south)
    assert found.status_code == 201
    assert (await correct(shop.tea, 5, procurement.south)).status_code == 200
    assert (await stock(shop.tea))["places"] == {procurement.main: 10, procurement.south: 5}
    assert (
        (await correct(shop.tea, -6, procurement.south, "c-2"))
        .json()["type"]
        .endswith("too-few-in-warehouse")
    )
    assert (await correct(shop.tea, -16, procurement.main, "c-3")).json()["type"].endswith("out-of-stock")
    assert (await correct(shop.tea, -10, procurement.main, "c-4")).status_code == 201
    assert (await stock(shop.tea))["sellable"] == 5
    assert (await correct(shop.tea, 0)).status_code == 422
    assert (await correct(uuid4(), 1, None, "c-5")).status_code == 404
    assert (await correct(shop.tea, 1, uuid4(), "c-6")).status_code == 404


async def test_the_movements_of_a_warehouse_are_what_lies_there(
    client, owner, shop, propose, move, deliver, relocate, correct, settle_all
):
    order = (await propose((shop.tea, 12))).json()["purchase_order_id"]
    await move(order, "approve", "order")
    await deliver(order, (1, 12))
    await relocate(shop.tea, 8)
    await correct(shop.tea, -2)
    await client.earn(shop.member, 5000, "e1")
    await client.redeem(shop.member, "r1", (shop.tea, 9))
    await settle_all()
    rows = await owner.fetch(
        "select s.quantity, (select sum(m.quantity) from mall.warehouse_movement m where (m.tenant_id, m.item_id, "
        "m.warehouse_id) = (s.tenant_id, s.item_id, s.warehouse_id))::bigint as moved from mall.warehouse_stock s"
    )
    assert len(rows) > 4
    assert all(row["quantity"] == row["moved"] for row in rows)


async def test_a_warehouse_in_use_is_not_closed(client, shop, procurement, relocate, correct, propose):
    async def change(warehouse, **what):
        return await client.patch(f"/v1/warehouses/{warehouse}", json=what)

    assert (await change(procurement.main, is_active=False)).status_code == 409
    assert (await change(procurement.main, is_default=False)).status_code == 409
    await relocate(shop.tea, 4)
    assert (await change(procurement.south, is_active=False)).json()["type"].endswith("warehouse-in-use")
    await correct(shop.tea, -4, procurement.south)
    order = (await propose((shop.tea, 12, procurement.south))).json()["purchase_order_id"]
    assert (await change(procurement.south, is_active=False)).status_code == 409
    await client.post(f"/v1/purchase-orders/{order}/moves", json={"move": "cancel", "by": "x"})
    assert (await change(procurement.south, is_active=False)).json()["is_active"] is False
    assert (await change(procurement.south, is_default=True)).status_code == 409
    assert (
        (await propose((shop.tea, 12, procurement.south), reference="p2"))
        .json()["type"]
        .endswith("warehouse-closed")
    )
    reopened = await change(procurement.south, is_active=True, is_default=True, rank=1)
    assert reopened.json()["is_default"]
    told = (await client.get("/v1/warehouses")).json()["warehouses"]
    assert [(w["code"], w["is_default"]) for w in told] == [("south", True), ("main", False)]
    assert (await change(uuid4(), rank=1)).status_code == 404


async def test_a_warehouse_is_added_once(client, procurement):
    body = {"code": "south", "name": "南仓", "region": "华南", "rank": 20, "capacity_units": 500}
    assert (await client.post("/v1/warehouses", json=body)).status_code == 200
    assert (
        (await client.post("/v1/warehouses", json=body | {"rank": 21}))
        .json()["type"]
        .endswith("warehouse-exists")
    )


async def test_the_room_taken_counts_the_units_of_the_items(client, owner, shop, procurement, settle_all):
    await owner.execute("update mall.item set storage_units = 3 where item_id = $1", shop.tea)
    await settle_all()
    (main, _) = (await client.get("/v1/warehouses")).json()["warehouses"]
    assert main["used_units"] == 10 * 3 + 1 + 5 + 5


async def test_stock_is_listed_by_page_and_of_the_own_tenant(app, client, owner, shop, procurement):
    stranger = await open_shop(owner, "birch")
    first = (await client.get("/v1/stock", params={"limit": 3})).json()
    rest = (await client.get("/v1/stock", params={"limit": 3, "after": first["next_after"]})).json()
    assert len(first["items"]) == 3
    assert (len(rest["items"]), rest["next_after"]) == (1, None)
    async with client_for(app, stranger.key) as foreign:
        told = (await foreign.get("/v1/stock")).json()["items"]
        # It has no warehouse yet.
        assert [item["places"] for item in told] == [[], [], [], []]
        assert str(shop.tea) not in {item["item_id"] for item in told}
