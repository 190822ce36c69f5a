"""Purchase orders, relocations and reservations from files: as one by one, all of them or none."""

from io import BytesIO

from openpyxl import Workbook

from tests.transactional.sessions.test_desks import log_in

__all__ = ["log_in"]

ORDERS = "采购单号,供应商编码,商品编码,数量,仓库编码,最晚下单日\n"
CARRIED = "单号,商品编码,调出仓库,调入仓库,数量\n"
RESERVED = "预留编号,商品编码,用途,件数,到期时间\n"
UNTIL = "2026-04-01T00:00:00+08:00"


async def test_orders_of_a_file_are_proposed_once_with_a_line_per_row(client, shop, procurement):
    url = "/v1/purchase-orders/import"
    file = (
        ORDERS
        + "po-1,leaf,acorn-tea,12,,2026-03-20\npo-2,leaf,acorn-tea,18,south,\npo-1,leaf,acorn-pot,2,south,2026-03-20\n"
    ).encode("gb18030")
    assert (await client.post(url, content=file)).status_code == 422
    answer = await client.post(f"{url}?imported_by=zhao.yi", content=file)
    assert (answer.status_code, answer.json()) == (200, {"rows": 3, "new": 3}), answer.text
    orders = (await client.get("/v1/purchase-orders")).json()["purchase_orders"]
    told = {
        one["reference"]: (
            one["status"],
            one["created_by"],
            one["order_by"],
            [(line["item_id"], line["quantity"], line["warehouse_id"]) for line in one["lines"]],
        )
        for one in orders
    }
    main, south, tea, pot = map(str, (procurement.main, procurement.south, shop.tea, shop.pot))
    assert told == {
        "po-1": ("proposed", "zhao.yi", "2026-03-20", [(tea, 12, main), (pot, 2, south)]),
        "po-2": ("proposed", "zhao.yi", "2026-03-01", [(tea, 18, south)]),
    }
    again = await client.post(f"{url}?imported_by=wang", content=file)
    assert again.json() == {"rows": 3, "new": 0}


async def test_orders_that_are_refused_keep_all_out_and_are_named_by_their_first_rows(
    client, shop, procurement
):
    lines = (
        "po-1,leaf,acorn-tea,12,,\npo-2,nobody,acorn-tea,12,,\npo-3,leaf,acorn-tea,13,,\npo-4,leaf,acorn-tea,12,west,\n"
        "po-5,leaf,acorn-tea,12,,2026-03-20\npo-5,leaf,acorn-pot,2,,2026-03-21\npo-6,leaf,none,12,,\n"
    )
    answer = await client.post(
        "/v1/purchase-orders/import?imported_by=zhao.yi", content=(ORDERS + lines).encode()
    )
    assert answer.status_code == 422
    assert [row["row"] for row in answer.json()["rows"]] == [2, 3, 4, 5, 7]
    assert (await client.get("/v1/purchase-orders")).json()["purchase_orders"] == []


async def test_relocations_of_a_workbook_are_done_once(client, shop, procurement, stock):
    book = Workbook()
    for line in (CARRIED.strip().split(","), ["DB-1", "acorn-tea", "main", "south", 4]):
        book.active.append(line)
    book.save(file := BytesIO())
    url = "/v1/stock/relocations/import"
    assert (await client.post(url, content=file.getvalue())).json() == {"rows": 1, "new": 1}
    assert (await client.post(url, content=file.getvalue())).json() == {"rows": 1, "new": 0}
    there = {procurement.main: 6, procurement.south: 4}
    assert (await stock(shop.tea))["places"] == there
    # The route for one knows the row of the file.
    one = {
        "reference": "DB-1", "item_id": str(shop.tea), "quantity": 4, "from_warehouse_id": str(procurement.main),
        "to_warehouse_id": str(procurement.south),
    }  # fmt: skip
    assert (await client.post("/v1/stock/relocations", json=one)).status_code == 200

    wrong = "DB-2,acorn-tea,main,south,1\nDB-3,acorn-tea,main,south,60\nDB-4,acorn-tea,main,west,1\nDB-1,acorn-tea,main,south,3\n"
    answer = await client.post(url, content=(CARRIED + wrong).encode())
    assert [row["row"] for row in answer.json()["rows"]] == [2, 3, 4]
    answer = await client.post(url, content=(CARRIED + "DB-5,acorn-tea,main,main,1\n").encode())
    assert "lie there already" in answer.json()["rows"][0]["problem"]
    assert (await stock(shop.tea))["places"] == there


async def test_reservations_of_a_file_are_made_once(client, shop, procurement, stock):
    url = "/v1/reservations/import?imported_by=zhao"
    file = (RESERVED + f"v-1,acorn-tea,flash_sale,3,{UNTIL}\nv-2,acorn-pot,campaign,1,{UNTIL}\n").encode(
        "gb18030"
    )
    assert (await client.post(url, content=file)).json() == {"rows": 2, "new": 2}
    assert (await client.post(url.replace("zhao", "wang"), content=file)).json() == {"rows": 2, "new": 0}
    assert (await stock(shop.tea))["reserved"] == 3
    (tea,) = (await client.get("/v1/reservations", params={"item_id": str(shop.tea)})).json()["reservations"]
    assert (tea["reference"], tea["purpose"], tea["quantity"], tea["reserved_by"], tea["expires_at"]) == (
        "v-1", "flash_sale", 3, "zhao", "2026-03-31T16:00:00Z",
    )  # fmt: skip

    wrong = f"v-3,acorn-tea,campaign,1,{UNTIL}\nv-4,acorn-tea,campaign,99,{UNTIL}\nv-5,none,campaign,1,{UNTIL}\nv-1,acorn-tea,campaign,3,{UNTIL}\n"
    answer = await client.post(url, content=(RESERVED + wrong).encode())
    assert [row["row"] for row in answer.json()["rows"]] == [2, 3, 4]
    assert (await stock(shop.tea))["reserved"] == 3


async def test_a_planner_may_and_a_viewer_may_not(log_in, shop, procurement):
    file = (RESERVED + f"v-1,acorn-tea,flash_sale,3,{UNTIL}\n").encode()
    async with await log_in("planner") as person:
        assert (await person.post("/v1/reservations/import", content=file)).json() == {"rows": 1, "new": 1}
    async with await log_in("enterprise_viewer") as person:
        for path in ("/v1/reservations", "/v1/purchase-orders", "/v1/stock/relocations"):
            assert (await person.post(f"{path}/import", content=file)).status_code == 403
