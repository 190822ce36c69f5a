"""Positions, and statements that both sides read alike and nobody changes."""

from datetime import timedelta

import asyncpg
import pytest

from tests.transactional.conftest import NOON
from transactional.database import open_pools
from transactional.exchange.statements import make_statements

from .conftest import agree, link

TEN_PAST = NOON.replace(hour=16, minute=10)  # ten minutes after midnight in Shanghai


@pytest.fixture
async def pool(database_url):
    async with open_pools(database_url) as pools:
        yield pools.committer


async def statements(client, day="2026-03-01") -> list[dict]:
    return (await client.get(f"/v1/exchanges/statements?day={day}")).json()["statements"]


def without_side(statement) -> dict:
    return {name: value for name, value in statement.items() if name not in ("partner", "direction")}


async def test_a_day_is_stated_once_it_has_ended_and_alike_for_both(route, pool, clock):
    first = (await route.exchange(1000, "x1")).json()["exchange_id"]
    second = (await route.exchange(500, "x2")).json()["exchange_id"]
    clock.now += timedelta(minutes=1)
    await route.reverse(first, "r1", to_points=30)
    assert await make_statements(pool, TEN_PAST - timedelta(microseconds=1)) == 0
    assert await statements(route.bank) == []
    assert await make_statements(pool, TEN_PAST) == 1
    assert await make_statements(pool, TEN_PAST) == 0
    (here,) = await statements(route.bank)
    (there,) = await statements(route.airline)
    assert (here["direction"], here["partner"], there["direction"], there["partner"]) == (
        "out", "crane", "in", "acorn",
    )  # fmt: skip
    assert without_side(here) == without_side(there)
    wanted = {
        "day": "2026-03-01", "exchanges": 2, "points": 989 + 495, "fee_points": 5 + 3, "to_points": 82 + 41,
        "reversals": 1, "reversed_points": 361, "reversed_fee_points": 1, "reversed_to_points": 30,
        # 93 miles at 7.50 yuan a hundred are 697.5 fen: rounded up against the one who owes.
        "net_to_points": 93, "owed_fen": 698, "stated_at": "2026-03-01T16:10:00Z",
    }  # fmt: skip
    assert {name: here[name] for name in wanted} == wanted
    assert {(line["kind"], line["exchange_id"], line["to_points"]) for line in here["lines"]} == {
        ("exchange", first, 82), ("exchange", second, 41), ("reversal", first, -30),
    }  # fmt: skip
    assert sum(line["points"] for line in here["lines"]) == here["points"] - here["reversed_points"]


async def test_a_late_reversal_stands_on_its_own_day(route, pool, clock):
    exchange_id = (await route.exchange(1000, "x1")).json()["exchange_id"]
    await make_statements(pool, TEN_PAST)
    before = await statements(route.bank)
    clock.now = NOON + timedelta(days=2)
    assert (await route.reverse(exchange_id, "r1")).status_code == 200
    await make_statements(pool, TEN_PAST + timedelta(days=2))
    assert await statements(route.bank) == before
    (late,) = await statements(route.airline, "2026-03-03")
    # 82 miles are 615 fen, owed back.
    assert (late["exchanges"], late["reversed_points"], late["net_to_points"], late["owed_fen"]) == (
        0,
        989,
        -82,
        -615,
    )
    assert await statements(route.bank, "2026-03-02") == []


async def test_nothing_is_added_to_a_day_that_is_stated(route, pool, clock):
    quote, other = [(await route.quote(1000))["quote_id"] for _ in range(2)]
    exchange_id = (await route.take(quote, "x1")).json()["exchange_id"]
    await make_statements(pool, TEN_PAST)
    late = await route.take(other, "x2")
    assert late.json()["type"] == "urn:pointmart:problem:day-stated"
    late = await route.reverse(exchange_id, "r1")
    assert late.json()["type"] == "urn:pointmart:problem:day-stated"
    assert await route.bank.available(route.member) == 9_011


async def test_a_day_on_which_nothing_came_to_be_has_no_statement(route, pool):
    poor = route.bank_shop.other_member
    await link(route.bank, poor, route.airline, route.airline_shop.other_member)
    assert (await route.exchange(100, "x1", poor)).status_code == 409
    assert await make_statements(pool, TEN_PAST) == 1
    assert await statements(route.bank) == []


async def test_positions_net_both_directions(route, pool, clock):
    await agree(
        route.airline, route.bank, to_tenant="acorn", from_points=1, to_points=8, fee_bp=0,
        settlement_fen_per_100=100,
    )  # fmt: skip
    await route.exchange(1000, "x1")
    quote = {"member_id": str(route.flyer), "to_tenant": "acorn", "points": 32}
    quoted = (await route.airline.post("/v1/exchanges/quotes", json=quote)).json()["quote_id"]
    answer = await route.airline.post(
        "/v1/exchanges", json={"quote_id": quoted}, headers={"Idempotency-Key": "y1"}
    )
    assert answer.json()["to_points"] == 256
    (here,) = (await route.bank.get("/v1/exchanges/positions")).json()["positions"]
    (there,) = (await route.airline.get("/v1/exchanges/positions")).json()["positions"]
    # The bank owes 82 × 7.5 fen, the airline 256 × 1 fen.
    assert (here["partner"], here["out"]["owed_fen"], here["in"]["owed_fen"], here["net_owed_fen"]) == (
        "crane", 615, 256, 359,
    )  # fmt: skip
    assert (there["partner"], there["net_owed_fen"]) == ("acorn", -359)
    assert (there["out"], there["in"]) == (here["in"], here["out"])
    clock.now = NOON + timedelta(days=1)
    exchanged = (await route.exchange(1000, "x2")).json()["exchange_id"]
    await route.reverse(exchanged, "r1", to_points=81)
    (both,) = (await route.bank.get("/v1/exchanges/positions")).json()["positions"]
    # A mile is 7.5 fen: each day is rounded by itself, as its statement is.
    assert (both["out"]["owed_fen"], both["out"]["net_to_points"]) == (615 + 8, 83)
    (day,) = (await route.bank.get("/v1/exchanges/positions?since=2026-03-02")).json()["positions"]
    assert (day["out"]["owed_fen"], day["in"], day["net_owed_fen"]) == (8, None, 8)
    await make_statements(pool, TEN_PAST + timedelta(days=1))
    stated = [*await statements(route.bank), *await statements(route.bank, "2026-03-02")]
    owed = sum(s["owed_fen"] if s["direction"] == "out" else -s["owed_fen"] for s in stated)
    assert owed == both["net_owed_fen"]


async def test_statements_cannot_be_edited_or_deleted(route, pool, owner):
    exchange_id = (await route.exchange(1000, "x1")).json()["exchange_id"]
    await route.reverse(exchange_id, "r1", to_points=1)
    await make_statements(pool, TEN_PAST)
    for statement in (
        "update mall.exchange_statement set owed_fen = 0",
        "delete from mall.exchange_statement",
        "update mall.exchange_reversal set points = 1",
        "delete from mall.exchange_reversal",
    ):
        with pytest.raises(asyncpg.RestrictViolationError, match="append-only"):
            await owner.execute(statement)
