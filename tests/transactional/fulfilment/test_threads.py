"""Carriers push at the same time, from several connections: nothing is lost and nothing is told twice."""

import asyncio
from random import Random

from .conftest import HOUR


async def test_pushes_at_once_move_the_redemption_once(
    client, shop, ordered, parcel, push, depot, clock, owner
):
    redemption = await ordered()
    made = await parcel(redemption)
    kinds = ["collected", "in_transit", "out_for_delivery", "delivered"]
    events = [depot.scan("SB0001", kind, clock.now + n * HOUR) for n, kind in enumerate(kinds, start=1)]
    clock.now += 60 * HOUR
    news = [event for event in events for _ in range(6)]
    Random(3).shuffle(news)
    url = f"/v1/shipments/{made['shipment_id']}/inquiry"
    answers = await asyncio.gather(*(push(event) for event in news), *(client.post(url) for _ in range(4)))
    assert {answer.status_code for answer in answers} == {200}
    assert (await client.get(f"/v1/redemptions/{redemption}")).json()["status"] == "delivered"
    row = await owner.fetchrow("select status, is_behind, shipped_at, delivered_at from mall.shipment")
    assert (row["status"], row["is_behind"]) == ("delivered", False)
    assert row["delivered_at"] - row["shipped_at"] == 3 * HOUR
    assert await owner.fetchval("select count(*) from mall.shipment_event") == 4
    topics = await owner.fetch("select topic, count(*) as times from mall.outbox group by topic")
    times = {row["topic"]: row["times"] for row in topics}
    assert (times["redemption.shipped"], times["redemption.delivered"], times["shipment.delivered"]) == (
        1,
        1,
        1,
    )


async def test_parcels_registered_at_once_hold_no_piece_twice(client, shop, owner, ordered):
    await owner.execute("update mall.stock set on_hand = 9 where item_id = $1", shop.pot)
    redemption = await ordered((shop.pot, 5))
    url = f"/v1/redemptions/{redemption}/shipments"

    def body(number: int) -> dict:
        return {
            "reference": f"p{number}", "carrier": "sandbox", "tracking_number": f"SB000{number}",
            "province": "广东", "lines": [{"line_no": 1, "quantity": 2}],
        }  # fmt: skip

    answers = await asyncio.gather(*(client.post(url, json=body(n % 4)) for n in range(8)))
    # Two parcels of two fit into five pieces; each was sent twice.
    statuses = sorted(answer.status_code for answer in answers)
    assert statuses == [200, 200, 201, 201, 409, 409, 409, 409]
    assert await owner.fetchval("select sum(quantity) from mall.shipment_line") == 4
