"""What is to be shipped and delivered next, by when it is promised."""

from datetime import timedelta

from tests.transactional.conftest import client_for, open_shop

from .conftest import HOUR


async def queue(client, **asked):
    answer = await client.get("/v1/fulfilment/queue", params=asked)
    assert answer.status_code == 200, answer.text
    return answer.json()


def told(awaited):
    return [(one["clock"], one["due_at"], one["is_late"], one["region"]) for one in awaited]


async def test_orders_wait_to_be_shipped_and_parcels_to_be_delivered(
    app, client, shop, owner, ordered, parcel, push, depot, clock
):
    first = await ordered()
    clock.now += HOUR
    await owner.execute("update mall.stock set on_hand = 5")
    await ordered(key="r2")
    answer = await queue(client)
    assert told(answer["awaited"]) == [
        ("shipping", "2026-03-03T04:00:00Z", False, None),
        ("shipping", "2026-03-03T05:00:00Z", False, None),
    ]
    assert (answer["awaited"][0]["redemption_id"], answer["awaited"][0]["item_name"]) == (first, "pot")
    assert answer["counts"] == [
        {"clock": "shipping", "region": None, "late_count": 0, "soon_count": 0, "today_count": 0, "later_count": 2}
    ]  # fmt: skip

    await parcel(first)
    clock.now += timedelta(minutes=1)
    await push(depot.scan("SB0001", "collected", clock.now))
    clock.now += 24 * HOUR + timedelta(minutes=1)
    answer = await queue(client)
    assert told(answer["awaited"]) == [
        ("shipping", "2026-03-03T05:00:00Z", False, None),
        ("delivery", "2026-03-03T05:01:00Z", False, "nationwide"),
    ]
    assert [(one["clock"], one["today_count"]) for one in answer["counts"]] == [
        ("delivery", 1),
        ("shipping", 1),
    ]
    clock.now += 24 * HOUR
    assert [one["is_late"] for one in (await queue(client))["awaited"]] == [True, True]
    assert [one["late_count"] for one in (await queue(client))["counts"]] == [1, 1]
    assert told((await queue(client, clock="delivery", region="remote"))["awaited"]) == []

    await push(depot.scan("SB0001", "delivered", clock.now))
    assert [one["clock"] for one in (await queue(client))["awaited"]] == ["shipping"]
    stranger = await open_shop(owner, "birch")
    async with client_for(app, stranger.key) as birch:
        assert (await queue(birch))["awaited"] == []


async def test_rest_days_make_a_promise_later(client, ordered, clock):
    rest = {"days": [{"day": "2026-03-02", "note": "春节"}], "announced_by": "x"}
    await client.put("/v1/fulfilment/rest-days", json=rest)
    await ordered()
    clock.now += 49 * HOUR

    answer = await queue(client)

    assert told(answer["awaited"]) == [("shipping", "2026-03-04T04:00:00Z", False, None)]
    assert answer["counts"][0]["today_count"] == 1
