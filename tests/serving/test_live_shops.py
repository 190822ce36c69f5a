"""A shop as it is kept in memory: offers are those of now in every answer, stocks those of a moment ago."""

import asyncio
from uuid import UUID, uuid4

import psycopg
import pytest

from serving.recommendations.gathering import Gathering
from tests.literal_release import ACORN, MEI, MUG, RICE, TEA, TICKET
from tests.serving.mall import NOW


@pytest.fixture
async def aged(releases, settings, serve):
    """A client of a service whose stocks may be a moment old."""
    async with serve(settings.model_copy(update={"shop_fresh_seconds": 0.3})) as client:
        yield client


async def shown(client, query=""):
    answer = await client.get(f"/v1/recommendations/{MEI}{query}")
    assert answer.status_code == 200, answer.text
    return {UUID(item["item_id"]): item for item in answer.json()["items"]}


async def test_what_is_no_longer_listed_is_not_shown_from_then_on(aged, mall):
    assert set(await shown(aged)) == {TEA, MUG, RICE, TICKET}
    mall.execute("update mall.offer set listed_until = %s where item_id = %s", NOW, RICE)
    assert set(await shown(aged)) == {TEA, MUG, TICKET}


async def test_what_has_run_out_is_gone_as_soon_as_stocks_are_looked_at(aged, acorn, mall):
    assert TEA in await shown(aged)
    mall.execute("update mall.stock set on_hand = 0 where item_id = %s", TEA)
    assert set(await shown(acorn)) == {MUG, RICE, TICKET}
    async with asyncio.timeout(10):
        while TEA in await shown(aged):
            await asyncio.sleep(0.02)


async def test_a_changed_price_is_the_one_that_is_told(aged, mall):
    assert (await shown(aged))[TEA]["price_points"] == 100
    mall.execute("update mall.offer set price_points = 77 where tenant_id = %s and item_id = %s", ACORN, TEA)
    assert (await shown(aged))[TEA]["price_points"] == 77
    mall.execute("update mall.offer set price_points = 501 where tenant_id = %s and item_id = %s", ACORN, TEA)
    assert TEA not in await shown(aged, "?reach=now")


async def test_what_is_new_or_back_in_stock_is_shown_within_a_second(aged, mall):
    mall.execute("update mall.stock set on_hand = 0 where item_id = %s", TEA)
    async with asyncio.timeout(10):
        while TEA in await shown(aged):
            await asyncio.sleep(0.02)
    mall.add_item(item_id := uuid4(), "月饼", "食品")
    mall.offer(ACORN, item_id, 80)
    assert item_id in await shown(aged)
    mall.execute("update mall.stock set on_hand = 5 where item_id = %s", TEA)
    async with asyncio.timeout(10):
        while TEA not in await shown(aged):
            await asyncio.sleep(0.05)


async def test_a_transaction_that_was_open_when_the_shop_was_read_is_seen_when_it_ends(
    aged, mall, database_url
):
    with psycopg.connect(database_url) as late:
        late.execute(
            "update mall.offer set price_points = 66 where tenant_id = %s and item_id = %s", (ACORN, TEA)
        )
        assert (await shown(aged))[TEA]["price_points"] == 100
        late.commit()
    assert (await shown(aged))[TEA]["price_points"] == 66


async def test_the_quick_route_and_the_frameworks_answer_alike(still):
    quick = (await still.get(f"/v1/recommendations/{MEI}?limit=3")).json()
    whole = (await still.get(f"/v1/recommendations/{MEI}?limit=3&reach=soon")).json()
    assert quick.pop("request_id") != whole.pop("request_id")
    assert quick == whole
    assert (await still.get(f"/v1/recommendations/{MEI}?limit=51")).status_code == 422
    assert (await still.get(f"/v1/recommendations/{str(MEI).upper()}")).status_code == 200
    for headers in ({"Authorization": ""}, {"Authorization": "Bearer pm_x"}):
        answer = await still.get(f"/v1/recommendations/{MEI}", headers=headers)
        assert (answer.status_code, answer.headers["www-authenticate"]) == (401, "Bearer")


async def test_answers_asked_for_at_once_are_each_members_own(acorn, mall):
    members = [uuid4() for _ in range(12)]
    for number, member_id in enumerate(members):
        mall.add_member(ACORN, member_id)
        mall.earn(ACORN, member_id, 100 + number)
        mall.act(ACORN, member_id, "click", (TEA, MUG, RICE)[number % 3], NOW)
    answers = await asyncio.gather(*(acorn.get(f"/v1/recommendations/{member_id}") for member_id in members))
    assert [answer.json()["available_points"] for answer in answers] == [100 + n for n in range(12)]
    assert [answer.json()["member_id"] for answer in answers] == [str(member_id) for member_id in members]


async def test_who_asks_while_a_question_is_under_way_goes_with_the_next():
    asked, gate = [], asyncio.Event()

    async def ask(keys):
        asked.append(sorted(keys))
        await gate.wait()
        return {key: key * 10 for key in keys}

    gathering = Gathering(ask, at_once=1)
    first = asyncio.create_task(gathering.get(1))
    await asyncio.sleep(0.01)
    others = [asyncio.create_task(gathering.get(key)) for key in (2, 3, 2)]
    await asyncio.sleep(0.01)
    assert asked == [[1]]
    gate.set()
    assert [await first, *[await other for other in others]] == [10, 20, 30, 20]
    assert asked == [[1], [2, 3]]


async def test_a_failure_reaches_all_who_asked_and_nobody_after_them():
    failures = [ValueError("away")]

    async def ask(keys):
        if failures:
            raise failures.pop()
        return dict.fromkeys(keys, "here")

    gathering = Gathering(ask)
    together = await asyncio.gather(gathering.get(1), gathering.get(2), return_exceptions=True)
    assert [type(found) for found in together] == [ValueError, ValueError]
    assert await gathering.get(1) == "here"


async def test_a_caller_that_gives_up_takes_nothing_from_the_others():
    gate = asyncio.Event()

    async def ask(keys):
        await gate.wait()
        return dict.fromkeys(keys, "here")

    gathering = Gathering(ask)
    leaving, staying = asyncio.create_task(gathering.get(1)), asyncio.create_task(gathering.get(1))
    await asyncio.sleep(0.01)
    leaving.cancel()
    gate.set()
    assert await staying == "here"
