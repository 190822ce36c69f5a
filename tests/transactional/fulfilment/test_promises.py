"""Broken promises: found once, with the responsible party, after the carrier was asked; points credited once."""

import asyncio
from datetime import UTC, datetime, timedelta
from uuid import uuid4

from transactional.fulfilment.asking import ask_carriers
from transactional.fulfilment.breaches import open_compensations
from transactional.fulfilment.compensations import credit_compensations
from transactional.fulfilment.jobs import advance_redemptions

from .conftest import HOUR


async def compensations(client) -> list[dict]:
    return (await client.get("/v1/compensations")).json()["compensations"]


async def test_a_late_parcel_is_its_carriers_and_credited_once(
    client, shop, ordered, parcel, push, depot, clock, context, owner
):
    put = {"compensation_points": 30, "changed_by": "li.na"}
    assert (await client.put("/v1/fulfilment/terms", json=put)).json()["compensation_points"] == 30
    made = await parcel(await ordered())
    points = await client.available(shop.member)
    clock.now += HOUR
    await push(depot.scan("SB0001", "collected", clock.now))
    clock.now += 48 * HOUR
    await ask_carriers(context)
    assert await open_compensations(context) == 0
    clock.now += timedelta(minutes=1)
    await ask_carriers(context)
    assert await open_compensations(context) == 1
    assert await open_compensations(context) == 0
    assert await credit_compensations(context) == 1
    assert await credit_compensations(context) == 0
    (told,) = await compensations(client)
    assert (told["clock"], told["party"], told["carrier"], told["shipment_id"]) == (
        "delivery", "carrier", "sandbox", made["shipment_id"],
    )  # fmt: skip
    assert (told["points"], told["credit_refusal"]) == (30, None)
    assert await client.available(shop.member) == points + 30
    # Delivered at last, it opens no other; a crash after crediting credits nothing again.
    await push(depot.scan("SB0001", "delivered", clock.now))
    await owner.execute("update mall.compensation set credited_at = null")
    assert await open_compensations(context) == 0
    await asyncio.gather(credit_compensations(context), credit_compensations(context))
    assert await client.available(shop.member) == points + 30
    topics = await owner.fetch("select topic from mall.outbox where topic like 'compensation.%'")
    assert [row["topic"] for row in topics] == ["compensation.opened"]


async def test_nobody_is_blamed_for_a_push_that_was_lost(
    client, ordered, parcel, push, depot, clock, context
):
    await parcel(await ordered())
    clock.now += HOUR
    await push(depot.scan("SB0001", "collected", clock.now))
    depot.scan("SB0001", "delivered", clock.now + 40 * HOUR)
    depot.is_away = True
    clock.now += 49 * HOUR
    assert await ask_carriers(context) == 0
    assert await open_compensations(context) == 0
    depot.is_away = False
    clock.now += HOUR
    assert await ask_carriers(context) == 1
    clock.now += 100 * HOUR
    assert await open_compensations(context) == 0


async def test_a_carrier_that_cannot_be_asked_is_blamed_after_half_a_day(
    client, ordered, parcel, push, depot, clock, context
):
    await parcel(await ordered())
    clock.now += HOUR
    await push(depot.scan("SB0001", "collected", clock.now))
    depot.is_away = True
    clock.now += 59 * HOUR
    assert await open_compensations(context) == 0
    clock.now += 2 * HOUR
    assert await open_compensations(context) == 1


async def test_a_parcel_that_arrives_late_opens_its_compensation_with_the_news(
    client, ordered, parcel, push, depot, clock
):
    await parcel(await ordered(), province="西藏")
    start = clock.now + HOUR
    clock.now += 80 * HOUR
    await push(depot.scan("SB0001", "collected", start))
    await push(depot.scan("SB0001", "delivered", start + 72 * HOUR + timedelta(seconds=1)))
    (told,) = await compensations(client)
    assert told["due_at"] == "2026-03-04T05:00:00Z"
    assert told["points"] == 0
    assert told["credited_at"] is None


async def test_a_lost_parcel_is_late_as_well(client, ordered, parcel, push, depot, clock, context):
    await parcel(await ordered())
    clock.now += HOUR
    await push(depot.scan("SB0001", "lost", clock.now))
    assert await open_compensations(context) == 0
    clock.now += 49 * HOUR
    assert await open_compensations(context) == 1


async def test_what_is_not_shipped_in_time_is_the_suppliers_if_all_of_it_is_from_one(
    client, shop, owner, ordered, clock, context
):
    await ordered()
    supplier = (await client.post("/v1/suppliers", json={"code": "leaf", "name": "叶茂"})).json()[
        "supplier_id"
    ]
    clock.now += 48 * HOUR
    assert await open_compensations(context) == 0
    clock.now += timedelta(seconds=1)
    terms = {"item_id": str(shop.pot), "lead_time_days": 1, "worst_lead_time_days": 2, "unit_cost_fen": 1}
    made = await client.post(f"/v1/suppliers/{supplier}/terms", json=terms | {"valid_from": "2026-03-01"})
    assert made.status_code == 201, made.text
    assert await open_compensations(context) == 1
    assert await open_compensations(context) == 0
    (told,) = await compensations(client)
    assert (told["clock"], told["party"], told["supplier_id"], told["shipment_id"]) == (
        "shipping", "supplier", supplier, None,
    )  # fmt: skip
    assert told["due_at"] == "2026-03-03T04:00:00Z"


async def test_without_a_supplier_late_shipping_is_the_platforms_and_is_noticed_when_it_ships(
    client, ordered, parcel, push, depot, clock
):
    redemption = await ordered()
    await parcel(redemption)
    clock.now += 50 * HOUR
    await push(depot.scan("SB0001", "collected", clock.now - HOUR))
    (told,) = await compensations(client)
    assert (told["clock"], told["party"], told["supplier_id"]) == ("shipping", "platform", None)


async def test_a_parcel_that_waits_is_asked_for_before_its_sender_is_blamed(
    client, ordered, parcel, depot, clock, context
):
    await parcel(await ordered())
    depot.scan("SB0001", "collected", clock.now + 20 * HOUR)
    clock.now += 49 * HOUR
    assert await open_compensations(context) == 0
    await ask_carriers(context)
    # Its redemption has not been told yet.
    assert await open_compensations(context) == 0
    await advance_redemptions(context)
    assert await open_compensations(context) == 0
    clock.now += 20 * HOUR
    # Collected in time, it has a delivery to answer for, once that is due.
    await ask_carriers(context)
    await open_compensations(context)
    assert [one["clock"] for one in await compensations(client)] == ["delivery"]


async def test_clocks_rest_on_announced_days(client, ordered, parcel, push, depot, clock, context):
    days = [{"day": f"2026-03-0{n}", "note": "春节"} for n in (2, 3)]
    put = {"days": days, "announced_by": "li.na"}
    assert (await client.put("/v1/fulfilment/rest-days", json=put)).status_code == 200
    made = await parcel(await ordered())
    clock.now += HOUR
    await push(depot.scan("SB0001", "collected", clock.now))
    told = (await client.get(f"/v1/shipments/{made['shipment_id']}")).json()
    # Eleven hours on the first, then the rest, then the fourth, and the rest of it on the fifth.
    assert told["due_at"] == "2026-03-05T05:00:00Z"
    await advance_redemptions(context)
    clock.now += 96 * HOUR
    await ask_carriers(context)
    assert await open_compensations(context) == 0
    clock.now += timedelta(seconds=1)
    assert await open_compensations(context) == 1


async def test_rest_days_are_announced_before_they_come(client, clock):
    def put(*days, **more):
        body = {"days": [{"day": day, "note": "春节"} for day in days], "announced_by": "li.na"}
        return client.put("/v1/fulfilment/rest-days", json=body | more)

    # It is the first of March in Shanghai, whatever day it is elsewhere.
    clock.now = datetime(2026, 2, 28, 16, 30, tzinfo=UTC)
    assert (await put("2026-03-01")).status_code == 422
    assert (await put("2026-03-02", "2026-03-03")).status_code == 200
    clock.now += timedelta(days=1)
    told = (await put("2026-03-04")).json()["days"]
    # What has begun stays, what was to come was taken back.
    assert [rest["day"] for rest in told] == ["2026-03-02", "2026-03-04"]
    assert (await client.get("/v1/fulfilment/rest-days")).json()["days"] == told
    assert (await client.put("/v1/fulfilment/rest-days", json={"days": []})).status_code == 422


async def test_clocks_rest_on_the_holidays_that_the_platform_knows_if_the_tenant_says_so(
    client, operator, ordered, parcel, push, depot, clock
):
    def put(**more):
        return client.put(
            "/v1/fulfilment/terms", json={"compensation_points": 0, "changed_by": "li.na", **more}
        )

    async def days() -> list[str]:
        told = (await client.get("/v1/fulfilment/rest-days")).json()["days"]
        return [rest["day"] for rest in told if rest["day"] < "2026-05-01"]

    assert (await put(rests_on_holidays=True)).json()["rests_on_holidays"] is True
    # Spring Festival is over, and its promises keep their time.
    assert await days() == ["2026-04-04", "2026-04-05", "2026-04-06"]
    more = {"days": [{"day": "2026-04-05", "note": "盘点"}], "announced_by": "li.na"}
    await client.put("/v1/fulfilment/rest-days", json=more)
    assert (await put()).json()["rests_on_holidays"] is True
    clock.now = datetime(2026, 4, 3, 4, 0, tzinfo=UTC)
    made = await parcel(await ordered())
    await push(depot.scan("SB0001", "collected", clock.now))
    told = (await client.get(f"/v1/shipments/{made['shipment_id']}")).json()
    # Twelve hours on the third, then Qingming, then the seventh, and the rest on the eighth.
    assert told["due_at"] == "2026-04-08T04:00:00Z"
    # What the platform changes is changed for all.
    changed = {"days": [{"day": "2026-04-06", "is_working": True}], "changed_by": "x"}
    assert (await operator.put("/v1/platform/working-days", json=changed)).status_code == 200
    assert await days() == ["2026-04-04", "2026-04-05"]
    # What has begun stays, what was to come goes.
    clock.now = datetime(2026, 4, 4, 4, 0, tzinfo=UTC)
    assert (await put(rests_on_holidays=False)).json()["rests_on_holidays"] is False
    told = (await client.get("/v1/fulfilment/rest-days")).json()["days"]
    assert [(rest["day"], rest["note"]) for rest in told] == [
        ("2026-04-04", "公众假期 / public holiday"), ("2026-04-05", "盘点"),
    ]  # fmt: skip


async def test_a_compensation_is_settled_once(client, ordered, clock, context):
    await ordered()
    clock.now += 49 * HOUR
    await open_compensations(context)
    (told,) = await compensations(client)
    url = f"/v1/compensations/{told['compensation_id']}/settlement"
    body = {"outcome": "paid", "settled_by": "li.na", "note": "转账"}
    settled = await client.post(url, json=body)
    assert (settled.status_code, settled.json()["outcome"]) == (200, "paid")
    assert (await client.post(url, json=body)).json() == settled.json()
    other = await client.post(url, json=body | {"outcome": "waived"})
    assert other.json()["type"].endswith("compensation-settled")
    assert (await client.get("/v1/compensations", params={"is_settled": False})).json()["compensations"] == []
    assert (
        len((await client.get("/v1/compensations", params={"party": "platform"})).json()["compensations"])
        == 1
    )
    unknown = await client.post(f"/v1/compensations/{uuid4()}/settlement", json=body)
    assert unknown.status_code == 404


async def test_points_of_an_erased_member_are_refused_once(client, shop, ordered, clock, context, owner):
    await client.put("/v1/fulfilment/terms", json={"compensation_points": 30, "changed_by": "x"})
    await ordered()
    clock.now += 49 * HOUR
    await open_compensations(context)
    await owner.execute("update mall.member set erased_at = now() where member_id = $1", shop.member)
    assert await credit_compensations(context) == 1
    assert await credit_compensations(context) == 0
    (told,) = await compensations(client)
    assert (told["credited_at"], told["credit_refusal"] is None) == (None, False)
