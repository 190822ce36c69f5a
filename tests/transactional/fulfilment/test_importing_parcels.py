"""Parcels, progress, settlements and rest days from files: as one by one, all of them or none."""

from io import BytesIO

import pytest
from openpyxl import Workbook

from transactional.fulfilment.breaches import open_compensations

from .conftest import HOUR

PARCELS = "兑换单幂等键,承运商,运单号,收货省份\n"
PROGRESS = "兑换单幂等键,进度,发生时间\n"


async def send(client, path: str, text: str, encoding: str = "utf-8", **params) -> tuple[int, dict]:
    answer = await client.post(f"/v1/{path}/import", content=text.encode(encoding), params=params)
    return answer.status_code, answer.json()


def problems(told: dict) -> dict[int, str]:
    assert told["type"] == "urn:pointmart:problem:rows-refused"
    return {row["row"]: row["problem"] for row in told["rows"]}


@pytest.fixture
async def two(shop, owner, ordered) -> list[str]:
    """Two redemptions, of the keys r1 and r2, to be shipped."""
    await owner.execute("update mall.stock set on_hand = 9 where item_id = $1", shop.pot)
    return [await ordered(key=key) for key in ("r1", "r2")]


async def test_parcels_of_a_file_are_registered_once(client, two):
    file = PARCELS + "r1,sf,SF1001,广东\nr2,sandbox,SB0002,西藏\n"
    assert await send(client, "shipments", file, "gb18030") == (200, {"rows": 2, "new": 2})
    assert await send(client, "shipments", file) == (200, {"rows": 2, "new": 0})
    found = (await client.get("/v1/shipments")).json()["shipments"]
    assert {(p["redemption_id"], p["tracking_number"], p["reference"], p["region"]) for p in found} == {
        (two[0], "SF1001", "sf SF1001", "nationwide"), (two[1], "SB0002", "sandbox SB0002", "remote"),
    }  # fmt: skip


async def test_a_wrong_parcel_keeps_all_out(client, two, parcel, owner):
    await parcel(two[1])
    rows = (
        "r1,sf,SF1001,广东\nr2,sf,SF1002,广东\nr1,sandbox,SB0001,广东\nr9,sf,SF1003,广东\n,sf,SF1004,广东\n"
    )
    status, told = await send(client, "shipments", PARCELS + rows)
    assert (status, set(problems(told))) == (422, {2, 3, 4, 5})
    assert "all its pieces are in parcels" in problems(told)[2]
    # Whoever mistakes the redemption of a parcel that is known is told so.
    assert "other particulars" in problems(told)[3]
    assert "r9" in problems(told)[4]
    assert await owner.fetchval("select count(*) from mall.shipment") == 1


async def test_the_same_parcel_of_another_redemption_is_another(client, two, parcel):
    made = await parcel(two[0])
    body = {name: made[name] for name in ("reference", "carrier", "tracking_number", "province")}
    other = await client.post(f"/v1/redemptions/{two[1]}/shipments", json=body)
    assert (other.status_code, other.json()["type"]) == (409, "urn:pointmart:problem:shipment-exists")


async def test_progress_of_a_file_is_noted_once_and_when_it_happened(client, two, clock):
    began = clock.now
    clock.now += 3 * HOUR
    file = PROGRESS + f"r1,ship,{(began + HOUR).isoformat()}\nr1,deliver,\nr2,ship,\nr2,ship,\n"
    assert await send(client, "redemption-progress", file, dry_run=True) == (200, {"rows": 4, "new": 3})
    assert await statuses(client, two) == ["allocated", "allocated"]
    assert await send(client, "redemption-progress", file) == (200, {"rows": 4, "new": 3})
    assert await statuses(client, two) == ["delivered", "shipped"]
    assert (await client.get(f"/v1/redemptions/{two[0]}")).json()["shipped_at"] == "2026-03-01T05:00:00Z"
    assert await send(client, "redemption-progress", file) == (200, {"rows": 4, "new": 0})


async def test_one_move_that_is_not_allowed_lets_no_other_happen(client, two, owner):
    told_before = await owner.fetchval("select count(*) from mall.outbox")
    status, told = await send(
        client, "redemption-progress", PROGRESS + "r1,ship,\nr2,deliver,\nr1,deliver,\nr2,complete,\n"
    )
    assert (status, problems(told)) == (
        422,
        {
            2: "a redemption that is allocated cannot deliver",
            4: "a redemption that is allocated cannot complete",
        },
    )
    status, told = await send(
        client, "redemption-progress", PROGRESS + "r1,ship,\nr7,ship,\nr2,ship,2030-01-01T00:00:00+08:00\n"
    )
    assert (status, set(problems(told))) == (422, {2, 3})
    assert await statuses(client, two) == ["allocated", "allocated"]
    assert await owner.fetchval("select count(*) from mall.outbox") == told_before


async def statuses(client, redemptions: list[str]) -> list[str]:
    return [(await client.get(f"/v1/redemptions/{one}")).json()["status"] for one in redemptions]


async def test_compensations_are_settled_by_what_people_know_of_them(
    client, ordered, parcel, push, depot, clock, context
):
    await parcel(await ordered())
    clock.now += HOUR
    await push(depot.scan("SB0001", "collected", clock.now))
    clock.now += 100 * HOUR
    depot.is_away = True
    assert await open_compensations(context) == 1
    head = "redemption_key,clock,tracking_number,outcome,note\n"
    file, by = head + "r1,delivery,SB0001,paid,三月结清\n", {"imported_by": "li.na"}
    wrong = head + "r1,delivery,,paid,\nr1,shipping,,paid,\nr1,delivery,SB0009,paid,\n"
    status, told = await send(client, "compensations", wrong, **by)
    assert (status, set(problems(told))) == (422, {2, 3})
    assert (await client.get("/v1/compensations")).json()["compensations"][0]["outcome"] is None
    assert await send(client, "compensations", file, **by) == (200, {"rows": 1, "new": 1})
    assert await send(client, "compensations", file, **by) == (200, {"rows": 1, "new": 0})
    (settled,) = (await client.get("/v1/compensations")).json()["compensations"]
    assert (settled["outcome"], settled["settled_by"], settled["note"]) == ("paid", "li.na", "三月结清")
    status, told = await send(client, "compensations", file.replace("paid", "waived"), **by)
    assert "li.na has settled" in problems(told)[1]


async def test_which_of_two_late_parcels_is_settled_has_to_be_told(
    client, shop, owner, ordered, parcel, push, depot, clock, context
):
    await owner.execute("update mall.stock set on_hand = 9 where item_id = $1", shop.pot)
    redemption = await ordered((shop.pot, 2))
    for number in ("SB0001", "SB0002"):
        await parcel(redemption, number, lines=[{"line_no": 1, "quantity": 1}])
        await push(depot.scan(number, "collected", clock.now))
    clock.now += 100 * HOUR
    depot.is_away = True
    assert await open_compensations(context) == 2
    head, by = "redemption_id,clock,tracking_number,outcome\n", {"imported_by": "li.na"}
    _status, told = await send(client, "compensations", f"{head}{redemption},delivery,,waived\n", **by)
    assert "tell which parcel" in problems(told)[1]
    told = await send(client, "compensations", f"{head}{redemption},delivery,SB0002,waived\n", **by)
    assert told == (200, {"rows": 1, "new": 1})
    assert {one["outcome"] for one in (await client.get("/v1/compensations")).json()["compensations"]} == {
        None, "waived",
    }  # fmt: skip


async def test_rest_days_of_a_workbook_are_added_to_those_there_are(client, clock):
    book, written = Workbook(), BytesIO()
    for row in (("日期", "说明"), ("2026-04-04", "清明"), ("2026-04-05", "清明")):
        book.active.append(row)
    book.save(written)
    days = {"days": [{"day": "2026-03-08", "note": "盘点"}], "announced_by": "li.na"}
    await client.put("/v1/fulfilment/rest-days", json=days)
    url = "/v1/fulfilment/rest-days/import?imported_by=li.na"
    for new in (2, 0):
        answer = await client.post(url, content=written.getvalue())
        assert (answer.status_code, answer.json()) == (200, {"rows": 2, "new": new}), answer.text
    known = (await client.get("/v1/fulfilment/rest-days")).json()["days"]
    assert [(rest["day"], rest["note"]) for rest in known] == [
        ("2026-03-08", "盘点"), ("2026-04-04", "清明"), ("2026-04-05", "清明"),
    ]  # fmt: skip
    status, told = await send(
        client, "fulfilment/rest-days", "日期,说明\n2026-05-01,劳动节\n2026-03-01,今天\n", imported_by="x"
    )
    assert (status, set(problems(told))) == (422, {2})
    assert len((await client.get("/v1/fulfilment/rest-days")).json()["days"]) == 3
    template = await client.get("/v1/fulfilment/rest-days/import/template")
    assert (await client.post(url, content=template.content)).json() == {"rows": 1, "new": 1}
    unsigned = await client.post("/v1/fulfilment/rest-days/import", content=template.content)
    assert "imported_by" in problems(unsigned.json())[1]
