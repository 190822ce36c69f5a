"""A blocklist from a file: as one by one, all of it or none."""

from datetime import timedelta

from tests.transactional.sessions.test_desks import log_in

__all__ = ["log_in"]

HEADER = "类型,会员编号、地址或设备,原因,失效时间\n"
URL = "/v1/risk/blocks/import"
FILE = (
    HEADER + "member,E-2,盗号,\nip,203.0.113.7,脚本刷单,2026-03-20T00:00:00+08:00\ndevice,phone-7,多号,\n"
).encode("gb18030")


async def blocks(client, **asked):
    return (await client.get("/v1/risk/blocks", params=asked)).json()["blocks"]


async def test_a_file_blocks_each_subject_once_and_keeps_no_clear_text(client, shop, owner):
    answer = await client.post(URL, content=FILE)
    assert (answer.status_code, answer.json()) == (200, {"rows": 3, "new": 3}), answer.text
    # As the route for one asks about them: an address however it is written, a device, a member by its id.
    assert [one["reason"] for one in await blocks(client, dimension="ip", subject="::ffff:203.0.113.7")] == [
        "脚本刷单"
    ]
    assert len(await blocks(client, dimension="device", subject="phone-7")) == 1
    assert len(await blocks(client, dimension="member", subject=str(shop.other_member))) == 1
    assert not await owner.fetch(
        "select from mall.risk_block where position('phone' in encode(subject, 'escape')) > 0"
    )

    assert (await client.post(URL, content=FILE)).json() == {"rows": 3, "new": 0}
    assert len(await blocks(client)) == 3


async def test_a_lifted_or_longer_block_is_new_and_a_past_file_is_known(client, shop, clock):
    await client.post(URL, content=FILE)
    (device,) = await blocks(client, dimension="device")
    await client.post(f"/v1/risk/blocks/{device['block_id']}/lift")
    assert (await client.post(URL, content=FILE)).json() == {"rows": 3, "new": 1}
    longer = HEADER + "ip,203.0.113.7,脚本刷单,2026-04-20T00:00:00+08:00\n"
    assert (await client.post(URL, content=longer.encode())).json() == {"rows": 1, "new": 1}
    clock.now += timedelta(days=90)
    assert (await client.post(URL, content=FILE)).json() == {"rows": 3, "new": 0}


async def test_one_wrong_row_keeps_all_out_and_every_wrong_row_is_named(client, shop):
    lines = "member,E-2,盗号,\nmember,E-404,盗号,\nip,nowhere,刷单,\nip,203.0.113.9,刷单,2026-01-01T00:00:00+08:00\n"
    answer = await client.post(URL, content=(HEADER + lines).encode())
    assert answer.status_code == 422
    told = answer.json()["rows"]
    assert [row["row"] for row in told] == [2, 3, 4]
    assert "E-404" in told[0]["problem"]
    assert await blocks(client) == []


async def test_the_template_can_be_sent_as_it_is(client, shop):
    template = await client.get(f"{URL}/template")
    assert (await client.post(URL, content=template.content)).json() == {"rows": 1, "new": 1}


async def test_a_risk_analyst_may_and_a_planner_may_not(log_in):
    async with await log_in("risk_analyst") as person:
        assert (await person.post(URL, content=FILE)).json() == {"rows": 3, "new": 3}
    async with await log_in("planner") as person:
        assert (await person.post(URL, content=FILE)).status_code == 403


async def test_the_route_for_one_takes_what_a_row_does_and_neither_blocks_twice(client, shop):
    one = {"dimension": "member", "subject": "E-2", "reason": "盗号"}
    first = await client.post("/v1/risk/blocks", json=one)
    assert (first.status_code, first.json()["member_id"]) == (201, str(shop.other_member))
    for subject in ("E-2", str(shop.other_member)):
        again = await client.post("/v1/risk/blocks", json=one | {"subject": subject, "reason": "又一次"})
        assert (again.status_code, again.json()) == (200, first.json())
    assert (await client.post(URL, content=FILE)).json() == {"rows": 3, "new": 2}
    ids = f"{HEADER}member,{shop.other_member},盗号,\nmember,{shop.member},盗号,\n".encode()
    assert (await client.post(URL, content=ids)).json() == {"rows": 2, "new": 1}
    found = await blocks(client, dimension="member", subject="E-2")
    assert [one["block_id"] for one in found] == [first.json()["block_id"]]


async def test_a_risk_analyst_blocks_lists_and_lifts_one_by_one(log_in):
    one = {"dimension": "device", "subject": "phone-7", "reason": "多号"}
    async with await log_in("risk_analyst") as person:
        blocked = await person.post("/v1/risk/blocks", json=one)
        assert blocked.status_code == 201
        assert await blocks(person) == [blocked.json()]
        path = f"/v1/risk/blocks/{blocked.json()['block_id']}/lift"
        assert (await person.post(path)).status_code == 200
    async with await log_in("planner") as person:
        told = [
            await person.post("/v1/risk/blocks", json=one),
            await person.get("/v1/risk/blocks"),
            await person.post(path),
        ]
        assert [answer.status_code for answer in told] == [403, 403, 403]
