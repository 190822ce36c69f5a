"""No key of a third tenant, and none at all, reads or moves anything of an exchange between two."""

import asyncpg
import pytest

from tests.transactional.conftest import client_for, open_shop
from transactional.database import open_pools
from transactional.exchange.statements import make_statements

from .test_statements import TEN_PAST

TABLES = (
    "exchange_agreement", "member_link_code", "member_link", "exchange_quote", "exchange", "exchange_reversal",
    "exchange_day", "exchange_statement",
)  # fmt: skip


async def calls(route):
    """Every route of the capability, about what the bank has."""
    quote = (await route.quote(1000))["quote_id"]
    exchange_id = (await route.exchange(1000, "x1")).json()["exchange_id"]
    proposed = (
        await route.airline.post(
            "/v1/exchanges/agreements",
            json={
                "to_tenant": "acorn", "from_points": 1, "to_points": 8, "member_daily_points": 9,
                "pair_daily_points": 9, "settlement_fen_per_100": 9,
            },
        )
    ).json()["agreement_id"]  # fmt: skip
    member = str(route.member)
    await route.airline.post(f"/v1/members/{route.flyer}/link-codes")
    return [
        ("POST", "/v1/exchanges/quotes", {"member_id": member, "to_tenant": "crane", "points": 100}),
        ("POST", "/v1/exchanges", {"quote_id": quote}),
        ("GET", f"/v1/exchanges?member_id={member}", None),
        ("GET", f"/v1/exchanges/{exchange_id}", None),
        ("POST", f"/v1/exchanges/{exchange_id}/reversal", {"reason": "mine now"}),
        ("POST", f"/v1/exchanges/agreements/{proposed}/acceptance", None),
        ("DELETE", f"/v1/exchanges/agreements/{route.agreement_id}", None),
        ("POST", f"/v1/members/{member}/link-codes", None),
        ("POST", f"/v1/members/{member}/links", {"code": "0000-0000-0000-0000"}),
        ("GET", f"/v1/members/{member}/links", None),
        ("DELETE", f"/v1/members/{member}/links/{route.link_id}", None),
    ]


LISTS = {
    "/v1/exchanges/agreements": "agreements",
    "/v1/exchanges/positions": "positions",
    "/v1/exchanges/statements?day=2026-03-01": "statements",
}


async def stored(owner):
    return {
        table: await owner.fetch(f"select * from mall.{table} order by 1, 2")
        for table in (*TABLES, "account")
    }


async def test_a_third_tenants_key_finds_nothing_and_moves_nothing(route, app, owner, database_url):
    stranger = await open_shop(owner, "birch")
    asked = await calls(route)
    async with open_pools(database_url) as pools:
        await make_statements(pools.committer, TEN_PAST)
    before = await stored(owner)
    async with client_for(app, stranger.key) as foreign:
        for n, (method, path, json) in enumerate(asked):
            for query in ("",) if method == "GET" else ("", "?dry_run=true"):
                answer = await foreign.request(
                    method, path + query, json=json, headers={"Idempotency-Key": f"{n}{query}"}
                )
                assert answer.status_code == 404, (method, path)
        for path, name in LISTS.items():
            assert (await foreign.get(path)).json() == {name: []}
            assert len((await route.bank.get(path)).json()[name]) >= 1
    assert await stored(owner) == before


async def test_the_other_party_cannot_use_what_is_the_givers_own(route, owner):
    asked = await calls(route)
    before = await stored(owner)
    for n, (method, path, json) in enumerate(asked):
        if "reversal" in path or "agreements" in path or path.startswith("/v1/exchanges/0"):
            continue
        answer = await route.airline.request(method, path, json=json, headers={"Idempotency-Key": f"{n}"})
        assert answer.status_code == 404, (method, path)
    assert await stored(owner) == before


async def test_without_a_valid_key_nothing_answers(route, app):
    asked = await calls(route)
    async with client_for(app, "none") as nobody:
        for method, path, json in asked + [("GET", path, None) for path in LISTS]:
            answer = await nobody.request(method, path, json=json, headers={"Idempotency-Key": "k"})
            assert answer.status_code == 401, (method, path)


async def test_row_security_shows_one_tenants_copies_even_without_a_condition(route, owner, database_url):
    exchange_id = (await route.exchange(1000, "x1")).json()["exchange_id"]
    await route.reverse(exchange_id, "r1", to_points=1)
    async with open_pools(database_url) as pools:
        await make_statements(pools.committer, TEN_PAST)
    connection = await asyncpg.connect(database_url, server_settings={"role": "pointmart_api"})
    try:
        for table in TABLES:
            assert await owner.fetchval(f"select count(*) from mall.{table}") >= 1
            assert await connection.fetch(f"select * from mall.{table}") == []
            async with connection.transaction():
                await connection.execute(
                    "select set_config('pointmart.tenant_id', $1, true)", str(route.airline_shop.tenant_id)
                )
                rows = await connection.fetch(f"select distinct tenant_id from mall.{table}")
                assert {row[0] for row in rows} <= {route.airline_shop.tenant_id}
        for forbidden in (
            "update mall.exchange_agreement set accepted_at = now()",
            "update mall.member_link set withdrawn_at = null",
            "update mall.exchange_quote set to_points = 999999",
            "update mall.exchange_day set points = 0",
            "delete from mall.exchange",
        ):
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await connection.execute(forbidden)
    finally:
        await connection.close()
