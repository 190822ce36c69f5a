"""Two committers, as two server processes have them, interleaved at every await: each pair meets in the middle."""

import asyncio
from contextlib import AsyncExitStack

import msgspec
import pytest

from transactional.database import committer_pool
from transactional.engine.committer import Committer
from transactional.identifiers import uuid7
from transactional.ledger.commands import Earn
from transactional.redemption.commands import Redeem

from .conftest import NOON

ROUNDS = 25


@pytest.fixture
async def pair(database_url):
    async with AsyncExitStack() as stack:
        pools = [await stack.enter_async_context(committer_pool(database_url)) for _ in range(2)]
        yield [await stack.enter_async_context(Committer(pool).running()) for pool in pools]


def redeem_all(shop, member, asked, key, body_hash=b"x" * 32):
    return Redeem(
        tenant_id=shop.tenant_id, member_id=member, key=key, body_hash=body_hash, at=NOON,
        redemption_id=uuid7(NOON), asked=asked,
    )  # fmt: skip


def redeem(shop, member, item, key, body_hash=b"x" * 32):
    return redeem_all(shop, member, ((item, 1),), key, body_hash)


def earn(shop, member, points, key):
    return Earn(
        tenant_id=shop.tenant_id, member_id=member, key=key, body_hash=b"x" * 32, at=NOON,
        transfer_id=uuid7(NOON), points=points, kind="earn",
    )  # fmt: skip


async def fund(pair, shop):
    for member in (shop.member, shop.other_member):
        await pair[0].submit(earn(shop, member, 1_000_000, f"fund-{member}"))


async def test_two_members_cannot_both_get_the_last_piece(pair, shop, owner):
    await fund(pair, shop)
    for n in range(ROUNDS):
        await owner.execute("update mall.stock set on_hand = 1 where item_id = $1", shop.pot)
        answers = await asyncio.gather(
            pair[0].submit(redeem(shop, shop.member, shop.pot, f"a{n}")),
            pair[1].submit(redeem(shop, shop.other_member, shop.pot, f"b{n}")),
        )
        assert sorted(a.status for a in answers) == [201, 409]
        assert await owner.fetchval("select on_hand from mall.stock where item_id = $1", shop.pot) == 0


async def test_one_key_for_two_members_is_decided_once_and_refused_once(pair, shop, owner):
    await fund(pair, shop)
    await owner.execute("update mall.stock set on_hand = 1000")
    for n in range(ROUNDS):
        # Two different rows are locked, so nothing but the key itself makes the two meet.
        answers = await asyncio.gather(
            pair[0].submit(redeem(shop, shop.member, shop.tea, f"k{n}", b"a" * 32)),
            pair[1].submit(redeem(shop, shop.other_member, shop.card, f"k{n}", b"b" * 32)),
        )
        assert sorted(a.status for a in answers) == [201, 422]
    assert await owner.fetchval("select count(*) from mall.redemption") == ROUNDS


async def test_one_key_sent_to_both_is_answered_alike(pair, shop, owner):
    await fund(pair, shop)
    await owner.execute("update mall.stock set on_hand = 1000")
    for n in range(ROUNDS):
        answers = await asyncio.gather(
            *(each.submit(redeem(shop, shop.member, shop.tea, f"k{n}")) for each in pair)
        )
        assert answers[0].body == answers[1].body
        assert [a.replayed for a in answers].count(True) == 1


async def test_crossed_orders_of_items_do_not_lock_each_other_out(pair, shop, owner):
    await fund(pair, shop)
    await owner.execute("update mall.stock set on_hand = 1000")
    there, back = ((shop.tea, 1), (shop.card, 1)), ((shop.card, 1), (shop.tea, 1))
    for n in range(ROUNDS):
        commands = [
            redeem_all(shop, member, asked, f"{n}-{member}")
            for member, asked in ((shop.member, there), (shop.other_member, back))
        ]
        answers = await asyncio.gather(*(c.submit(x) for c, x in zip(pair, commands, strict=True)))
        assert [a.status for a in answers] == [201, 201]


def ids(answer) -> str:
    return msgspec.json.decode(answer.body)["redemption_id"]


async def test_a_lost_connection_is_retried_and_spends_once(pair, shop, owner):
    await fund(pair, shop)

    async def cut() -> None:
        for _ in range(10):
            await owner.execute(
                "select pg_terminate_backend(pid) from pg_stat_activity "
                "where pid <> pg_backend_pid() and datname = current_database()"
            )
            await asyncio.sleep(0.03)

    async def spend(n: int):
        return await pair[n % 2].submit(redeem(shop, shop.member, shop.tea, f"k{n % 5}"))

    answers, _ = await asyncio.gather(
        asyncio.gather(*(spend(n) for n in range(40)), return_exceptions=True), cut()
    )
    told = {ids(a) for a in answers if not isinstance(a, Exception)}
    # A client that was told nothing sends its key again.
    again = {ids(await spend(n)) for n in range(10)}
    stored = {str(row[0]) for row in await owner.fetch("select redemption_id from mall.redemption")}
    assert told <= again == stored
    assert len(stored) == 5
    unbalanced = "select 1 from mall.entry group by transfer_id having sum(amount) <> 0"
    assert await owner.fetch(unbalanced) == []
