"""The clocks of promises around Mid-Autumn and National Day 2026, seconds before and after Shanghai's midnight.

Off are 25 to 27 September and 1 to 7 October; 20 September, a Sunday, and 10 October, a Saturday, are worked instead.
"""

from datetime import UTC, date, datetime, timedelta

import pytest

from tests.transactional.conftest import client_for, open_shop
from transactional.clock import BUSINESS_ZONE
from transactional.fulfilment.breaches import open_compensations
from transactional.settlement.domain import due_on
from transactional.settlement.queries import working_day_changes

SECOND = timedelta(seconds=1)


def shanghai(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=BUSINESS_ZONE).astimezone(UTC)


def told(moment: str) -> str:
    """As an answer of the API tells a moment of Shanghai."""
    return f"{shanghai(moment):%Y-%m-%dT%H:%M:%SZ}"


@pytest.fixture
def terms(client):
    async def terms(**more):
        body = {"compensation_points": 0, "changed_by": "li.na", **more}
        answer = await client.put("/v1/fulfilment/terms", json=body)
        assert answer.status_code == 200, answer.text

    return terms


@pytest.mark.parametrize(
    ("paid", "due"),
    [
        # Half a minute of the eve is left, and the rest of two days after the festival.
        ("2026-09-24T23:59:30", "2026-09-29T23:59:30"),
        # Half a minute later it is the festival, wherever else it is still the day before.
        ("2026-09-25T00:00:00", "2026-09-30T00:00:00"),
        ("2026-09-27T23:59:59", "2026-09-30T00:00:00"),
        ("2026-09-28T00:00:00", "2026-09-30T00:00:00"),
        # What is due as the holiday begins is due then; a second later, when it is over.
        ("2026-09-29T00:00:00", "2026-10-01T00:00:00"),
        ("2026-09-29T00:00:01", "2026-10-08T00:00:01"),
        # Weekends are no rest, worked instead of a holiday or not.
        ("2026-09-18T23:59:59", "2026-09-20T23:59:59"),
        ("2026-10-08T12:00:00", "2026-10-10T12:00:00"),
        ("2026-10-09T23:59:59", "2026-10-11T23:59:59"),
    ],
)
async def test_shipping_is_promised_around_the_holidays(
    client, terms, ordered, clock, context, owner, paid, due
):
    clock.now = shanghai("2026-09-01T12:00:00")
    await terms(rests_on_holidays=True)
    clock.now = shanghai(paid)
    await ordered()
    (awaited,) = (await client.get("/v1/fulfilment/queue")).json()["awaited"]
    assert awaited["due_at"] == told(due)
    clock.now = shanghai(due)
    assert await open_compensations(context) == 0
    clock.now += SECOND
    assert [await open_compensations(context) for _ in range(2)] == [1, 0]
    (compensation,) = (await client.get("/v1/compensations")).json()["compensations"]
    assert compensation["due_at"] == told(due)
    assert str(await owner.fetchval("select due_at from mall.compensation")) == str(shanghai(due))


@pytest.mark.parametrize(
    ("province", "collected", "due"),
    [
        ("广东", "2026-09-30T23:59:30", "2026-10-09T23:59:30"),
        ("新疆", "2026-09-30T23:59:30", "2026-10-10T23:59:30"),
        ("新疆", "2026-10-01T00:00:00", "2026-10-11T00:00:00"),
    ],
)
async def test_delivery_is_promised_by_region_around_the_holidays(
    client, terms, ordered, parcel, push, depot, clock, province, collected, due
):
    clock.now = shanghai("2026-09-30T12:00:00")
    await terms(rests_on_holidays=True)
    made = await parcel(await ordered(), province=province)
    clock.now = shanghai(collected)
    await push(depot.scan("SB0001", "collected", clock.now))
    assert (await client.get(f"/v1/shipments/{made['shipment_id']}")).json()["due_at"] == told(due)


async def test_each_tenant_rests_on_its_own_days(app, client, terms, ordered, owner, clock):
    """Who does not rest on holidays has plain hours; a day of one's own is a rest though others work on it."""
    clock.now = shanghai("2026-09-24T12:00:00")
    stranger = await open_shop(owner, "birch")
    async with client_for(app, stranger.key) as other:
        day = {"day": "2026-10-10", "note": "盘点"}
        rests = await other.put("/v1/fulfilment/rest-days", json={"days": [day], "announced_by": "x"})
        assert rests.status_code == 200
        await terms(rests_on_holidays=True)
        due: dict[str, list[str]] = {"acorn": [], "birch": []}
        for number, paid in enumerate(("2026-09-24T23:59:59", "2026-10-09T23:59:59")):
            clock.now = shanghai(paid)
            await owner.execute("update mall.stock set on_hand = 9")
            await ordered(key=f"r{number}")
            await other.earn(stranger.member, 1000, f"e{number}")
            made = await other.redeem(stranger.member, f"r{number}", (stranger.pot, 1))
            assert made.status_code == 201, made.text
        for name, asking in (("acorn", client), ("birch", other)):
            waiting = (await asking.get("/v1/fulfilment/queue")).json()["awaited"]
            due[name] = sorted(one["due_at"] for one in waiting)
    assert due["acorn"] == [told("2026-09-29T23:59:59"), told("2026-10-11T23:59:59")]
    assert due["birch"] == [told("2026-09-26T23:59:59"), told("2026-10-12T23:59:59")]


async def test_answers_are_due_in_24_hours_whatever_day_it_is(client, terms, ordered, clock):
    clock.now = shanghai("2026-09-24T12:00:00")
    await terms(rests_on_holidays=True)
    redemption = await ordered()
    clock.now = shanghai("2026-09-24T23:59:30")
    case = {
        "reference": "c", "redemption_id": redemption, "type": "complaint", "reason": "late", "text": "?",
        "opened_by": "x",
    }  # fmt: skip
    made = await client.post("/v1/after-sales", json=case)
    assert made.json()["due_at"] == told("2026-09-25T23:59:30")


async def test_what_a_day_owes_is_due_when_banks_work(owner):
    changes = await working_day_changes(owner)
    due = {day: due_on(date.fromisoformat(f"2026-{day}"), changes).isoformat()[5:] for day in (
        "09-18", "09-24", "09-30", "10-07", "10-09", "10-10",
    )}  # fmt: skip
    # Sunday the 20th and Saturday the 10th are worked; the 11th is a Sunday like others.
    assert due == {
        "09-18": "09-20", "09-24": "09-28", "09-30": "10-08", "10-07": "10-08", "10-09": "10-10", "10-10": "10-12",
    }  # fmt: skip


async def test_a_holiday_that_has_begun_is_neither_announced_nor_taken_back(
    client, operator, terms, ordered, clock
):
    clock.now = shanghai("2026-09-23T12:00:00")
    await terms(rests_on_holidays=True)
    clock.now = shanghai("2026-09-24T12:00:00")
    await ordered()

    async def change(day: str, *, is_working: bool):
        body = {"days": [{"day": day, "is_working": is_working}], "changed_by": "wu"}
        return await operator.put("/v1/platform/working-days", json=body)

    async def due() -> str:
        (awaited,) = (await client.get("/v1/fulfilment/queue")).json()["awaited"]
        return awaited["due_at"]

    assert await due() == told("2026-09-29T12:00:00")
    clock.now = shanghai("2026-09-25T00:00:00")
    refused = [
        await change("2026-09-25", is_working=True),
        await change("2026-09-24", is_working=False),
        await operator.post(
            "/v1/platform/working-days/import?changed_by=wu",
            content=b"day,is_working\n2026-09-26,true\n2026-09-25,true\n",
            headers={"Content-Type": "text/csv"},
        ),
    ]
    assert [answer.status_code for answer in refused] == [422, 422, 422]
    assert "2026-09-25 has begun" in refused[0].json()["detail"]
    assert await due() == told("2026-09-29T12:00:00")
    # What is known is said again without harm; what is to come can still be changed.
    assert (await change("2026-09-25", is_working=False)).status_code == 200
    assert (await change("2026-09-27", is_working=True)).status_code == 200
    assert await due() == told("2026-09-28T12:00:00")
