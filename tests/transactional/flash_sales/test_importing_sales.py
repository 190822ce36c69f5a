"""Flash sales from a file: as one by one, all of them or none."""

from tests.transactional.sessions.test_desks import log_in

__all__ = ["log_in"]

HEADER = "秒杀编号,商品编码,秒杀积分,开始时间,结束时间,件数,每人限购\n"
WHEN = "2026-03-02T00:00:00+08:00,2026-03-03T00:00:00+08:00"
URL = "/v1/flash-sales/import"


async def shelf(owner, item_id):
    return tuple(await owner.fetchrow("select on_hand, allotted from mall.stock where item_id = $1", item_id))


async def test_sales_of_a_file_are_opened_once_with_their_pieces(client, shop, owner):
    on_hand, _ = await shelf(owner, shop.tea)
    file = (HEADER + f"s-1,acorn-tea,60,{WHEN},2,1\ns-2,acorn-tea,50,,2026-03-09T00:00:00+08:00,1,\n").encode(
        "gb18030"
    )
    answer = await client.post(URL, content=file)
    assert (answer.status_code, answer.json()) == (200, {"rows": 2, "new": 2})
    sales = (await client.get("/v1/flash-sales")).json()["sales"]
    told = [
        (one["reference"], one["status"], one["price_points"], one["allotted"], one["member_limit"])
        for one in sorted(sales, key=lambda one: one["reference"])
    ]
    assert told == [("s-1", "scheduled", 60, 2, 1), ("s-2", "open", 50, 1, 1)]
    assert await shelf(owner, shop.tea) == (on_hand - 3, 3)

    assert (await client.post(URL, content=file)).json() == {"rows": 2, "new": 0}
    assert await shelf(owner, shop.tea) == (on_hand - 3, 3)


async def test_one_wrong_row_keeps_all_out_and_every_wrong_row_is_named(client, shop, owner):
    before = await shelf(owner, shop.tea)
    lines = f"s-1,acorn-tea,60,{WHEN},2,1\ns-2,nothing,60,{WHEN},2,1\ns-3,acorn-tea,60,{WHEN},1000000,1\n"
    answer = await client.post(URL, content=(HEADER + lines).encode())
    assert answer.status_code == 422
    assert [row["row"] for row in answer.json()["rows"]] == [2, 3]
    assert await shelf(owner, shop.tea) == before


async def test_a_tenant_that_does_not_use_them_is_refused(client, shop, owner):
    await owner.execute(
        "insert into mall.feature_switch (tenant_id, feature, is_on, changed_by, changed_at) "
        "values ($1, 'flash_sales', false, 'x', now())",
        shop.tenant_id,
    )
    answer = await client.post(URL, content=(HEADER + f"s-1,acorn-tea,60,{WHEN},2,1\n").encode())
    assert (answer.status_code, answer.json()["type"]) == (403, "urn:pointmart:problem:feature-off")


async def test_a_planner_may_and_a_viewer_may_not(log_in):
    file = (HEADER + f"s-1,acorn-tea,60,{WHEN},2,1\n").encode()
    async with await log_in("planner") as person:
        assert (await person.post(URL, content=file)).json() == {"rows": 1, "new": 1}
    async with await log_in("enterprise_viewer") as person:
        assert (await person.post(URL, content=file)).status_code == 403


async def test_the_route_for_one_takes_what_a_row_does_and_they_know_each_others(client, shop, owner):
    reserved = {
        "reference": "v-1", "item_id": str(shop.tea), "purpose": "flash_sale", "quantity": 2, "reserved_by": "x",
        "expires_at": "2026-03-05T00:00:00+08:00",
    }  # fmt: skip
    reservation = (await client.post("/v1/reservations", json=reserved)).json()["reservation_id"]
    sale = {
        "reference": "s-1", "item_code": "acorn-tea", "price_points": 60, "starts_at": "2026-03-02T00:00:00+08:00",
        "ends_at": "2026-03-03T00:00:00+08:00", "allotted": 2, "reservation": "v-1",
    }  # fmt: skip
    opened = await client.post("/v1/flash-sales", json=sale)
    assert (opened.status_code, opened.json()["item_id"]) == (201, str(shop.tea)), opened.text
    by_id = {name: told for name, told in sale.items() if name not in ("item_code", "reservation")}
    by_id |= {"item_id": str(shop.tea), "reservation_id": reservation}
    assert (await client.post("/v1/flash-sales", json=by_id)).status_code == 200
    file = HEADER.replace("每人限购", "每人限购,预留编号") + f"s-1,acorn-tea,60,{WHEN},2,1,v-1\n"
    assert (await client.post(URL, content=file.encode())).json() == {"rows": 1, "new": 0}
    for wrong, status in (
        ({"item_id": str(shop.tea)}, 422), ({"item_code": None}, 422), ({"item_code": "none"}, 404),
        ({"reservation": "none"}, 404), ({"reservation_id": reservation}, 422),
    ):  # fmt: skip
        answer = await client.post("/v1/flash-sales", json=sale | {"reference": "s-2"} | wrong)
        assert answer.status_code == status, (wrong, answer.text)


async def test_a_planner_opens_looks_at_and_closes_one_and_a_viewer_looks(log_in, shop):
    sale = {
        "reference": "s-1",
        "item_code": "acorn-tea",
        "price_points": 60,
        "ends_at": "2026-03-03T00:00:00+08:00",
        "allotted": 1,
    }
    async with await log_in("planner") as person:
        opened = await person.post("/v1/flash-sales", json=sale)
        assert opened.status_code == 201
        path = f"/v1/flash-sales/{opened.json()['sale_id']}"
        assert (await person.post(f"{path}/close")).json()["status"] == "closed"
    async with await log_in("enterprise_viewer") as person:
        assert (await person.get(path)).json()["reference"] == "s-1"
        assert (await person.post("/v1/flash-sales", json=sale)).status_code == 403
        assert (await person.post(f"{path}/close")).status_code == 403
