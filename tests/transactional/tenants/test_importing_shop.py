"""What leaves a shop, and who tops up what is in it, from files."""

from tests.transactional.sessions.test_desks import log_in

__all__ = ["log_in"]

GONE = "/v1/opt-in-withdrawals/import?imported_by=zhao"
PRODUCTS = "/v1/top-up-products/import?imported_by=zhao"


async def test_items_of_a_file_leave_the_shop_once(client, shop):
    file = f"商品编码,商品ID\nacorn-tea,\n,{shop.pot}\n".encode("gb18030")
    assert (await client.post(GONE, content=file)).json() == {"rows": 2, "new": 2}
    assert (await client.post(GONE, content=file)).json() == {"rows": 2, "new": 0}
    left = {one["item_id"] for one in (await client.get("/v1/opt-ins")).json()["opt_ins"]}
    assert not left & {str(shop.tea), str(shop.pot)}
    (tea,) = (
        await client.get("/v1/opt-ins", params={"item_id": str(shop.tea), "with_withdrawn": True})
    ).json()["opt_ins"]
    assert tea["withdrawn_by"] == "zhao"


async def test_one_unknown_item_keeps_all_in_the_shop(client, shop):
    answer = await client.post(GONE, content="商品编码\nacorn-tea\nnone\n".encode())
    assert [row["row"] for row in answer.json()["rows"]] == [2]
    assert str(shop.tea) in {one["item_id"] for one in (await client.get("/v1/opt-ins")).json()["opt_ins"]}


async def test_providers_of_a_file_are_named_and_changed(client, shop, owner):
    async def products():
        rows = await owner.fetch(
            "select item_id, product_code, changed_by from mall.top_up_product order by 2"
        )
        return [tuple(row) for row in rows]

    header = "商品编码,充值渠道,渠道商品编码\n"
    file = (header + "acorn-card,sandbox,CARD50\n").encode("gb18030")
    assert (await client.post(PRODUCTS, content=file)).json() == {"rows": 1, "new": 1}
    assert (await client.post(PRODUCTS.replace("zhao", "wang"), content=file)).json() == {"rows": 1, "new": 0}
    assert await products() == [(shop.card, "CARD50", "zhao")]
    other = (header + "acorn-card,sandbox,CARD60\n").encode()
    assert (await client.post(PRODUCTS, content=other)).json() == {"rows": 1, "new": 1}
    wrong = header + "acorn-card,sandbox,CARD70\nnone,sandbox,X\nacorn-tea,nobody,X\n"
    assert (await client.post(PRODUCTS, content=wrong.encode())).status_code == 422
    assert await products() == [(shop.card, "CARD60", "zhao")]


async def test_a_planner_may_and_a_viewer_may_not(log_in, shop):
    file = "商品编码\nacorn-tea\n".encode()
    async with await log_in("enterprise_viewer") as person:
        assert (await person.post("/v1/opt-in-withdrawals/import", content=file)).status_code == 403
        assert (await person.post("/v1/top-up-products/import", content=file)).status_code == 403
    async with await log_in("planner") as person:
        assert (await person.post("/v1/opt-in-withdrawals/import", content=file)).json() == {
            "rows": 1,
            "new": 1,
        }
