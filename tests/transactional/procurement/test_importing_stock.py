"""Warehouses, corrections and thresholds from files: as one by one, all of them or none."""

from io import BytesIO

from openpyxl import Workbook

COUNTED = "单号,仓库编码,商品编码,差异数量,类型,原因\n"


async def rows(owner, query):
    return [tuple(row) for row in await owner.fetch(query)]


async def test_warehouses_of_a_file_are_added_once(client, shop, owner):
    file = "仓库编码,仓库名称,区域,库容(仓储单位)\nmain,总仓,华东,\nsouth,南仓,华南,500\n".encode("gb18030")
    assert (await client.post("/v1/warehouses/import", content=file)).json() == {"rows": 2, "new": 2}
    assert (await client.post("/v1/warehouses/import", content=file)).json() == {"rows": 2, "new": 0}
    told = "select code, name, capacity_units, is_default from mall.warehouse order by code"
    assert await rows(owner, told) == [("main", "总仓", None, True), ("south", "南仓", 500, False)]

    other = "code,name,region\nnorth,北仓,华北\nsouth,别仓,华南\n".encode()
    answer = await client.post("/v1/warehouses/import", content=other)
    assert [row["row"] for row in answer.json()["rows"]] == [2]
    assert len(await rows(owner, told)) == 2


async def test_corrections_of_a_file_are_booked_once_whoever_sends_it(client, shop, procurement, stock):
    book = Workbook()
    for line in (
        ["reference", "warehouse_code", "item_code", "quantity", "kind", "reason"],
        ["PD-1", "main", "acorn-tea", -3, "damage", "受潮"],
        ["PD-2", "south", "acorn-tea", 5, "found", "盘点"],
    ):
        book.active.append(line)
    book.save(file := BytesIO())
    url = "/v1/stock/corrections/import"
    assert (await client.post(url, content=file.getvalue())).status_code == 422
    first = await client.post(f"{url}?imported_by=zhao", content=file.getvalue())
    assert first.json() == {"rows": 2, "new": 2}, first.text
    again = await client.post(f"{url}?imported_by=wang", content=file.getvalue())
    assert again.json() == {"rows": 2, "new": 0}
    told = await stock(shop.tea)
    assert (told["total"], told["places"]) == (12, {procurement.main: 7, procurement.south: 5})
    kept = (await client.get("/v1/stock/corrections")).json()["corrections"]
    assert {(one["reference"], one["corrected_by"]) for one in kept} == {("PD-1", "zhao"), ("PD-2", "zhao")}


async def test_a_wrong_correction_keeps_all_out_and_is_named(client, shop, procurement, stock):
    url = "/v1/stock/corrections/import?imported_by=zhao"
    lines = (
        "PD-1,main,acorn-tea,-3,count,盘点\nPD-2,main,acorn-pot,-2,count,盘点\nPD-3,west,acorn-tea,1,count,盘点\n"
        "PD-4,main,no-such,1,count,盘点\nPD-1,main,acorn-tea,-2,count,盘点\n"
    )
    answer = await client.post(url, content=(COUNTED + lines).encode())
    assert [row["row"] for row in answer.json()["rows"]] == [2, 3, 4, 5]
    malformed = "PD-1,main,acorn-tea,3,damage,盘点\nPD-2,main,acorn-tea,0,count,盘点\n"
    answer = await client.post(url, content=(COUNTED + malformed).encode())
    assert [row["row"] for row in answer.json()["rows"]] == [1, 2]
    assert (await stock(shop.tea))["total"] == 10


async def test_thresholds_of_a_file_are_set_and_alert_at_once(client, shop, procurement, owner):
    url, head = "/v1/stock/thresholds/import", "商品编码,仓库编码,预警数量\n"
    file = (head + "acorn-tea,,11\nacorn-tea,main,4\nacorn-pot,,0\n").encode()
    assert (await client.post(url, content=file)).json() == {"rows": 3, "new": 2}
    assert (await client.post(url, content=file)).json() == {"rows": 3, "new": 0}
    told = "select quantity from mall.stock_threshold order by quantity"
    assert await rows(owner, told) == [(4,), (11,)]
    assert [a["threshold_quantity"] for a in (await client.get("/v1/stock/alerts")).json()["alerts"]] == [11]

    wrong = (head + "acorn-tea,,0\nacorn-tea,west,4\n").encode()
    answer = await client.post(url, content=wrong)
    assert [(row["row"], "west" in row["problem"]) for row in answer.json()["rows"]] == [(2, True)]
    assert await rows(owner, told) == [(4,), (11,)]


async def test_the_templates_can_be_sent_as_they_are(client, shop, owner):
    await owner.execute("update mall.item set code = 'tea-001' where code = 'acorn-tea'")
    for what in ("warehouses", "stock/corrections", "stock/thresholds"):
        template = await client.get(f"/v1/{what}/import/template")
        sent = await client.post(f"/v1/{what}/import?imported_by=zhao", content=template.content)
        assert (sent.status_code, sent.json()) == (200, {"rows": 1, "new": 1}), sent.text
