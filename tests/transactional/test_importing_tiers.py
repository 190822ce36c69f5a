"""The list of tiers from a file: as a whole or not at all."""

from tests.transactional.sessions.test_desks import log_in

__all__ = ["log_in"]

HEADER = "等级编码,等级名称,所需积分\n"
URL = "/v1/tiers/import"
FILE = (HEADER + "gold,金卡,5000\nsilver,银卡,1000\n").encode("gb18030")


async def tiers(client):
    found = (await client.get("/v1/tiers")).json()["tiers"]
    return [(one["code"], one["name"], one["threshold_points"]) for one in found]


async def test_a_file_takes_the_place_of_the_list(client, shop):
    assert (await client.post(URL, content=FILE)).json() == {"rows": 2, "new": 2}
    assert await tiers(client) == [("silver", "银卡", 1000), ("gold", "金卡", 5000)]
    assert (await client.post(URL, content=FILE)).json() == {"rows": 2, "new": 0}
    other = (HEADER + "gold,金卡,6000\n").encode()
    assert (await client.post(f"{URL}?dry_run=true", content=other)).json() == {"rows": 1, "new": 1}
    assert len(await tiers(client)) == 2
    assert (await client.post(URL, content=other)).json() == {"rows": 1, "new": 1}
    assert await tiers(client) == [("gold", "金卡", 6000)]


async def test_rows_that_say_the_same_are_named_and_keep_the_list(client, shop):
    await client.post(URL, content=FILE)
    wrong = HEADER + "gold,金卡,5000\nblack,黑卡,5000\ngold,金卡,9000\n"
    answer = await client.post(URL, content=wrong.encode())
    assert answer.status_code == 422
    assert [(row["row"], row["column"]) for row in answer.json()["rows"]] == [
        (2, "threshold_points"), (3, "code"),
    ]  # fmt: skip
    many = HEADER + "".join(f"t{n},级,{n}\n" for n in range(51))
    assert (await client.post(URL, content=many.encode())).status_code == 422
    assert len(await tiers(client)) == 2


async def test_the_template_can_be_sent_as_it_is_by_a_planner(log_in, shop):
    async with await log_in("planner") as person:
        template = await person.get(f"{URL}/template")
        assert (await person.post(URL, content=template.content)).json() == {"rows": 1, "new": 1}
    async with await log_in("enterprise_viewer") as person:
        assert (await person.post(URL, content=FILE)).status_code == 403
