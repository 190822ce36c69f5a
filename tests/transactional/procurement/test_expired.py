"""Pieces past their last day: told once, no longer thought to go out, and open until somebody takes them off the books."""

from datetime import date, timedelta
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from transactional.expired_stock.domain import expired
from transactional.expired_stock.jobs import expired_stock_jobs

MARCH = [date(2026, 3, day) for day in range(1, 32)]


def found(batches, *, lying, came, known=(), set_aside=0, today=MARCH[20]):
    return expired(batches, lying=lying, came=came, known=known, set_aside=set_aside, today=today)


def test_what_expires_first_went_first_and_what_has_no_last_day_last():
    batches = {MARCH[9]: 10, MARCH[14]: 6, MARCH[29]: 20}
    # 50 came without a last day. 14 of 86 are gone: 10 of the first batch and 4 of the second.
    assert found(batches, lying=72, came=86) == {MARCH[9]: 0, MARCH[14]: 2}
    assert found(batches, lying=86, came=86) == {MARCH[9]: 10, MARCH[14]: 6}
    assert found(batches, lying=3, came=86) == {MARCH[9]: 0, MARCH[14]: 0}


def test_the_last_day_itself_is_a_good_one():
    assert found({MARCH[20]: 5}, lying=5, came=5) == {}
    assert found({MARCH[19]: 5}, lying=5, came=5) == {MARCH[19]: 5}


def test_what_was_found_before_is_not_what_went_out_since():
    batches = {MARCH[4]: 30, MARCH[9]: 40, MARCH[29]: 100}
    # Of the first 8 were found; since then 35 went, all of the second, and 5 of it are left.
    assert found(batches, lying=113, came=170, known=[MARCH[4]], set_aside=8) == {MARCH[9]: 5}


@given(
    batches=st.dictionaries(st.sampled_from(MARCH), st.integers(1, 40), max_size=5),
    plain=st.integers(0, 30),
    gone=st.integers(0, 300),
)
def test_no_more_is_found_than_came_and_lies_there(batches, plain, gone):
    came = sum(batches.values()) + plain
    lying = max(came - gone, 0)
    told = found(batches, lying=lying, came=came)
    assert set(told) == {day for day in batches if day < MARCH[20]}
    assert all(0 <= pieces <= batches[day] for day, pieces in told.items())
    later = sum(pieces for day, pieces in batches.items() if day >= MARCH[20])
    assert sum(told.values()) == max(min(lying - plain - later, came - plain - later), 0)


@pytest.fixture
def look(app, clock):
    """The worker's look at what expired."""
    (job,) = expired_stock_jobs()
    context = SimpleNamespace(
        pools=app.state.pools, clock=clock, stopping=SimpleNamespace(is_set=lambda: False)
    )

    async def look():
        assert await job.run(context) == 0

    return look


@pytest.fixture
def alerts(client):
    async def alerts(status="open"):
        answer = await client.get("/v1/stock/expired", params={"status": status})
        return [(a["item_id"], a["expires_on"], a["quantity"]) for a in answer.json()["alerts"]]

    return alerts


async def topics(owner):
    rows = await owner.fetch(
        "select topic from mall.outbox where topic like 'stock.expired%' order by recorded_at"
    )
    return [row["topic"] for row in rows]


@pytest.fixture
async def delivered(shop, procurement, propose, move, deliver, clock, settle_all):
    """Twelve pieces of tea beside the ten of the opening, of which five keep three more days, and seven two months."""
    order = (await propose((shop.tea, 12))).json()["purchase_order_id"]
    await move(order, "approve", "order")
    today = clock().date()
    soon, late = (str(today + timedelta(days=days)) for days in (3, 60))
    answer = await deliver(order, (1, 5, 0, soon), (1, 7, 0, late))
    assert answer.status_code in (200, 201), answer.text
    # As the worker does every five seconds: what came and what goes are not netted.
    await settle_all()
    return soon


async def test_expired_pieces_are_told_once_and_closed_by_a_correction(
    client, owner, shop, procurement, delivered, look, alerts, clock
):
    tea = str(shop.tea)
    await client.earn(shop.member, 5000, "e1")
    await client.redeem(shop.member, "r1", (shop.tea, 3))
    await look()
    assert await alerts() == []
    clock.now += timedelta(days=5)
    await look()
    await look()
    # Three of the five went, for they expire first.
    assert await alerts() == [(tea, delivered, 2)]
    assert await topics(owner) == ["stock.expired"]
    # What goes out now is not taken from pieces that nobody may have any more.
    await client.redeem(shop.member, "r2", (shop.tea, 4))
    await look()
    assert await alerts() == [(tea, delivered, 2)]
    for reference, quantity in (("c1", -1), ("c2", -1)):
        body = {
            "reference": reference, "warehouse_id": str(procurement.main), "item_id": tea, "quantity": quantity,
            "reason": "expired", "corrected_by": "zhao.yi",
        }  # fmt: skip
        answer = await client.post("/v1/stock/corrections", json=body)
        assert answer.status_code in (200, 201), answer.text
        await look()
        assert len(await alerts()) == (1 if reference == "c1" else 0)
    assert await alerts("closed") == [(tea, delivered, 2)]
    assert await topics(owner) == ["stock.expired", "stock.expired_removed"]


async def test_a_batch_that_went_in_time_raises_nothing(client, owner, shop, delivered, look, alerts, clock):
    await client.earn(shop.member, 9000, "e1")
    await client.redeem(shop.member, "r1", (shop.tea, 5))
    clock.now += timedelta(days=5)
    await look()
    assert await alerts() == await alerts("closed") == []
    assert await owner.fetchval("select count(*) from mall.expired_stock where quantity = 0") == 1


async def test_pieces_that_are_carried_away_and_back_keep_their_last_day(
    client, shop, procurement, delivered, look, alerts, clock
):
    async def carry(reference, origin, target, quantity):
        clock.now += timedelta(hours=1)
        body = {
            "reference": reference, "item_id": str(shop.tea), "from_warehouse_id": str(origin),
            "to_warehouse_id": str(target), "quantity": quantity,
        }  # fmt: skip
        answer = await client.post("/v1/stock/relocations", json=body)
        assert answer.status_code in (200, 201), answer.text

    await carry("out", procurement.main, procurement.south, 12)
    await carry("back", procurement.south, procurement.main, 8)
    await carry("rest", procurement.south, procurement.main, 4)
    clock.now += timedelta(days=5)
    await look()
    # All 22 lie where they lay: ten of the opening, which have no last day, five that expired and seven that keep.
    assert await alerts() == [(str(shop.tea), delivered, 5)]
