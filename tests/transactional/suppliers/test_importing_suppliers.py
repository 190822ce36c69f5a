"""Suppliers and their price lists from files: as one by one, all of them or none."""

from io import BytesIO

import pytest
from openpyxl import Workbook

TERMS = "供应商编码,商品编码,通常交期(天),最长交期(天),单价(分),阶梯价,生效日期\n"


async def names(owner):
    return [tuple(row) for row in await owner.fetch("select code, name from mall.supplier order by code")]


async def dated(owner):
    rows = await owner.fetch(
        "select i.code, t.unit_cost_fen, t.break_quantities, t.break_costs_fen, t.valid_from::text, "
        "t.valid_until::text from mall.supplier_terms t join mall.item i using (item_id) order by 1, t.valid_from"
    )
    return [tuple(row) for row in rows]


@pytest.fixture
async def suppliers(client):
    file = "供应商编码,供应商名称\nleaf,叶茂茶业\nkiln,景德窑\n"
    answer = await client.post("/v1/suppliers/import", content=file.encode("gb18030"))
    assert (answer.status_code, answer.json()) == (200, {"rows": 2, "new": 2})
    return file


async def test_suppliers_of_a_file_are_added_once(client, suppliers, owner):
    again = await client.post("/v1/suppliers/import", content=(suppliers + "loom,云锦坊\n").encode())
    assert again.json() == {"rows": 3, "new": 1}
    assert await names(owner) == [("kiln", "景德窑"), ("leaf", "叶茂茶业"), ("loom", "云锦坊")]


async def test_a_code_that_names_another_keeps_all_suppliers_out(client, suppliers, owner):
    answer = await client.post("/v1/suppliers/import", content="code,name\nloom,云锦坊\nleaf,别家\n".encode())
    assert answer.status_code == 422
    assert [row["row"] for row in answer.json()["rows"]] == [2]
    assert len(await names(owner)) == 2


async def test_terms_of_a_file_are_dated_once(client, suppliers, owner):
    lines = (
        "leaf,acorn-tea,7,12,1000,100:950;500:900,2026-01-01\n"
        "kiln,acorn-pot,14,20,9000,,2026-01-01\n"
        "leaf,acorn-tea,7,12,1100,,2026-06-01\n"
    )
    answer = await client.post("/v1/suppliers/terms/import", content=(TERMS + lines).encode())
    assert (answer.status_code, answer.json()) == (200, {"rows": 3, "new": 3}), answer.text
    first = [
        ("acorn-pot", 9000, [], [], "2026-01-01", None),
        ("acorn-tea", 1000, [100, 500], [950, 900], "2026-01-01", "2026-05-31"),
        ("acorn-tea", 1100, [], [], "2026-06-01", None),
    ]
    assert await dated(owner) == first

    again = await client.post("/v1/suppliers/terms/import", content=(TERMS + lines).encode())
    assert again.json() == {"rows": 3, "new": 0}
    assert await dated(owner) == first


async def test_a_workbook_and_json_date_the_same_terms(client, suppliers, owner, shop):
    book = Workbook()
    book.active.append(
        [
            "supplier_code",
            "item_code",
            "lead_time_days",
            "worst_lead_time_days",
            "unit_cost_fen",
            "valid_from",
        ]
    )
    book.active.append(["leaf", "acorn-tea", 7, 12, 1000, "2026-01-01"])
    book.save(file := BytesIO())
    answer = await client.post("/v1/suppliers/terms/import", content=file.getvalue())
    assert answer.json() == {"rows": 1, "new": 1}, answer.text
    supplier = await owner.fetchval("select supplier_id from mall.supplier where code = 'leaf'")
    told = await client.post(
        f"/v1/suppliers/{supplier}/terms",
        json={
            "item_id": str(shop.tea), "lead_time_days": 7, "worst_lead_time_days": 12, "unit_cost_fen": 1000,
            "valid_from": "2026-01-01",
        },
    )  # fmt: skip
    assert told.status_code == 200, told.text


async def test_wrong_terms_keep_all_out_and_each_is_named(client, suppliers, owner):
    malformed = (
        "leaf,acorn-tea,7,12,1000,a hundred,2026-01-01\n"
        "leaf,acorn-tea,7,12,1000,100:1000,2026-01-01\n"
        "leaf,acorn-tea,7,5,1000,,2026-01-01\n"
    )
    answer = await client.post("/v1/suppliers/terms/import", content=(TERMS + malformed).encode())
    told = answer.json()["rows"]
    assert [(row["row"], row["column"]) for row in told] == [(1, "price_breaks"), (2, None), (3, None)]

    unknown = (
        "leaf,acorn-tea,7,12,1000,,2026-01-01\n"
        "nobody,acorn-tea,7,12,1000,,2026-01-01\n"
        "leaf,no-such,7,12,1000,,2026-01-01\n"
        "leaf,acorn-tea,7,12,990,,2026-01-01\n"
    )
    answer = await client.post("/v1/suppliers/terms/import", content=(TERMS + unknown).encode())
    assert answer.json()["type"] == "urn:pointmart:problem:rows-refused"
    assert [row["row"] for row in answer.json()["rows"]] == [2, 3, 4]
    assert await dated(owner) == []


async def test_the_templates_can_be_sent_as_they_are(client, owner):
    await owner.execute("update mall.item set code = 'tea-001' where code = 'acorn-tea'")
    for what in ("suppliers", "suppliers/terms"):
        template = await client.get(f"/v1/{what}/import/template")
        sent = await client.post(f"/v1/{what}/import", content=template.content)
        assert (sent.status_code, sent.json()) == (200, {"rows": 1, "new": 1}), sent.text
