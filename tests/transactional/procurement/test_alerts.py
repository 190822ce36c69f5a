"""Alerts: one opens when the stock falls below the threshold and closes when it recovers."""

from datetime import timedelta
from types import SimpleNamespace
from uuid import uuid4

import pytest

from transactional.stock_alerts.jobs import StockWatch


@pytest.fixture
def watch(app, clock):
    """The worker's watch over stock."""
    watcher = StockWatch()
    context = SimpleNamespace(
        pools=app.state.pools, clock=clock, stopping=SimpleNamespace(is_set=lambda: False)
    )

    async def watch():
        assert await watcher.run(context) == 0

    return watch


@pytest.fixture
def threshold(client):
    async def threshold(item, quantity, warehouse=None):
        body = {"item_id": str(item), "quantity": quantity}
        if warehouse:
            body["warehouse_id"] = str(warehouse)
        return await client.put("/v1/stock/thresholds", json=body)

    return threshold


@pytest.fixture
def alerts(client):
    async def alerts(status="open"):
        told = (await client.get("/v1/stock/alerts", params={"status": status})).json()["alerts"]
        return [(a["item_id"], a["warehouse_id"], a["threshold_quantity"], a["quantity"]) for a in told]

    return alerts


async def topics(owner):
    rows = await owner.fetch("select topic from mall.outbox where topic like 'stock.%' order by recorded_at")
    return [row["topic"].removeprefix("stock.alert_") for row in rows]


async def test_an_alert_opens_once_and_closes_when_stock_recovers(
    client, owner, shop, propose, move, deliver, threshold, alerts, watch
):
    tea = str(shop.tea)
    await watch()
    assert (await threshold(shop.tea, 8)).status_code == 200
    assert await alerts() == []
    await client.earn(shop.member, 5000, "e1")
    await client.redeem(shop.member, "r1", (shop.tea, 3))
    await watch()
    await client.redeem(shop.member, "r2", (shop.tea, 2))
    await watch()
    assert await alerts() == [(tea, None, 8, 7)]
    order = (await propose((shop.tea, 12))).json()["purchase_order_id"]
    await move(order, "approve", "order")
    await deliver(order, (1, 12))
    await watch()
    assert await alerts() == []
    assert await alerts("closed") == [(tea, None, 8, 7)]
    assert await topics(owner) == ["opened", "closed"]
    await client.redeem(shop.member, "r3", (shop.tea, 10))
    await watch()
    assert len(await alerts()) == 1


async def test_a_threshold_counts_at_once_and_another_one_closes_what_it_no_longer_says(
    owner, shop, threshold, alerts
):
    await threshold(shop.tea, 11)
    await threshold(shop.tea, 11)
    assert await alerts() == [(str(shop.tea), None, 11, 10)]
    await threshold(shop.tea, 10)
    assert await alerts() == []
    await threshold(shop.tea, 12)
    assert (await threshold(shop.tea, 0)).json()["thresholds"] == []
    assert await alerts() == []
    assert await topics(owner) == ["opened", "closed", "opened", "closed"]


async def test_reserved_pieces_are_not_counted_until_their_time_is_up(client, clock, shop, threshold, alerts):
    body = {
        "reference": "v", "item_id": str(shop.tea), "purpose": "campaign", "quantity": 4, "reserved_by": "li.na",
        "expires_at": (clock.now + timedelta(hours=1)).isoformat(),
    }  # fmt: skip
    await client.post("/v1/reservations", json=body)
    await threshold(shop.tea, 7)
    assert await alerts() == [(str(shop.tea), None, 7, 6)]
    clock.now += timedelta(hours=1)
    await threshold(shop.tea, 7)
    assert await alerts() == []


async def test_a_warehouse_has_thresholds_of_its_own(client, shop, procurement, threshold, alerts, watch):
    await threshold(shop.tea, 3, procurement.south)
    await threshold(shop.tea, 8, procurement.main)
    south, main = str(procurement.south), str(procurement.main)
    assert await alerts() == [(str(shop.tea), south, 3, 0)]
    body = {
        "reference": "r", "item_id": str(shop.tea), "from_warehouse_id": main, "to_warehouse_id": south, "quantity": 3,
    }  # fmt: skip
    await client.post("/v1/stock/relocations", json=body)
    await watch()
    assert await alerts() == [(str(shop.tea), main, 8, 7)]


async def test_who_saw_an_alert_first_is_noted(client, shop, threshold):
    await threshold(shop.tea, 11)
    (alert,) = (await client.get("/v1/stock/alerts")).json()["alerts"]
    url = f"/v1/stock/alerts/{alert['alert_id']}/acknowledgement"
    for name in ("li.na", "wang.wei"):
        assert (await client.post(url, json={"acknowledged_by": name})).json()["acknowledged_by"] == "li.na"
    unknown = f"/v1/stock/alerts/{uuid4()}/acknowledgement"
    assert (await client.post(unknown, json={"acknowledged_by": "x"})).status_code == 404
    assert (await threshold(uuid4(), 1)).status_code == 404
    assert (await threshold(shop.tea, 1, uuid4())).status_code == 404


async def test_alerts_are_paged_the_newest_first(client, shop, threshold):
    for item in (shop.tea, shop.pot, shop.card):
        await threshold(item, 100)
    first = (await client.get("/v1/stock/alerts", params={"limit": 2})).json()
    rest = (await client.get("/v1/stock/alerts", params={"limit": 2, "before": first["next_before"]})).json()
    assert [len(first["alerts"]), len(rest["alerts"]), rest["next_before"]] == [2, 1, None]
    assert first["alerts"][0]["item_id"] == str(shop.card)
