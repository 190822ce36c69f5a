"""Deliveries of several purchase orders from one file."""

import pytest

HEADER = "采购单号,送货单号,商品编码,行号,完好数量,破损数量\n"
URL = "/v1/purchase-receipts/import?imported_by=zhao.yi"


@pytest.fixture
async def orders(propose, move, shop, procurement):
    """po-1 of 12 tea and 2 pots, po-2 of 18 tea here and 12 tea in the south."""
    for reference, lines in (
        ("po-1", ((shop.tea, 12), (shop.pot, 2))),
        ("po-2", ((shop.tea, 18), (shop.tea, 12, procurement.south))),
    ):
        made = (await propose(*lines, reference=reference)).json()
        assert (await move(made["purchase_order_id"], "approve", "order")).status_code == 200


async def received(client):
    return {
        (order["reference"], line["line_no"]): (line["received_quantity"], line["damaged_quantity"])
        for order in (await client.get("/v1/purchase-orders")).json()["purchase_orders"]
        for line in order["lines"]
        if line["received_quantity"] + line["damaged_quantity"]
    }


async def test_deliveries_of_several_orders_are_booked_once(client, shop, orders, owner, stock):
    lines = "po-1,DN-1,acorn-tea,,6,0\npo-2,DN-9,acorn-tea,2,12,0\npo-1,DN-1,acorn-pot,2,1,1\npo-1,DN-2,acorn-tea,,6,0\n"
    answer = await client.post(URL, content=(HEADER + lines).encode("gb18030"))
    assert (answer.status_code, answer.json()) == (200, {"rows": 4, "new": 4}), answer.text
    booked = {("po-1", 1): (12, 0), ("po-1", 2): (1, 1), ("po-2", 2): (12, 0)}
    assert await received(client) == booked
    assert await owner.fetchval("select count(*) from mall.receipt") == 3
    assert (await stock(shop.tea))["total"] == 34

    again = await client.post(URL.replace("zhao.yi", "wang"), content=(HEADER + lines).encode())
    assert again.json() == {"rows": 4, "new": 0}
    assert (await received(client), (await stock(shop.tea))["total"]) == (booked, 34)


async def test_a_delivery_that_is_refused_keeps_all_out_and_is_named_by_its_first_row(client, orders, owner):
    lines = (
        "po-1,DN-1,acorn-tea,,6,0\npo-2,DN-9,acorn-tea,,12,0\npo-1,DN-2,acorn-pot,,1,0\npo-1,DN-2,acorn-pot,,9,0\n"
        "po-7,DN-3,acorn-tea,,1,0\npo-1,DN-4,acorn-card,,1,0\npo-2,DN-5,acorn-tea,7,1,0\n"
    )
    answer = await client.post(URL, content=(HEADER + lines).encode())
    assert answer.status_code == 422
    told = answer.json()["rows"]
    assert [row["row"] for row in told] == [2, 3, 5, 6, 7]
    assert "the lines 1, 2 of 'acorn-tea', so say which" in told[0]["problem"]
    assert await owner.fetchval("select count(*) from mall.receipt") == 0
    assert (
        await client.post(URL, content=(HEADER + "po-1,DN-1,acorn-tea,,0,0\n").encode())
    ).status_code == 422


async def test_a_delivery_came_at_one_time_that_is_past(client, orders, owner):
    head = "order_reference,reference,item_code,quantity,received_at\n"
    lines = (
        "po-1,DN-1,acorn-tea,6,2026-03-01 12:00:00\npo-1,DN-1,acorn-pot,1,2026-03-01 11:00:00\n"
        "po-1,DN-2,acorn-tea,6,2026-03-01 12:00:01\npo-1,DN-3,acorn-tea,6,2026-03-01 11:59:59\n"
    )
    answer = await client.post(URL, content=(head + lines).encode())
    assert [(row["row"], row["problem"][:11]) for row in answer.json()["rows"]] == [
        (1, "received_at"), (3, "received_at"), (4, "received_at"),
    ]  # fmt: skip
    head = "order_reference,reference,item_code,quantity,expires_on,received_at\n"
    good = "po-1,DN-1,acorn-tea,6,2026-09-30,2026-03-01 12:00:00\n"
    for new in (1, 0):
        assert (await client.post(URL, content=(head + good).encode())).json() == {"rows": 1, "new": new}
    assert await owner.fetchval("select expires_on::text from mall.receipt_batch") == "2026-09-30"


async def test_the_template_can_be_sent_as_it_is(client, orders, owner):
    await owner.execute("update mall.item set code = 'tea-001' where code = 'acorn-tea'")
    template = await client.get("/v1/purchase-receipts/import/template")
    sent = await client.post(URL, content=template.content)
    assert (sent.status_code, sent.json()) == (200, {"rows": 1, "new": 1}), sent.text
    assert await received(client) == {("po-1", 1): (12, 0)}
