import asyncio
import logging
from uuid import UUID, uuid4

import psycopg
import pytest

from tests.literal_release import ACORN, LAN, MEI, MUG, RICE, TEA, TICKET, WATCH, publish
from tests.serving.gate import refusing_server, running_gate
from tests.serving.mall import BIRCH_KEY, NOW

LOT = UUID(int=7)


@pytest.fixture
async def gate(database_url):
    async with running_gate(database_url) as gate:
        yield gate


@pytest.fixture
async def client(gate, releases, settings, serve):
    async with serve(settings.model_copy(update={"database_url": gate.url})) as client:
        yield client


async def recommended(client, member_id=MEI, **parameters):
    answer = await client.get(f"/v1/recommendations/{member_id}", params=parameters)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def until_served(client, release_id):
    async with asyncio.timeout(10):
        while (await recommended(client))["release_id"] != release_id:
            await asyncio.sleep(0.02)


def score_of(answer, item_id):
    return next(item["score"] for item in answer["items"] if item["item_id"] == str(item_id))


def ids(answer):
    return [UUID(item["item_id"]) for item in answer["items"]]


async def test_recommendations_come_from_the_release_alone(client, gate, mall):
    mall.redeem(ACORN, MEI, MUG, 300)
    live = await recommended(client)
    assert (live["degraded"], live["available_points"]) == (False, 200)
    await gate.close()
    answer = await recommended(client)
    assert answer["degraded"] is True
    assert answer["available_points"] == 500
    assert ids(answer) == [TEA, MUG, RICE, TICKET]
    assert answer["policy"] == "recipe"
    assert [item["propensity"] for item in answer["items"]] == [1.0] * 4
    assert (await recommended(client, LAN))["degraded"] is True


async def test_who_refused_is_told_nothing_of_itself_from_the_release_either(client, gate, releases):
    refuse = f"update marts.dim_member set is_personalised = false where member_id = '{MEI}'"
    publish(releases, "refused", lambda connection: connection.execute(refuse))
    await until_served(client, "refused")
    await gate.close()
    answer = await recommended(client)
    assert (answer["degraded"], answer["policy"]) == (True, "unpersonalised")
    assert {(item["stage"], item["slot"]) for item in answer["items"]} == {("popular", "novel")}


@pytest.mark.parametrize(
    ("active_from", "expires_on", "is_spendable"),
    [
        ("2025-01-01", "2026-03-31", False),
        ("2025-01-01", "2026-04-01", True),
        ("2026-04-01 11:00:00+08", None, True),
        ("2026-04-01 11:00:00.000001+08", None, False),
    ],
)
async def test_points_expired_or_not_yet_active_are_not_shown_from_the_release(
    client, gate, releases, active_from, expires_on, is_spendable
):
    def add_lot(connection):
        connection.execute(
            "insert into marts.dim_lot values (?, ?, ?, 60000, ?, ?)",
            [ACORN, LOT, MEI, active_from, expires_on],
        )
        connection.execute(
            "insert into marts.fct_entries values (?, ?, 1, 'earn', 'member', ?, ?, null, 60000, "
            "'2026-01-01', '2026-01-01', '2026-01-01')",
            [ACORN, LOT, MEI, LOT],
        )

    publish(releases, "another-lot", add_lot)
    await until_served(client, "another-lot")
    await gate.close()
    answer = await recommended(client, reach="now")
    assert answer["degraded"] is True
    assert answer["available_points"] == (60_500 if is_spendable else 500)
    assert (WATCH in ids(answer)) == is_spendable


async def test_an_outage_in_the_middle_of_a_request_degrades_it(gate, releases, settings, serve):
    settings = settings.model_copy(update={"database_url": gate.url, "key_fresh_seconds": 5})
    async with serve(settings) as client:
        await recommended(client)
        await gate.close()
        answers = [await recommended(client) for _ in range(3)]
    assert [answer["degraded"] for answer in answers] == [True] * 3


async def test_figures_and_forecasts_stay_available(client, gate):
    paths = ["/v1/kpis/activity_rate", f"/v1/forecasts?item_id={TEA}"]
    before = [(await client.get(path)).json() for path in paths]
    await gate.close()
    for path, live in zip(paths, before, strict=True):
        answer = await client.get(path)
        assert answer.status_code == 200
        assert answer.json() == live | {"degraded": True}


async def test_a_key_not_seen_lately_is_not_let_in(client, gate):
    await gate.close()
    answer = await client.get("/v1/kpis/activity_rate")
    assert answer.status_code == 503
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["type"] == "urn:pointmart:problem:database-unavailable"


REFUSALS = {
    "starting": "57P03",
    "full": "53300",
    "wrong password": "28P01",
    "login not allowed": "28000",
    "no such role": "22023",
    "no such database": "3D000",
    "no right to connect": "42501",
    "not accepting connections": "55000",
    "broken disk": "58030",
    "silent": None,
}


@pytest.mark.parametrize("sqlstate", REFUSALS.values(), ids=REFUSALS)
async def test_a_server_that_lets_nobody_in_is_an_outage(
    settings, still_data_dir, serve, monkeypatch, caplog, sqlstate
):
    monkeypatch.setattr("serving.database._CONNECT_SECONDS", 0.2)
    monkeypatch.setattr("serving.database._RETRY_SECONDS", 0)
    paths = [f"/v1/recommendations/{MEI}", "/v1/kpis/activity_rate", f"/v1/forecasts?item_id={TEA}"]
    async with refusing_server(sqlstate) as url:
        changed = {"database_url": url, "data_dir": still_data_dir}
        async with serve(settings.model_copy(update=changed)) as client:
            for path in paths:
                answer = await client.get(path)
                assert answer.status_code == 503
                assert answer.headers["content-type"] == "application/problem+json"
                assert answer.json()["type"] == "urn:pointmart:problem:database-unavailable"
            health = await client.get("/health")
    assert (health.status_code, health.json()["status"]) == (200, "degraded")
    assert any(record.levelno == logging.WARNING and "is away" in record.message for record in caplog.records)


@pytest.mark.parametrize("ending", ["time runs out", "connections are cut", "the server stops the statement"])
@pytest.mark.parametrize("table", ["api_key", "member", "lot", "redemption", "flash_sale", "stock"])
async def test_an_outage_in_the_middle_of_any_statement_is_told_as_one(
    gate, releases, settings, serve, database_url, monkeypatch, table, ending
):
    monkeypatch.setattr("serving.database._RETRY_SECONDS", 60)
    if ending == "time runs out":
        monkeypatch.setattr("serving.database._STATEMENT_SECONDS", 1.5)
    async with serve(settings.model_copy(update={"database_url": gate.url})) as client:
        assert (await recommended(client))["degraded"] is False
        with (
            psycopg.connect(database_url) as holder,
            psycopg.connect(database_url, autocommit=True) as server,
        ):
            holder.execute(f"lock table mall.{table} in access exclusive mode")
            # While nothing is committed nothing is looked at.
            server.execute("select pg_current_xact_id()")
            asked = asyncio.create_task(client.get(f"/v1/recommendations/{MEI}"))
            if ending != "time runs out":
                await until_waiting(server)
            if ending == "connections are cut":
                await gate.close()
            elif ending == "the server stops the statement":
                server.execute(f"select pg_terminate_backend(pid) {WAITING}")
            answer = await asked
            newcomer = await client.get(f"/v1/recommendations/{uuid4()}")
            stranger = await client.get(
                "/v1/kpis/activity_rate", headers={"Authorization": f"Bearer {BIRCH_KEY}"}
            )
    assert (answer.status_code, answer.json()["degraded"]) == (200, True)
    for refused in (newcomer, stranger):
        assert refused.status_code == 503
        assert refused.json()["type"] == "urn:pointmart:problem:database-unavailable"


WAITING = "from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'"


async def until_waiting(server):
    async with asyncio.timeout(10):
        while not server.execute(f"select 1 {WAITING}").fetchone():
            await asyncio.sleep(0.01)


async def test_a_member_the_release_does_not_know_is_asked_to_come_back(client, gate):
    await recommended(client)
    await gate.close()
    answer = await client.get(f"/v1/recommendations/{uuid4()}")
    assert answer.status_code == 503
    assert answer.json()["type"] == "urn:pointmart:problem:database-unavailable"


async def test_health_tells_of_the_outage(client, gate):
    before = (await client.get("/health")).json()
    assert (before["status"], before["database"]) == ("ok", "reachable")
    await gate.close()
    answer = await client.get("/health")
    assert answer.status_code == 200
    assert (answer.json()["status"], answer.json()["database"]) == ("degraded", "away")
    assert answer.json()["is_late"] is None


async def test_answers_are_live_again_when_the_database_is_back(client, gate, mall):
    before = await recommended(client)
    await gate.close()
    assert (await recommended(client))["degraded"] is True
    mall.act(ACORN, MEI, "click", MUG, NOW)
    await gate.open()
    async with asyncio.timeout(10):
        while (answer := await recommended(client))["degraded"]:
            await asyncio.sleep(0.05)
    assert score_of(answer, MUG) > score_of(before, MUG)


async def test_the_service_starts_while_the_database_is_away(gate, releases, settings, serve, mall):
    await gate.close()
    async with serve(settings.model_copy(update={"database_url": gate.url})) as client:
        assert (await client.get("/health")).json()["status"] == "degraded"
