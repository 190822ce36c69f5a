"""Draws from a file with a row per prize: as one by one, all of them or none."""

from tests.transactional.draws.conftest import shelf, terms

HEADER = "抽奖编号,抽奖名称,每张奖券积分,开始时间,结束时间,奖券总数,每人限购,奖品商品编码,奖品件数,奖品单价（分）\n"
URL = "/v1/draws/import"
SPRING = "spring,春季抽奖,20,2026-03-01T04:00:00+00:00,2026-03-01T05:00:00+00:00,10,10,"
FILE = (
    HEADER
    + f"{SPRING}acorn-card,1,10000\nmay,五月抽奖,5,,2026-05-05T00:00:00+08:00,4,1,acorn-pot,1,900\n{SPRING}acorn-tea,2,1500\n"
)


async def test_draws_of_a_file_are_opened_once_with_their_prizes_and_a_seed_each(client, shop, owner):
    on_hand, _ = await shelf(owner, shop.tea)
    answer = await client.post(URL, content=FILE.encode("gb18030"))
    assert (answer.status_code, answer.json()) == (200, {"rows": 3, "new": 3}), answer.text
    assert await shelf(owner, shop.tea) == (on_hand - 2, 2)
    draws = {one["reference"]: one for one in (await client.get("/v1/draws")).json()["draws"]}
    spring = (await client.get(f"/v1/draws/{draws['spring']['draw_id']}")).json()
    assert [(one["item_id"], one["quantity"], one["value_fen"]) for one in spring["prizes"]] == [
        (str(shop.card), 1, 10_000), (str(shop.tea), 2, 1_500),
    ]  # fmt: skip
    assert len({one["seed_hash"] for one in draws.values()}) == 2
    assert (await client.post(URL, content=FILE.encode())).json() == {"rows": 3, "new": 0}
    # The route for one knows the draw of the file by the same terms, and refuses others.
    body = terms(shop, starts_at="2026-03-01T04:00:00+00:00", ends_at="2026-03-01T05:00:00+00:00")
    assert (await client.post("/v1/draws", json=body)).status_code == 200
    assert (await client.post("/v1/draws", json=body | {"ticket_points": 21})).status_code == 409
    assert await shelf(owner, shop.tea) == (on_hand - 2, 2)


async def test_draws_that_are_refused_keep_all_out_and_are_named_by_their_first_rows(client, shop, owner):
    lines = (
        f"{SPRING}acorn-tea,1,1500\nmay,五月,5,,2026-05-05T00:00:00+08:00,4,1,none,1,900\n"
        "june,六月,5,,2026-06-05T00:00:00+08:00,4,1,acorn-pot,1,900000000\n"
        "july,七月,5,,2026-07-05T00:00:00+08:00,4,1,acorn-pot,1,900\njuly,七月,6,,2026-07-05T00:00:00+08:00,4,1,acorn-tea,1,9\n"
    )
    before = await shelf(owner, shop.tea)
    answer = await client.post(URL, content=(HEADER + lines).encode())
    assert answer.status_code == 422
    assert [row["row"] for row in answer.json()["rows"]] == [2, 3, 4]
    assert (await client.get("/v1/draws")).json()["draws"] == []
    assert await shelf(owner, shop.tea) == before
