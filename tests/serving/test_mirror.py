"""The mirror of the live database: what a release says of who did nothing since, and what is read of the others."""

import asyncio
import re
from datetime import timedelta
from uuid import UUID, uuid4

import psycopg
import pytest

from serving.database import Database
from tests.literal_release import ACORN, LAN, MEI, MUG, RICE, TEA, publish
from tests.serving.mall import NOW, Mall


@pytest.fixture
def read(monkeypatch):
    """The views of members that were read, one entry for each statement that names members."""
    found = []
    rows = Database.rows

    async def noted(self, sql, *arguments, **options):
        if any(isinstance(argument, list) for argument in arguments):
            found.append(set(re.findall(r"export\.(\w+)", sql)))
        return await rows(self, sql, *arguments, **options)

    monkeypatch.setattr(Database, "rows", noted)
    return found


async def answer(client, member_id=MEI, **parameters):
    found = await client.get(f"/v1/recommendations/{member_id}", params=parameters)
    assert found.status_code == 200, found.text
    return found.json()


def essence(told):
    return {name: value for name, value in told.items() if name != "request_id"}


async def test_of_who_did_nothing_since_the_landing_nothing_is_read(read, acorn):
    assert (await answer(acorn))["available_points"] == 500
    assert read == []


async def test_while_nothing_is_committed_a_look_asks_for_no_news(monkeypatch, acorn, mall):
    asked = []
    rows = Database.rows

    async def noted(self, sql, *arguments, **options):
        asked.append("export." in sql)
        return await rows(self, sql, *arguments, **options)

    # Finds out who did anything since the landing, and with it what was committed before this test.
    await answer(acorn)
    await answer(acorn)
    monkeypatch.setattr(Database, "rows", noted)
    await answer(acorn)
    assert asked
    assert not any(asked)
    mall.earn(ACORN, LAN, 40)
    await answer(acorn)
    assert any(asked)


@pytest.mark.parametrize(
    "act",
    [
        lambda mall: mall.act(ACORN, MEI, "click", MUG, NOW),
        lambda mall: mall.earn(ACORN, MEI, 40),
        lambda mall: mall.redeem(ACORN, MEI, MUG, 40),
        lambda mall: mall.hold(ACORN, MEI, 40, expires_at=NOW + timedelta(minutes=1)),
        lambda mall: mall.execute("update mall.member set is_personalised = false where member_id = %s", MEI),
        lambda mall: mall.execute("update mall.member set erased_at = %s where member_id = %s", NOW, MEI),
    ],
    ids=["click", "credit", "redemption", "hold", "refusal", "erasure"],
)
async def test_whoever_did_anything_is_read_from_the_next_answer_on(read, acorn, mall, act):
    before = essence(await answer(acorn))
    act(mall)
    found = await acorn.get(f"/v1/recommendations/{MEI}")
    assert len(read) == 2
    assert found.status_code == 404 or essence(found.json()) != before
    # Nobody else is.
    await answer(acorn, LAN)
    assert len(read) == 2


async def test_what_was_open_at_a_look_is_told_when_it_ends(read, acorn, mall, database_url):
    with psycopg.connect(database_url) as late:
        Mall(late).earn(ACORN, MEI, 100)
        mall.act(ACORN, LAN, "click", MUG, NOW)
        assert (await answer(acorn))["available_points"] == 500
        assert read == []
        late.commit()
    assert (await answer(acorn))["available_points"] == 600


async def test_who_has_points_set_aside_at_the_landing_is_read_and_has_them_back_when_the_hold_lapses(
    acorn, mall, releases, clock
):
    mall.hold(ACORN, MEI, 450, expires_at=NOW + timedelta(minutes=15))
    publish(releases, "held", snapshot=mall.snapshot())
    async with asyncio.timeout(10):
        while (await answer(acorn))["release_id"] != "held":
            await asyncio.sleep(0.02)
    assert (await answer(acorn))["available_points"] == 50
    clock.now = NOW + timedelta(minutes=15)
    assert (await answer(acorn))["available_points"] == 500


async def test_the_release_says_of_the_last_week_what_the_live_database_says(
    acorn, mall, releases, monkeypatch
):
    looked = [("view", TEA, 1), ("click", MUG, 30), ("favourite", RICE, 167), ("click", RICE, 169)]
    for kind, item_id, hours in looked:
        mall.act(ACORN, LAN, kind, item_id, NOW - timedelta(hours=hours))

    def landed(connection):
        connection.executemany(
            "insert into marts.fct_events values (?, ?, ?, ?, ?, ?, ?)",
            [
                (ACORN, uuid4(), LAN, kind, item_id, at, at.date())
                for kind, item_id, hours in looked
                for at in [NOW - timedelta(hours=hours)]
            ],
        )

    publish(releases, "looked", landed, snapshot=mall.snapshot())
    async with asyncio.timeout(10):
        while (told := await answer(acorn, LAN))["release_id"] != "looked":
            await asyncio.sleep(0.02)
    monkeypatch.setattr("serving.recommendations.mirror.MirroredTenant.is_as_landed", lambda *_: False)
    assert "live" in {item["stage"] for item in told["items"]}
    assert essence(told) == essence(await answer(acorn, LAN))


async def test_a_sale_is_offered_to_who_has_redeemed_nothing_since_it_began(read, acorn, mall):
    mall.sell(ACORN, TEA, 50)
    told = await answer(acorn)
    assert read == []
    assert {UUID(item["item_id"]): item["price_points"] for item in told["items"]}[TEA] == 50
