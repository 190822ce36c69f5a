"""Brands and items by file: all rows or none, whatever is wrong and whenever the database goes away."""

import asyncio
import random
from io import BytesIO

import asyncpg
import pytest
from openpyxl import Workbook

from transactional.tenants.domain import Rate

HEAD = "code,name,category,kind,class,brand,image_urls,compliance_flags,listing_priority,storage_units\n"
TEA = "tea-1,明前龙井,tea,physical,staple,leaf,https://img.example.com/a.jpg https://img.example.com/b.jpg,food_licence no_return,50,2\n"


@pytest.fixture
def send(operator):
    async def send(kind, body, **params):
        content = body if isinstance(body, bytes) else body.encode()
        return await operator.post(f"/v1/platform/{kind}/import", content=content, params=params)

    return send


@pytest.fixture
async def leaf(send):
    answer = await send("brands", "品牌编码,中文名称,英文名称,知名品牌\nleaf,叶茂,Leaf,是\n")
    assert answer.json() == {"added": 1, "changed": 0, "unchanged": 0}, answer.text


async def codes(owner, table="item"):
    return {row["code"] for row in await owner.fetch(f"select code from mall.{table}")}


async def test_brands_are_added_changed_and_known(send, leaf, client, owner):
    body = "code,name_zh,name_en\nleaf,叶茂,Leaf & Co\noak,橡树,Oak\n"
    assert (await send("brands", body, dry_run=True)).json() == {"added": 1, "changed": 1, "unchanged": 0}
    assert await codes(owner, "brand") == {"leaf"}
    assert (await send("brands", body)).json() == {"added": 1, "changed": 1, "unchanged": 0}
    assert (await send("brands", body)).json() == {"added": 0, "changed": 0, "unchanged": 2}
    told = (await client.get("/v1/brands")).json()["brands"]
    assert [(b["code"], b["name_en"], b["is_known"]) for b in told] == [
        ("leaf", "Leaf & Co", False),
        ("oak", "Oak", False),
    ]


async def test_an_item_says_all_of_itself_and_keeps_what_a_file_leaves_out(send, leaf, client):
    assert (await send("items", HEAD + TEA)).json() == {"added": 1, "changed": 0, "unchanged": 0}
    again = "商品编码,商品名称,类目,商品类型,商品等级\ntea-1,雨前龙井,tea,实物,品质商品\n"
    assert (await send("items", again)).json() == {"added": 0, "changed": 1, "unchanged": 0}
    (item,) = (await client.get("/v1/items", params={"brand": "leaf"})).json()["items"]
    assert (item["name"], item["kind"], item["class"], item["listing_priority"], item["storage_units"]) == (
        "雨前龙井", "physical", "quality", 50, 2,
    )  # fmt: skip
    assert item["image_urls"] == ["https://img.example.com/a.jpg", "https://img.example.com/b.jpg"]
    assert item["compliance_flags"] == ["food_licence", "no_return"]


async def test_a_workbook_is_taken_too(send, owner):
    book, written = Workbook(), BytesIO()
    book.active.append(["商品编码", "商品名称", "类目", "商品类型", "商品等级", "排序优先级"])
    book.active.append([10001, "茶", "tea", "实物", "稀缺商品", 7])
    book.save(written)
    assert (await send("items", written.getvalue())).json()["added"] == 1
    assert await owner.fetchval("select listing_priority from mall.item where code = '10001'") == 7


WRONG = {
    "a name that is missing": "x,,tea,physical,staple,,,,,\n",
    "a kind there is not": "x,X,tea,solid,staple,,,,,\n",
    "a brand there is not": "x,X,tea,physical,staple,nobody,,,,\n",
    "an image by http": "x,X,tea,physical,staple,,http://img.example.com/a.jpg,,,\n",
    "a flag there is not": "x,X,tea,physical,staple,,,tasty,,\n",
    "a flag twice": "x,X,tea,physical,staple,,,fragile fragile,,\n",
    "a priority out of bounds": "x,X,tea,physical,staple,,,,1001,\n",
    "a code of the file": "tea-1,X,tea,physical,staple,,,,,\n",
    "another kind of what is there": "acorn-tea,X,tea,virtual,staple,,,,,\n",
}


@pytest.mark.parametrize("row", WRONG.values(), ids=WRONG)
async def test_one_bad_row_at_the_end_and_nothing_is_imported(send, leaf, owner, row):
    before = await owner.fetch("select * from mall.item order by code")
    answer = await send("items", HEAD + TEA + row)
    assert (answer.status_code, answer.json()["type"]) == (422, "urn:pointmart:problem:rows-refused")
    assert [told["row"] for told in answer.json()["rows"]] == [2], answer.text
    assert await owner.fetch("select * from mall.item order by code") == before


@pytest.mark.parametrize("seed", range(4))
async def test_every_bad_row_of_any_file_is_named_and_nothing_changes(send, leaf, owner, seed):
    chance = random.Random(seed)
    rows, bad = [TEA], []
    for number in range(2, 40):
        if chance.random() < 0.2:
            rows.append(chance.choice(list(WRONG.values())))
            bad.append(number)
        else:
            rows.append(f"good-{number},茶,tea,physical,staple,,,,,\n")
    before = await owner.fetch("select * from mall.item order by code")
    answer = await send("items", HEAD + "".join(rows))
    assert sorted({row["row"] for row in answer.json()["rows"]}) == bad
    assert await owner.fetch("select * from mall.item order by code") == before


async def test_a_connection_killed_in_the_middle_leaves_nothing(send, owner, database_url):
    rows = [f"k-{n},茶,tea,physical,staple,,,,,\n" for n in range(9)]
    assert (await send("items", HEAD + rows[5])).status_code == 200
    keeper = await asyncpg.connect(database_url)
    async with keeper.transaction():
        await keeper.execute("update mall.item set name = 'kept' where code = 'k-5'")
        waiting = asyncio.create_task(send("items", HEAD + "".join(rows)))
        find = (
            "select pid from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()"
        )
        while (pid := await owner.fetchval(find)) is None:
            await asyncio.sleep(0.01)
        await owner.execute("select pg_terminate_backend($1)", pid)
        answer = await waiting
    await keeper.close()
    assert (answer.status_code, answer.json()["type"]) == (503, "urn:pointmart:problem:database-away")
    assert {code for code in await codes(owner) if code.startswith("k-")} == {"k-5"}
    assert (await send("items", HEAD + "".join(rows))).json() == {"added": 8, "changed": 1, "unchanged": 0}


@pytest.mark.parametrize("kind", ["brands", "items"])
async def test_a_template_is_taken_once_its_brand_is_there(send, operator, owner, kind):
    await owner.execute("insert into mall.brand (code, name_zh, name_en) values ('qingfeng', 'x', 'x')")
    answer = await operator.get(f"/v1/platform/{kind}/import/template")
    assert answer.headers["content-disposition"] == f'attachment; filename="{kind}.csv"'
    assert (await send(kind, answer.content)).status_code == 200


async def test_an_operator_adds_and_changes_one(operator, leaf, client, shop):
    body = {
        "code": "lamp",
        "name": "台灯",
        "category": "home",
        "kind": "physical",
        "class": "quality",
        "brand": "leaf",
    }
    made = await operator.post("/v1/platform/items", json=body)
    assert made.status_code == 201, made.text
    assert (await operator.post("/v1/platform/items", json=body)).status_code == 200
    other = await operator.post("/v1/platform/items", json=body | {"name": "落地灯"})
    assert (other.status_code, other.json()["type"]) == (409, "urn:pointmart:problem:item-exists")
    url = f"/v1/platform/items/{made.json()['item_id']}"
    changed = await operator.patch(url, json={"compliance_flags": ["fragile"], "class": "scarce"})
    assert changed.json() == made.json() | {"compliance_flags": ["fragile"], "class": "scarce"}
    assert (await client.get(f"/v1/items/{made.json()['item_id']}")).json() == changed.json()
    assert (await operator.patch(url, json={"brand": "nobody"})).status_code == 404
    assert (await operator.patch(url, json={"compliance_flags": []})).json()["compliance_flags"] == []
    fixed = await operator.patch(f"/v1/platform/items/{shop.tea}", json={"kind": "virtual"})
    assert fixed.json()["type"] == "urn:pointmart:problem:item-kind-fixed"
    brand_id = made.json()["brand_id"]
    renamed = await operator.patch(f"/v1/platform/brands/{brand_id}", json={"is_known": False})
    assert renamed.json()["is_known"] is False
    taken = await operator.post("/v1/platform/brands", json={"code": "leaf", "name_zh": "x", "name_en": "x"})
    assert taken.json()["type"] == "urn:pointmart:problem:brand-exists"


async def hand_in_food_licence(client, owner) -> None:
    """A supplier of before the gates hands in a licence, which is verified."""
    made = (await client.post("/v1/suppliers", json={"code": "farm", "name": "茶园"})).json()
    await owner.execute("update mall.supplier set is_gated = false")
    await owner.execute(
        "insert into mall.login (tenant_id, username, password_hash, role) select tenant_id, 'li.na', 'x', 'planner' "
        "from mall.supplier"
    )
    url = f"/v1/suppliers/{made['supplier_id']}/documents"
    licence = {
        "kind": "food_licence", "number": "JY1", "issued_on": "2026-01-01", "expires_on": "2026-12-31",
        "handed_in_by": "x", "file_url": "https://files.example.com/1.pdf", "file_sha256": "a" * 64,
    }  # fmt: skip
    document = (await client.post(url, json=licence)).json()["document_id"]
    answer = await client.post(f"{url}/{document}/verification", json={"verified_by": "li.na"})
    assert answer.status_code == 200, answer.text


async def test_offers_come_by_the_code_of_their_item_and_the_largest_priority_is_listed_first(
    send, leaf, client, operator, shop, owner
):
    await send("items", HEAD + TEA + "tea-2,陈皮,tea,physical,staple,,,,900,\n")
    for code in ("tea-1", "tea-2"):
        item_id = await owner.fetchval("select item_id from mall.item where code = $1", code)
        await client.post("/v1/opt-ins", json={"item_id": str(item_id), "opted_in_by": "x"})
    url = f"/v1/platform/tenants/{shop.tenant_id}/offers/import"
    head = "商品编码,积分价格,交付方式\n"
    wrong = await operator.post(url, content=f"{head}tea-1,10,pickup\nnone,10,pickup\n".encode())
    # The first is food, and nobody has a licence.
    assert [row["row"] for row in wrong.json()["rows"]] == [1, 2]
    await hand_in_food_licence(client, owner)
    # It is of a known brand, too, and nobody is authorised to sell it.
    wrong = await operator.post(url, content=f"{head}tea-1,10,pickup\nnone,10,pickup\n".encode())
    assert [row["row"] for row in wrong.json()["rows"]] == [1, 2]
    (brand,) = (await client.get("/v1/brands")).json()["brands"]
    waived = {"is_demanded": False, "changed_by": "wu"}
    await operator.put(f"/v1/platform/brand-demands/{brand['brand_id']}", json=waived)
    wrong = await operator.post(url, content=f"{head}tea-1,10,pickup\nnone,10,pickup\n".encode())
    assert [row["row"] for row in wrong.json()["rows"]] == [2]
    listed = await operator.post(url, content=f"{head}tea-1,10,pickup\ntea-2,20,pickup\n".encode())
    assert listed.json() == {"listed": 2, "changed": 0, "unchanged": 0}
    template = await operator.get("/v1/platform/offers/import/template", params={"language": "en"})
    assert template.text.splitlines()[0].lstrip("\ufeff").startswith("item_id,item_code,price_points")
    pages, after = [], {}
    while after is not None:
        page = (await client.get("/v1/offers", params={"limit": 2, **after})).json()
        pages += page["offers"]
        after = {"after": page["next_after"]} if page["next_after"] else None
    assert [offer["name"] for offer in pages[:2]] == ["陈皮", "明前龙井"]
    assert (pages[1]["brand"], pages[1]["compliance_flags"]) == ("leaf", ["food_licence", "no_return"])
    assert sorted(offer["name"] for offer in pages[2:]) == ["card", "pot", "tea"]


async def test_a_supplier_can_be_a_brand_itself(client, leaf):
    supplier = (await client.post("/v1/suppliers", json={"code": "maker", "name": "叶茂"})).json()
    url = f"/v1/suppliers/{supplier['supplier_id']}/brand"
    assert (await client.put(url, json={"brand": "leaf"})).json()["brand"] == "leaf"
    assert (await client.put(url, json={"brand": "none"})).json()[
        "type"
    ] == "urn:pointmart:problem:unknown-brand"
    assert (await client.get(url)).json()["brand"] == "leaf"
    assert (await client.put(url, json={"brand": None})).json()["brand_id"] is None


async def test_an_offer_narrows_the_part_of_its_price_that_is_paid_in_cash(
    client, operator, shop, owner, rules
):
    await rules(cash=Rate(100, 1000), cash_share_max_bp=9000)
    await client.earn(shop.member, 5000, "e")
    url = f"/v1/platform/tenants/{shop.tenant_id}/offers/import"
    head = "商品编码,积分价格,交付方式,最低现金比例(基点),最高现金比例(基点)\n"
    body = f"{head}acorn-tea,100,pickup,,0\nacorn-pot,250,shipping,2000,5000\n"
    wrong = await operator.post(url, content=f"{body}acorn-card,500,instant,5000,2000\n".encode())
    assert [row["row"] for row in wrong.json()["rows"]] == [3]
    assert (await operator.post(url, content=body.encode())).json() == {
        "listed": 0,
        "changed": 2,
        "unchanged": 0,
    }

    async def points(spent, *items):
        body = {
            "member_id": str(shop.member), "lines": [{"item_id": str(item), "quantity": 1} for item in items],
            "cash": {"provider": "wechat", "points": spent},
        }  # fmt: skip
        answer = await client.post(
            "/v1/redemptions", params={"dry_run": True}, json=body, headers={"Idempotency-Key": f"k{spent}"}
        )
        told = answer.json()
        return told.get(
            "cash_fen",
            (told.get("type", "").rsplit(":")[-1], told.get("least_points"), told.get("most_points")),
        )

    assert await points(50, shop.tea) == ("points-only", None, None)
    assert await points(124, shop.pot) == ("cash-share-out-of-bounds", 125, 200)
    assert await points(125, shop.pot) == 1250
    # Of both together, all of the tea and half to four fifths of the pot.
    assert await points(224, shop.tea, shop.pot) == ("cash-share-out-of-bounds", 225, 300)
    assert await points(300, shop.tea, shop.pot) == 500
    (pot,) = [o for o in (await client.get("/v1/offers")).json()["offers"] if o["item_id"] == str(shop.pot)]
    assert (pot["cash_share_min_bp"], pot["cash_share_max_bp"]) == (2000, 5000)
