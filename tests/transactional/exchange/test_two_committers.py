"""Two committers, as two server processes have them: limits hold, a quote is used once, nobody waits in a circle."""

import asyncio
from contextlib import AsyncExitStack
from datetime import timedelta
from uuid import UUID

import msgspec
import pytest

from tests.transactional.conftest import NOON
from transactional.database import committer_pool
from transactional.engine.committer import Committer
from transactional.exchange.commands import ExchangePoints, ReverseExchange
from transactional.exchange.statements import make_statements
from transactional.identifiers import uuid7

from .conftest import agree, check_books, link
from .test_statements import TEN_PAST

ROUNDS = 15


@pytest.fixture
async def pools(database_url):
    async with AsyncExitStack() as stack:
        yield [await stack.enter_async_context(committer_pool(database_url)) for _ in range(2)]


@pytest.fixture
async def pair(pools):
    async with AsyncExitStack() as stack:
        yield [await stack.enter_async_context(Committer(pool).running()) for pool in pools]


@pytest.fixture
async def both(route):
    """The second pair of members linked and rich too."""
    other = route.bank_shop.other_member
    await link(route.bank, other, route.airline, route.airline_shop.other_member)
    await route.bank.earn(other, 100_000, "e2")
    await route.bank.earn(route.member, 90_000, "e3")
    return route


def take(route, quote: dict, key: str, member=None, at=NOON) -> ExchangePoints:
    return ExchangePoints(
        tenant_id=route.bank_shop.tenant_id, key=key, body_hash=b"x" * 32, at=at, member_id=member or route.member,
        redemption_id=uuid7(at), quote_id=UUID(quote["quote_id"]),
    )  # fmt: skip


def reverse(shop, exchange_id: str, key: str, to_points: int, at=NOON) -> ReverseExchange:
    return ReverseExchange(
        tenant_id=shop.tenant_id, key=key, body_hash=b"x" * 32, at=at, exchange_id=UUID(exchange_id),
        reversal_id=uuid7(at), to_points=to_points, reason="mistake",
    )  # fmt: skip


async def together(pair, *commands):
    return await asyncio.gather(*(each.submit(command) for each, command in zip(pair, commands, strict=True)))


def told(answer) -> dict:
    return msgspec.json.decode(answer.body)


async def test_one_quote_is_taken_up_once(both, pair, owner):
    for n in range(ROUNDS):
        quote = await both.quote(120)
        answers = await together(pair, take(both, quote, f"a{n}"), take(both, quote, f"b{n}"))
        assert sorted(a.status for a in answers) == [201, 409]
        assert {told(a).get("type") for a in answers} == {None, "urn:pointmart:problem:quote-used"}
    assert await both.airline.available(both.flyer) == ROUNDS * 9
    await check_books(owner)


async def test_the_limit_of_a_pair_holds_across_processes(both, pair, owner):
    other = both.bank_shop.other_member
    for day in range(1, ROUNDS):
        at = NOON + timedelta(days=day)
        await owner.execute(
            "insert into mall.exchange_day (tenant_id, to_tenant_id, day) values ($1, $2, $3)",
            both.bank_shop.tenant_id, both.airline_shop.tenant_id, at.date(),
        )  # fmt: skip
        # Two times 4,980 of 8,000 for both members together.
        quotes = [await both.quote(5_000), await both.quote(5_000, other)]
        await owner.execute("update mall.exchange_quote set expires_at = '2030-01-01'")
        answers = await together(
            pair, take(both, quotes[0], f"a{day}", at=at), take(both, quotes[1], f"b{day}", other, at)
        )
        assert sorted(a.status for a in answers) == [201, 409], [told(a) for a in answers]
    used = await owner.fetch("select points from mall.exchange_day order by day")
    assert max(row["points"] for row in used) <= 8_000
    await check_books(owner)


async def test_the_limit_of_a_member_holds_across_processes(both, pair, owner):
    await owner.execute("update mall.exchange_agreement set member_daily_points = 120")
    for day in range(1, ROUNDS):
        at = NOON + timedelta(days=day)
        quotes = [await both.quote(120) for _ in range(2)]
        await owner.execute("update mall.exchange_quote set expires_at = '2030-01-01'")
        answers = await together(
            pair, *(take(both, quote, f"{day}-{n}", at=at) for n, quote in enumerate(quotes))
        )
        assert sorted(a.status for a in answers) == [201, 409], [told(a) for a in answers]


async def test_members_who_exchange_both_ways_do_not_lock_each_other_out(both, pair, owner):
    back = both.airline_shop
    await agree(both.airline, both.bank, to_tenant="acorn", from_points=1, to_points=8, fee_bp=0)
    await both.airline.earn(both.flyer, 1_000, "e9")
    for n in range(ROUNDS):
        there = await both.quote(120)
        quote = {"member_id": str(both.flyer), "to_tenant": "acorn", "points": 3}
        here = (await both.airline.post("/v1/exchanges/quotes", json=quote)).json()
        command = ExchangePoints(
            tenant_id=back.tenant_id, key=f"b{n}", body_hash=b"x" * 32, at=NOON, member_id=both.flyer,
            redemption_id=uuid7(NOON), quote_id=UUID(here["quote_id"]),
        )  # fmt: skip
        answers = await together(pair, take(both, there, f"a{n}"), command)
        assert [a.status for a in answers] == [201, 201]
    assert await both.airline.available(both.flyer) == 1_000 + ROUNDS * (9 - 3)
    await check_books(owner)


async def test_both_tenants_cannot_reverse_the_same_points(both, pair, owner):
    for n in range(ROUNDS):
        made = (await both.exchange(120, f"x{n}")).json()
        before = await both.bank.available(both.member)
        answers = await together(
            pair,
            reverse(both.bank_shop, made["exchange_id"], f"a{n}", 6),
            reverse(both.airline_shop, made["exchange_id"], f"b{n}", 6),
        )
        assert sorted(a.status for a in answers) == [200, 409]
        # 108 of the points for 9 miles, and a fee of 1.
        assert await both.bank.available(both.member) == before + 72
    await check_books(owner)


async def test_what_is_committed_while_a_day_is_stated_is_on_the_statement_or_refused(
    both, pair, pools, owner
):
    for day in range(1, ROUNDS):
        at = NOON + timedelta(days=day)
        quotes = [await both.quote(120) for _ in range(7)]
        await owner.execute("update mall.exchange_quote set expires_at = '2030-01-01'")
        answers = [await pair[0].submit(take(both, quotes.pop(), f"{day}-first", at=at))]

        async def one_by_one(committer, mine, day=day, at=at, answers=answers):
            for quote in mine:
                answers.append(await committer.submit(take(both, quote, f"{day}-{quote['quote_id']}", at=at)))

        async def state(day=day):
            await asyncio.sleep(0.003 * day)
            # A day that somebody is adding to is left for the next time.
            while not await make_statements(pools[0], TEN_PAST + timedelta(days=day)):
                pass

        await asyncio.gather(one_by_one(pair[0], quotes[:3]), one_by_one(pair[1], quotes[3:]), state())
        done = [a.status for a in answers].count(201)
        assert {told(a).get("type") for a in answers if a.status != 201} <= {
            "urn:pointmart:problem:day-stated"
        }
        stated = await owner.fetch("select exchanges from mall.exchange_statement where day = $1", at.date())
        assert [row["exchanges"] for row in stated] == [done, done]
