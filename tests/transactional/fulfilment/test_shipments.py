"""Parcels of a redemption: what can be in them, what carriers tell, and how the redemption follows."""

from datetime import timedelta
from random import Random
from uuid import uuid4

import pytest

from transactional.fulfilment.asking import ask_carriers
from transactional.fulfilment.jobs import advance_redemptions

from .conftest import HOUR, jd_push, jd_query, sf_push

KINDS = ["collected", "in_transit", "out_for_delivery", "delivered"]


async def status_of(client, redemption_id: str) -> str:
    return (await client.get(f"/v1/redemptions/{redemption_id}")).json()["status"]


async def shown(client, parcel: dict) -> dict:
    return (await client.get(f"/v1/shipments/{parcel['shipment_id']}")).json()


def times(depot, clock, number: str = "SB0001") -> list[dict]:
    return [depot.scan(number, kind, clock.now + n * HOUR) for n, kind in enumerate(KINDS, start=1)]


async def test_a_carriers_news_ship_and_deliver_the_redemption(
    client, ordered, parcel, push, depot, clock, owner
):
    redemption = await ordered()
    made = await parcel(redemption)
    assert (made["status"], made["region"], made["due_at"]) == ("registered", "nationwide", None)
    assert made["lines"] == [{"line_no": 1, "quantity": 1}]
    collected, transit, _, delivered = times(depot, clock)
    clock.now += 30 * HOUR
    assert (await push(collected, transit)).status_code == 200
    assert await status_of(client, redemption) == "shipped"
    told = await shown(client, made)
    assert (told["status"], told["shipped_at"], told["due_at"]) == (
        "in_transit", "2026-03-01T05:00:00Z", "2026-03-03T05:00:00Z",
    )  # fmt: skip
    assert (await push(delivered)).status_code == 200
    assert await status_of(client, redemption) == "delivered"
    row = await owner.fetchrow("select shipped_at, delivered_at from mall.redemption")
    # The redemption's times are the carrier's, not those of the news.
    assert (row[0].isoformat(), row[1].isoformat()) == (
        "2026-03-01T05:00:00+00:00",
        "2026-03-01T08:00:00+00:00",
    )
    topics = await owner.fetch(
        "select topic from mall.outbox where topic like 'shipment.%' order by outbox_id"
    )
    assert [row["topic"] for row in topics] == ["shipment.in_transit", "shipment.delivered"]


async def test_a_duplicate_push_changes_nothing_twice(client, ordered, parcel, push, depot, clock, owner):
    redemption = await ordered()
    made = await parcel(redemption)
    events = times(depot, clock)
    clock.now += 30 * HOUR
    await push(*events)
    before = [
        await owner.fetch(f"select * from mall.{table} order by 1, 2, 3")
        for table in ("shipment", "shipment_event", "outbox", "redemption", "compensation")
    ]
    for again in ([events[0]], events, events[::-1]):
        assert (await push(*again)).status_code == 200
    after = [
        await owner.fetch(f"select * from mall.{table} order by 1, 2, 3")
        for table in ("shipment", "shipment_event", "outbox", "redemption", "compensation")
    ]
    assert after == before
    assert len((await shown(client, made))["events"]) == 4


async def test_a_lost_push_is_made_up_for_by_asking(client, ordered, parcel, depot, clock, context, owner):
    redemption = await ordered()
    made = await parcel(redemption)
    times(depot, clock)
    clock.now += 10 * HOUR
    assert await ask_carriers(context) == 1
    assert await advance_redemptions(context) == 1
    assert await status_of(client, redemption) == "delivered"
    told = await shown(client, made)
    assert [(e["kind"], e["source"]) for e in told["events"]] == [(kind, "pull") for kind in KINDS]
    # What has ended is asked for no more, and nothing is told twice.
    clock.now += 100 * HOUR
    assert await ask_carriers(context) == await advance_redemptions(context) == 0
    assert await owner.fetchval("select count(*) from mall.outbox where topic = 'redemption.delivered'") == 1


@pytest.mark.parametrize("seed", range(6))
async def test_any_order_with_losses_and_repeats_comes_to_the_same(
    client, ordered, parcel, push, depot, clock, context, owner, seed
):
    chance = Random(seed)
    redemption = await ordered()
    made = await parcel(redemption)
    events = times(depot, clock)
    clock.now += 30 * HOUR
    heard = [event for event in events * 2 if chance.random() < 0.5]
    chance.shuffle(heard)
    for event in heard:
        assert (await push(event)).status_code == 200
    await client.post(f"/v1/shipments/{made['shipment_id']}/inquiry")
    told = await shown(client, made)
    assert (told["status"], told["shipped_at"], told["due_at"], told["delivered_at"]) == (
        "delivered", "2026-03-01T05:00:00Z", "2026-03-03T05:00:00Z", "2026-03-01T08:00:00Z",
    )  # fmt: skip
    assert [event["kind"] for event in told["events"]] == KINDS
    assert await status_of(client, redemption) == "delivered"
    for topic in ("redemption.shipped", "redemption.delivered", "shipment.delivered"):
        assert await owner.fetchval("select count(*) from mall.outbox where topic = $1", topic) == 1


async def test_sf_and_jd_tell_in_their_own_words(client, shop, carried, ordered, parcel, clock):
    redemption = await ordered()
    sf = await parcel(redemption, "SF1001", carrier="sf")
    moment, clock.now = clock.now + HOUR, clock.now + 5 * HOUR
    url = f"/v1/carriers/sf/events/{shop.tenant_id}"
    body = sf_push(("SF1001", "50", moment), ("SF9999", "80", moment))
    refused = await client.post(url, content=body, params={"token": "guess"})
    assert (refused.status_code, refused.json()["return_code"]) == (401, "1000")
    taken = await client.post(url, content=body, params={"token": "t" * 32})
    assert (taken.status_code, taken.json()["return_code"]) == (200, "0000")
    assert (await shown(client, sf))["status"] == "collected"
    body = jd_push("SF1001", ("妥投", moment))
    taken = await client.post(
        f"/v1/carriers/jd/events/{shop.tenant_id}", content=body, params=jd_query(body, clock.now)
    )
    assert taken.json() == {"code": 0, "msg": "success"}
    # A number is a carrier's own: JD's parcel of the same number is another.
    assert (await shown(client, sf))["status"] == "collected"


async def test_who_is_not_the_carrier_is_not_listened_to(
    client, shop, ordered, parcel, push, depot, clock, carried
):
    redemption = await ordered()
    made = await parcel(redemption)
    event = depot.scan("SB0001", "delivered", clock.now)
    assert (await push(event, secret="another")).status_code == 401
    assert (await push(event, tenant=uuid4())).status_code == 404
    assert (await client.post(f"/v1/carriers/ups/events/{shop.tenant_id}", content=b"{}")).status_code == 404
    clock.now += 300 * HOUR
    assert (await shown(client, made))["status"] == "registered"


async def test_news_of_the_future_or_from_before_the_redemption_is_not_taken(
    client, ordered, parcel, push, depot, clock
):
    made = await parcel(await ordered())
    await push(
        depot.scan("SB0001", "delivered", clock.now - 24 * HOUR),
        depot.scan("SB0001", "delivered", clock.now + 24 * HOUR),
        depot.scan("SB0001", "collected", clock.now + timedelta(minutes=5)),
    )
    told = await shown(client, made)
    assert (told["status"], len(told["events"])) == ("collected", 1)


async def test_a_redemption_ships_once_all_its_pieces_are_collected(
    client, shop, owner, ordered, parcel, push, depot, clock
):
    await owner.execute("update mall.stock set on_hand = 9 where item_id = $1", shop.pot)
    redemption = await ordered((shop.pot, 3), (shop.tea, 1))
    one = await parcel(redemption, "SB0001", lines=[{"line_no": 1, "quantity": 1}])
    # The newest is listed first.
    clock.now += timedelta(seconds=1)
    rest = await parcel(redemption, "SB0002")
    assert rest["lines"] == [{"line_no": 1, "quantity": 2}]
    clock.now += 40 * HOUR
    await push(depot.scan("SB0001", "delivered", clock.now - 2 * HOUR))
    assert await status_of(client, redemption) == "allocated"
    await push(depot.scan("SB0002", "collected", clock.now - HOUR))
    assert await status_of(client, redemption) == "shipped"
    await push(depot.scan("SB0002", "delivered", clock.now))
    assert await status_of(client, redemption) == "delivered"
    listed = (await client.get(f"/v1/redemptions/{redemption}/shipments")).json()["shipments"]
    assert [s["shipment_id"] for s in listed] == [rest["shipment_id"], one["shipment_id"]]


async def test_what_was_refunded_need_not_be_shipped(
    client, shop, owner, ordered, parcel, push, depot, clock
):
    await owner.execute("update mall.stock set on_hand = 9 where item_id = $1", shop.pot)
    redemption = await ordered((shop.pot, 3))
    await parcel(redemption, lines=[{"line_no": 1, "quantity": 2}])
    body = {"reason": "x", "lines": [{"line_no": 1, "quantity": 1}]}
    assert (await client.change(redemption, "refunds", "f1", **body)).status_code == 200
    clock.now += HOUR
    await push(depot.scan("SB0001", "collected", clock.now))
    row = await owner.fetchrow("select status, shipped_at from mall.redemption")
    assert (row["status"], row["shipped_at"]) == ("partially_refunded", clock.now)


async def test_no_more_is_shipped_than_is_left(client, shop, owner, ordered, parcel, depot, push, clock):
    await owner.execute("update mall.stock set on_hand = 9 where item_id = $1", shop.pot)
    redemption = await ordered((shop.pot, 3), (shop.tea, 1))
    url = f"/v1/redemptions/{redemption}/shipments"
    body = {"reference": "p", "carrier": "sandbox", "tracking_number": "SB0001", "province": "新疆"}

    async def refused(**more):
        answer = await client.post(url, json=body | more)
        return answer.status_code, answer.json()["type"].rsplit(":")[-1]

    assert await refused(lines=[{"line_no": 1, "quantity": 4}]) == (409, "too-many-pieces")
    assert await refused(lines=[{"line_no": 1, "quantity": 2}] * 2) == (409, "too-many-pieces")
    # Tea is picked up.
    assert await refused(lines=[{"line_no": 2, "quantity": 1}]) == (404, "unknown-line")
    assert await refused(warehouse_id=str(uuid4())) == (404, "unknown-warehouse")
    assert await refused(province="火星") == (422, "invalid-request")
    assert await refused(tracking_number="a b") == (422, "invalid-request")
    dry = await client.post(url, json=body, params={"dry_run": "true"})
    assert (dry.status_code, dry.json()["region"]) == (201, "remote")
    first = await client.post(url, json=body)
    again = await client.post(url, json=body)
    assert (first.status_code, again.status_code) == (201, 200)
    assert again.json() == first.json()
    assert await refused(province="广东") == (409, "shipment-exists")
    assert await refused(reference="q") == (409, "shipment-exists")
    assert await refused(reference="q", tracking_number="SB0002") == (409, "not-to-be-shipped")
    # What came back can be sent again.
    clock.now += HOUR
    await push(depot.scan("SB0001", "returned", clock.now))
    again = await client.post(url, json=body | {"reference": "q", "tracking_number": "SB0002"})
    assert again.json()["lines"] == [{"line_no": 1, "quantity": 3}]


async def test_what_was_cancelled_is_not_shipped(client, shop, ordered, parcel, push, depot, clock):
    redemption = await ordered()
    made = await parcel(redemption)
    assert (await client.change(redemption, "cancellation", "c1", reason="x")).status_code == 200
    clock.now += HOUR
    await push(depot.scan("SB0001", "delivered", clock.now))
    assert await status_of(client, redemption) == "cancelled"
    assert (await shown(client, made))["status"] == "delivered"
    url = f"/v1/redemptions/{redemption}/shipments"
    body = {"reference": "q", "carrier": "sf", "tracking_number": "SF0002", "province": "广东"}
    assert (await client.post(url, json=body)).json()["type"].endswith("not-to-be-shipped")
    unknown = await client.post(f"/v1/redemptions/{uuid4()}/shipments", json=body)
    assert unknown.status_code == 404
    assert (await client.get(f"/v1/redemptions/{uuid4()}/shipments")).status_code == 404


async def test_a_carrier_that_does_not_answer_is_asked_again_later(
    client, ordered, parcel, depot, clock, context, owner
):
    made = await parcel(await ordered())
    depot.is_away = True
    url = f"/v1/shipments/{made['shipment_id']}/inquiry"
    assert await ask_carriers(context) == 0
    waits = []
    for _ in range(3):
        row = await owner.fetchrow("select ask_next_at, asked_at from mall.shipment")
        assert row["asked_at"] is None
        waits.append((row["ask_next_at"] - clock.now) / timedelta(minutes=1))
        clock.now = row["ask_next_at"]
        assert (await client.post(url)).status_code == 503
    assert waits == [5, 10, 20]
    depot.is_away = False
    depot.scan("SB0001", "collected", clock.now)
    assert (await client.post(url)).json()["status"] == "collected"
    assert await owner.fetchval("select ask_failures from mall.shipment") == 0


async def test_lists_are_paged_and_filtered(client, shop, owner, ordered, parcel, push, depot, clock):
    await owner.execute("update mall.stock set on_hand = 9 where item_id = $1", shop.pot)
    made = [await parcel(await ordered((shop.pot, 1), key=f"r{n}"), f"SB000{n}") for n in range(3)]
    ids = sorted((one["shipment_id"] for one in made), reverse=True)
    page = (await client.get("/v1/shipments", params={"limit": 2})).json()
    assert ([s["shipment_id"] for s in page["shipments"]], page["next_before"]) == (ids[:2], ids[1])
    rest = (await client.get("/v1/shipments", params={"before": page["next_before"]})).json()
    assert ([s["shipment_id"] for s in rest["shipments"]], rest["next_before"]) == (ids[2:], None)
    clock.now += HOUR
    await push(depot.scan("SB0001", "collected", clock.now))
    clock.now += 49 * HOUR
    late = (await client.get("/v1/shipments", params={"is_late": True})).json()["shipments"]
    assert [(s["tracking_number"], s["is_late"]) for s in late] == [("SB0001", True)]
    waiting = (await client.get("/v1/shipments", params={"status": "registered"})).json()["shipments"]
    assert len(waiting) == 2
