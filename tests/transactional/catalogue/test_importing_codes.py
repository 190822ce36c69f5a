"""Voucher codes from a file: added once, and repeated by nothing that refuses them."""

from io import BytesIO

import pytest
from openpyxl import Workbook

from tests.transactional.test_codes import empty_card

URL, HEADER = "/v1/voucher-codes/import", "商品编码,券码\n"


@pytest.fixture(autouse=True)
async def no_cards(owner, shop):
    await empty_card(owner, shop)


async def pool(owner):
    return await owner.fetchval("select count(*) from mall.voucher_code"), await owner.fetchval(
        "select on_hand from mall.stock s join mall.item i using (item_id) where i.code = 'acorn-card'"
    )


async def test_codes_of_a_file_are_added_once_and_can_be_issued(client, shop, owner):
    file = (HEADER + "acorn-card,AAA-1\nacorn-card,BBB-2\nacorn-card,AAA-1\n").encode("gb18030")
    assert (await client.post(f"{URL}?dry_run=true", content=file)).json() == {"rows": 3, "new": 2}
    assert await pool(owner) == (0, 0)
    assert (await client.post(URL, content=file)).json() == {"rows": 3, "new": 2}
    assert (await client.post(URL, content=file)).json() == {"rows": 3, "new": 0}
    assert await pool(owner) == (2, 2)
    await client.earn(shop.member, 500, "e1")
    made = await client.redeem(shop.member, "r1", (shop.card, 1))
    assert [code["code"] for code in made.json()["codes"]] == ["AAA-1"]


async def test_a_wrong_row_keeps_all_out_and_no_refusal_repeats_a_code(client, shop, owner):
    lines = "acorn-card,SECRET-1\nacorn-tea,SECRET-2\nacorn-tea,SECRET-3\nno-such,SECRET-4\n"
    refused = [await client.post(URL, content=(HEADER + lines).encode())]
    assert [row["row"] for row in refused[0].json()["rows"]] == [2, 4]
    for broken in (
        HEADER + f"acorn-card,SECRET-{'x' * 600}\n",
        HEADER + "acorn-card,SECRET-5,SECRET-6\n",
        HEADER + "SECRET-7\n",
        HEADER + ",SECRET-8\n",
        "item_code,SECRET-9\nacorn-card,SECRET-10\n",
    ):
        refused.append(await client.post(URL, content=broken.encode()))
    for answer in refused:
        assert answer.status_code == 422
        assert "SECRET" not in answer.text
    assert await pool(owner) == (0, 0)


async def test_a_workbook_and_the_template_are_taken(client, shop, owner):
    book = Workbook()
    book.active.append(["item_code", "code"])
    book.active.append(["acorn-card", "AAA-1"])
    book.save(file := BytesIO())
    assert (await client.post(URL, content=file.getvalue())).json() == {"rows": 1, "new": 1}
    await owner.execute("update mall.item set code = 'card-001' where code = 'acorn-card'")
    template = await client.get(f"{URL}/template")
    assert (await client.post(URL, content=template.content)).json() == {"rows": 1, "new": 1}
