"""Pushes that somebody kept, sent again as they were or with another body, late, and to another tenant."""

import json
from datetime import timedelta

import pytest

from tests.transactional.conftest import open_shop
from transactional.fulfilment.breaches import open_compensations
from transactional.fulfilment.carriers import sandbox
from transactional.fulfilment.compensations import credit_compensations

from .conftest import HOUR, jd_push, jd_query

TABLES = ("shipment", "shipment_event", "outbox", "redemption", "compensation", "entry")


async def everything(owner) -> list:
    return [
        sorted(row["row"] for row in await owner.fetch(f"select t::text as row from mall.{table} t"))
        for table in TABLES
    ]


async def shown(client, parcel: dict) -> dict:
    return (await client.get(f"/v1/shipments/{parcel['shipment_id']}")).json()


async def test_an_event_that_was_told_is_not_told_otherwise(
    client, ordered, parcel, push, depot, clock, owner
):
    """The id names what was told first: another kind or time under it changes nothing, signed or not."""
    made = await parcel(await ordered())
    clock.now += 5 * HOUR
    assert (await push(depot.scan("SB0001", "collected", clock.now - 4 * HOUR, "e-1"))).status_code == 200
    before = await everything(owner)
    for kind, at in (
        ("delivered", clock.now),
        ("lost", clock.now - HOUR),
        ("collected", clock.now - 3 * HOUR),
    ):
        assert (await push(depot.scan("SB0001", kind, at, "e-1"))).status_code == 200
        assert await everything(owner) == before
    await client.post(f"/v1/shipments/{made['shipment_id']}/inquiry")
    told = await shown(client, made)
    assert (told["status"], len(told["events"]), told["shipped_at"]) == (
        "collected",
        1,
        "2026-03-01T05:00:00Z",
    )


async def test_a_signature_is_good_for_its_body_and_for_minutes(
    client, shop, ordered, parcel, push, depot, clock, owner, carried
):
    made = await parcel(await ordered())
    clock.now += HOUR
    body = json.dumps({"events": [depot.scan("SB0001", "collected", clock.now)]}).encode()
    sent_at = str(int(clock.now.timestamp()))
    signed = {
        "X-Sandbox-Timestamp": sent_at,
        "X-Sandbox-Signature": sandbox.signature("sandbox-secret", sent_at, body),
    }
    url = f"/v1/carriers/sandbox/events/{shop.tenant_id}"
    before = await everything(owner)
    changed = body.replace(b"collected", b"delivered")
    assert (await client.post(url, content=changed, headers=signed)).status_code == 401
    later = signed | {"X-Sandbox-Timestamp": str(int(sent_at) + 1)}
    assert (await client.post(url, content=body, headers=later)).status_code == 401
    clock.now += timedelta(minutes=6)
    assert (await client.post(url, content=body, headers=signed)).status_code == 401
    assert await everything(owner) == before
    clock.now -= timedelta(minutes=6)
    assert (await client.post(url, content=body, headers=signed)).status_code == 200
    assert (await shown(client, made))["status"] == "collected"


async def test_jds_signature_is_good_for_its_body_and_for_half_an_hour(
    client, shop, ordered, parcel, clock, owner, carried
):
    made = await parcel(await ordered(), "JD0001", carrier="jd")
    clock.now += HOUR
    url = f"/v1/carriers/jd/events/{shop.tenant_id}"
    body = jd_push("JD0001", ("揽收", clock.now))
    query = jd_query(body, clock.now)
    before = await everything(owner)
    refused = await client.post(url, content=jd_push("JD0001", ("妥投", clock.now)), params=query)
    assert (refused.status_code, refused.json()["code"]) == (401, 1)
    clock.now += timedelta(minutes=31)
    assert (await client.post(url, content=body, params=query)).status_code == 401
    assert await everything(owner) == before
    clock.now -= timedelta(minutes=31)
    assert (await client.post(url, content=body, params=query)).status_code == 200
    once = await everything(owner)
    # JD numbers no event: the same scan in other words, beside what is unknown, is the same scan.
    again = json.loads(body)
    again["traceDetails"][0]["operationRemark"] = "再次推送"
    again["traceDetails"].append({"categoryName": "咨询", "operationTime": "2026-03-01 14:00:00"})
    told = json.dumps(again, ensure_ascii=False).encode()
    assert (await client.post(url, content=told, params=jd_query(told, clock.now))).status_code == 200
    assert await everything(owner) == once
    assert (await shown(client, made))["status"] == "collected"


async def test_what_is_pushed_to_another_tenant_is_of_no_parcel_of_it(
    client, ordered, parcel, push, depot, clock, owner
):
    stranger = await open_shop(owner, "birch")
    made = await parcel(await ordered())
    clock.now += HOUR
    before = await everything(owner)
    event = depot.scan("SB0001", "delivered", clock.now)
    assert (await push(event, tenant=stranger.tenant_id)).status_code == 200
    assert await everything(owner) == before
    assert (await shown(client, made))["status"] == "registered"


async def test_news_that_come_months_late_count_once_and_as_of_their_own_time(
    client, ordered, parcel, push, depot, clock, owner
):
    redemption = await ordered()
    await parcel(redemption)
    events = [
        depot.scan("SB0001", kind, clock.now + n * HOUR) for n, kind in ((2, "collected"), (30, "delivered"))
    ]
    clock.now += 24 * 100 * HOUR
    for event in (*reversed(events), *events):
        assert (await push(event)).status_code == 200
    told = (await client.get(f"/v1/redemptions/{redemption}")).json()
    assert (told["shipped_at"], told["delivered_at"]) == ("2026-03-01T06:00:00Z", "2026-03-02T10:00:00Z")
    assert await owner.fetchval("select count(*) from mall.compensation") == 0
    for topic in ("redemption.shipped", "redemption.delivered"):
        assert await owner.fetchval("select count(*) from mall.outbox where topic = $1", topic) == 1


@pytest.mark.parametrize("credited", [True, False])
async def test_older_news_take_the_blame_for_shipping_away_and_no_points(
    client, shop, ordered, parcel, push, depot, clock, context, owner, credited
):
    """The scan of the collection got lost; the first that is heard of the parcel is its delivery, 60 hours on."""
    await client.put("/v1/fulfilment/terms", json={"compensation_points": 30, "changed_by": "li.na"})
    redemption = await ordered()
    await parcel(redemption)
    points = await client.available(shop.member)
    collected = depot.scan("SB0001", "collected", clock.now + 40 * HOUR)
    delivered = depot.scan("SB0001", "delivered", clock.now + 60 * HOUR)
    clock.now += 61 * HOUR
    await push(delivered)
    (told,) = (await client.get("/v1/compensations")).json()["compensations"]
    assert (told["clock"], told["outcome"]) == ("shipping", None)
    assert await credit_compensations(context) == 1 if credited else True
    for _ in range(2):
        await push(collected)
    shown = (await client.get(f"/v1/redemptions/{redemption}")).json()
    assert (shown["status"], shown["shipped_at"], shown["delivered_at"]) == (
        "delivered", "2026-03-02T20:00:00Z", "2026-03-03T16:00:00Z",
    )  # fmt: skip
    (told,) = (await client.get("/v1/compensations")).json()["compensations"]
    assert (told["outcome"], told["settled_by"]) == ("waived", "carrier")
    assert await credit_compensations(context) == 0
    assert await client.available(shop.member) == points + 30 * credited
    assert await owner.fetchval("select count(*) from mall.outbox where topic = 'redemption.shipped'") == 1


async def test_older_news_of_a_delivery_in_time_take_the_carriers_blame_away(
    client, ordered, parcel, push, depot, clock, context
):
    redemption = await ordered()
    await parcel(redemption)
    clock.now += HOUR
    await push(depot.scan("SB0001", "collected", clock.now))
    in_time = depot.scan("SB0001", "delivered", clock.now + 40 * HOUR)
    depot.is_away = True
    clock.now += 61 * HOUR
    assert await open_compensations(context) == 1
    await push(in_time)
    (told,) = (await client.get("/v1/compensations")).json()["compensations"]
    assert (told["clock"], told["party"], told["outcome"]) == ("delivery", "carrier", "waived")
    assert await open_compensations(context) == 0
