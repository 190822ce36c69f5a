"""Purchase orders by API: from the proposal to the last receipt, and what is refused on the way."""

from datetime import timedelta
from uuid import uuid4

import pytest

from tests.transactional.conftest import client_for, open_shop
from tests.transactional.procurement.conftest import made


async def test_an_order_goes_from_proposal_to_receipt(
    client, shop, procurement, propose, move, deliver, stock
):
    proposed = (await propose((shop.tea, 60, procurement.south), (shop.pot, 2))).json()
    order = proposed["purchase_order_id"]
    assert (proposed["status"], proposed["cost_fen"], proposed["order_by"]) == (
        "proposed",
        60 * 120 + 1800,
        "2026-03-01",
    )
    assert [(line["expected_on"], line["most_quantity"]) for line in proposed["lines"]] == [
        ("2026-03-06", 66), ("2026-03-15", 2),
    ]  # fmt: skip
    assert (await move(order, "approve")).json()["approved_by"] == "li.na"
    assert (await move(order, "order", by="wang.wei")).json()["status"] == "ordered"
    assert (await stock(shop.tea))["on_order"] == 60
    first = (await deliver(order, (1, 30, 2, "2026-06-01"), (2, 2))).json()
    assert (first["status"], [line["damaged_quantity"] for line in first["lines"]]) == (
        "partially_received",
        [2, 0],
    )
    second = (await deliver(order, (1, 36), reference="dn-2")).json()
    assert (second["status"], second["lines"][0]["received_quantity"]) == ("received", 66)
    tea = await stock(shop.tea)
    assert (tea["sellable"], tea["on_order"], tea["places"]) == (
        76,
        0,
        {procurement.main: 10, procurement.south: 66},
    )
    told = (await client.get(f"/v1/purchase-orders/{order}")).json()
    assert [(m["move"], m["status"], m["moved_by"]) for m in told["moves"]] == [
        ("propose", "proposed", "wang.wei"), ("approve", "approved", "li.na"), ("order", "ordered", "wang.wei"),
        ("receive", "partially_received", "zhao.yi"), ("receive", "received", "zhao.yi"),
    ]  # fmt: skip
    assert [len(r["batches"]) for r in told["receipts"]] == [2, 1]
    assert told["receipts"][0]["batches"][0]["expires_on"] == "2026-06-01"


async def test_each_change_of_state_is_told_once(shop, owner, propose, move, deliver):
    order = (await propose((shop.tea, 12))).json()["purchase_order_id"]
    await move(order, "approve", "approve", "order", "order")
    await deliver(order, (1, 6))
    await deliver(order, (1, 6))
    await deliver(order, (1, 6), reference="dn-2")
    rows = await owner.fetch(
        "select topic, payload::jsonb -> 'lines' -> 0 ->> 'received_quantity' as pieces from mall.outbox "
        "where topic like 'purchase_order.%' order by recorded_at"
    )
    assert [(row["topic"].removeprefix("purchase_order."), row["pieces"]) for row in rows] == [
        ("proposed", "0"), ("approved", "0"), ("ordered", "0"), ("partially_received", "6"), ("received", "12"),
    ]  # fmt: skip


async def test_the_same_proposal_again_is_the_same_order(shop, propose):
    first, again = await propose((shop.tea, 12)), await propose((shop.tea, 12))
    assert (first.status_code, again.status_code) == (201, 200)
    assert again.json() == first.json()
    other = await propose((shop.tea, 18))
    assert (other.status_code, other.json()["type"]) == (409, "urn:pointmart:problem:purchase-order-exists")


async def test_the_same_delivery_note_again_books_nothing(shop, propose, move, deliver, stock):
    order = (await propose((shop.tea, 12))).json()["purchase_order_id"]
    await move(order, "approve", "order")
    first, again = await deliver(order, (1, 6)), await deliver(order, (1, 6))
    assert (first.status_code, again.status_code) == (201, 200)
    assert (await stock(shop.tea))["sellable"] == 16
    other = await deliver(order, (1, 5))
    assert (other.status_code, other.json()["type"]) == (409, "urn:pointmart:problem:receipt-exists")


@pytest.mark.parametrize(
    ("lines", "problem"),
    [
        ([("tea", 13)], "not-whole-packs"),
        ([("tea", 6)], "below-minimum-order"),
        ([("card", 5)], "no-supplier-terms"),
        ([(None, 5)], "unknown-offer"),
    ],
)
async def test_what_the_supplier_does_not_sell_is_refused(shop, propose, lines, problem):
    asked = [(getattr(shop, item) if item else uuid4(), quantity) for item, quantity in lines]
    assert (await propose(*asked)).json()["type"] == f"urn:pointmart:problem:{problem}"


async def test_lines_of_one_item_reach_the_minimum_and_the_price_break_together(shop, procurement, propose):
    told = await propose((shop.tea, 6), (shop.tea, 54, procurement.south))
    assert [line["unit_cost_fen"] for line in told.json()["lines"]] == [120, 120]


async def test_more_than_the_tolerance_is_not_taken(shop, propose, move, deliver, stock):
    order = (await propose((shop.tea, 60))).json()["purchase_order_id"]
    await move(order, "approve", "order")
    refused = await deliver(order, (1, 60), (1, 7))
    assert (refused.status_code, refused.json()["most"]) == (409, 66)
    assert (await stock(shop.tea))["sellable"] == 10


async def test_damaged_pieces_fill_nothing_and_are_not_sold(shop, propose, move, deliver, stock):
    order = (await propose((shop.tea, 12))).json()["purchase_order_id"]
    await move(order, "approve", "order")
    assert (await deliver(order, (1, 0, 12))).json()["status"] == "partially_received"
    assert (await stock(shop.tea))["sellable"] == 10
    assert (await deliver(order, (1, 12), reference="dn-2")).json()["status"] == "received"


async def test_goods_past_their_day_are_not_good(shop, propose, move, deliver):
    order = (await propose((shop.tea, 12))).json()["purchase_order_id"]
    await move(order, "approve", "order")
    assert (await deliver(order, (1, 12, 0, "2026-02-28"))).status_code == 422
    assert (await deliver(order, (1, 0, 12, "2026-02-28"))).status_code == 201
    assert (await deliver(order, (1, 12, 0, "2026-03-01"), reference="dn-2")).status_code == 201


async def test_nothing_is_received_before_it_is_ordered(shop, clock, propose, move, deliver):
    order = (await propose((shop.tea, 12))).json()["purchase_order_id"]
    assert (await deliver(order, (1, 12))).status_code == 409
    await move(order, "approve", "order")
    early = (clock.now - timedelta(hours=1)).isoformat()
    assert (await deliver(order, (1, 12), received_at=early)).status_code == 422
    late = (clock.now + timedelta(hours=1)).isoformat()
    assert (await deliver(order, (1, 12), received_at=late)).status_code == 422
    assert (await deliver(order, (2, 12))).status_code == 422


async def test_only_a_planner_or_an_administrator_approves(shop, propose, move):
    order = (await propose((shop.tea, 12))).json()["purchase_order_id"]
    for nobody in ("viewer", "wang.wei"):
        refused = await move(order, "approve", by=nobody)
        assert (refused.status_code, refused.json()["type"]) == (403, "urn:pointmart:problem:not-an-approver")
    assert (await move(order, "approve")).status_code == 200


async def test_the_supplier_is_held_to_the_day_it_confirmed(shop, clock, propose, move):
    order = (await propose((shop.tea, 12))).json()["purchase_order_id"]
    await move(order, "approve")
    clock.now += timedelta(days=2)
    told = (await move(order, "order", expected_on="2026-03-12")).json()
    assert told["lines"][0]["expected_on"] == "2026-03-12"
    other = (await propose((shop.tea, 12), reference="po-2")).json()["purchase_order_id"]
    await move(other, "approve")
    clock.now += timedelta(days=1)
    assert (await move(other, "order")).json()["lines"][0]["expected_on"] == "2026-03-09"
    assert (await move(other, "cancel", expected_on="2026-03-12")).status_code == 422


async def test_a_proposed_order_is_edited_and_no_other(client, shop, owner, propose, move):
    order = (await propose((shop.tea, 12), (shop.pot, 3))).json()["purchase_order_id"]
    url = f"/v1/purchase-orders/{order}/lines"
    body = {
        "lines": [{"item_id": str(shop.pot), "quantity": 1}], "order_by": "2026-03-10", "edited_by": "li.na",
    }  # fmt: skip
    edited = (await client.put(url, json=body)).json()
    assert [(line["item_id"], line["quantity"]) for line in edited["lines"]] == [(str(shop.pot), 1)]
    assert (edited["order_by"], edited["lines"][0]["expected_on"]) == ("2026-03-10", "2026-03-24")
    assert [m["move"] for m in (await client.put(url, json=body)).json()["moves"]] == ["propose", "edit"]
    longer = {**body, "lines": [{"item_id": str(shop.tea), "quantity": 12}] * 2}
    assert [line["line_no"] for line in (await client.put(url, json=longer)).json()["lines"]] == [1, 2]
    # What was struck out once and is there no more was not deleted: nobody who reads the rows misses that.
    await client.put(url, json=body)
    assert await owner.fetchval("select count(*) from mall.purchase_order_line") == 2
    await move(order, "approve")
    assert (await client.put(url, json=longer)).status_code == 409


async def test_the_rest_of_an_order_can_be_given_up(shop, propose, move, deliver, stock):
    order = (await propose((shop.tea, 12))).json()["purchase_order_id"]
    await move(order, "approve", "order")
    assert (await move(order, "close")).status_code == 409
    await deliver(order, (1, 6))
    assert (await move(order, "cancel")).status_code == 409
    assert (await move(order, "close", note="不再补货")).json()["status"] == "received"
    assert (await stock(shop.tea))["on_order"] == 0
    assert (await deliver(order, (1, 6), reference="dn-2")).status_code == 409


async def test_nothing_is_ordered_from_a_suspended_supplier(client, shop, procurement, propose, move):
    order = (await propose((shop.tea, 12))).json()["purchase_order_id"]
    await move(order, "approve")
    body = {"failed_gate": "trial", "reason": "交货迟", "suspended_by": "li.na"}
    await made(await client.post(f"/v1/suppliers/{procurement.supplier}/suspension", json=body))
    assert (await move(order, "order")).json()["type"] == "urn:pointmart:problem:supplier-suspended"
    assert (await propose((shop.tea, 12), reference="po-2")).status_code == 409


async def test_a_dry_run_answers_and_keeps_nothing(client, shop, owner, propose, move, deliver):
    order = (await propose((shop.tea, 12), query="?dry_run=true")).json()["purchase_order_id"]
    assert (await client.get(f"/v1/purchase-orders/{order}")).status_code == 404
    order = (await propose((shop.tea, 12))).json()["purchase_order_id"]
    assert (await move(order, "approve", query="?dry_run=true")).json()["status"] == "approved"
    await move(order, "approve", "order")
    assert (await deliver(order, (1, 12), query="?dry_run=true")).json()["status"] == "received"
    assert (await client.get(f"/v1/purchase-orders/{order}")).json()["status"] == "ordered"
    assert await owner.fetchval("select count(*) from mall.receipt_batch") == 0


async def test_codes_are_not_ordered_by_the_piece(client, owner, shop, procurement, propose, move, deliver):
    url = f"/v1/suppliers/{procurement.supplier}/terms"
    terms = {
        "lead_time_days": 1,
        "worst_lead_time_days": 1,
        "unit_cost_fen": 4000,
        "valid_from": "2026-01-01",
    }
    await client.post(url, json={"item_id": str(shop.card), **terms})
    order = (await propose((shop.card, 3))).json()["purchase_order_id"]
    await move(order, "approve", "order")
    await owner.execute("update mall.offer set is_coded = true where item_id = $1", shop.card)
    assert (await propose((shop.card, 3), reference="po-2")).json()["type"].endswith("stock-of-codes")
    assert (await deliver(order, (1, 3))).json()["type"].endswith("stock-of-codes")


async def test_orders_are_listed_by_page_and_by_what_they_are(client, shop, propose, move):
    orders = sorted(
        [(await propose((shop.tea, 12), reference=f"po-{n}")).json()["purchase_order_id"] for n in range(3)]
    )
    await move(orders[1], "reject")
    first = (await client.get("/v1/purchase-orders", params={"limit": 2})).json()
    assert [o["purchase_order_id"] for o in first["purchase_orders"]] == orders[:2]
    rest = (await client.get("/v1/purchase-orders", params={"after": first["next_after"]})).json()
    assert ([o["purchase_order_id"] for o in rest["purchase_orders"]], rest["next_after"]) == (
        orders[2:],
        None,
    )
    rejected = (await client.get("/v1/purchase-orders", params={"status": "rejected"})).json()[
        "purchase_orders"
    ]
    assert [o["purchase_order_id"] for o in rejected] == [orders[1]]


async def test_another_tenant_neither_sees_nor_moves_an_order(app, owner, shop, propose):
    order = (await propose((shop.tea, 12))).json()["purchase_order_id"]
    stranger = await open_shop(owner, "birch")
    async with client_for(app, stranger.key) as foreign:
        assert (await foreign.get("/v1/purchase-orders")).json()["purchase_orders"] == []
        assert (await foreign.get(f"/v1/purchase-orders/{order}")).status_code == 404
        body = {"move": "cancel", "by": "x"}
        assert (await foreign.post(f"/v1/purchase-orders/{order}/moves", json=body)).status_code == 404
