"""Two committers, as two server processes have them, sell tickets of one draw at the same time."""

import asyncio
from contextlib import AsyncExitStack
from random import Random
from uuid import UUID

import msgspec
import pytest

from tests.transactional.conftest import NOON
from tests.transactional.draws.conftest import HOUR, opened, shelf
from tests.transactional.test_two_committers import earn, redeem
from transactional.database import committer_pool
from transactional.draws.commands import BuyTicket, CancelDraw
from transactional.draws.log_queries import whole_log
from transactional.draws.revealing import reveal_draw
from transactional.draws.settling import settle_tickets
from transactional.draws.verification import DrawNotProven, verify
from transactional.engine.committer import Committer
from transactional.identifiers import uuid7
from transactional.ledger.chain import seal
from transactional.ledger.verify import verify as verify_ledger


@pytest.fixture
async def pair(database_url, shop):
    async with AsyncExitStack() as stack:
        pools = [await stack.enter_async_context(committer_pool(database_url)) for _ in range(2)]
        pair = [await stack.enter_async_context(Committer(pool).running()) for pool in pools]
        for member in (shop.member, shop.other_member):
            await pair[0].submit(earn(shop, member, 10_000, f"fund-{member}"))
        yield pair


def ticket(shop, draw, member, key):
    return BuyTicket(
        tenant_id=shop.tenant_id, key=key, body_hash=b"x" * 32, at=NOON, member_id=member,
        redemption_id=uuid7(NOON), draw_id=UUID(draw["draw_id"]),
    )  # fmt: skip


async def at_once(pair, commands):
    """Submit in waves that meet in the middle, each to another committer than the one before."""
    answers = []
    for start in range(0, len(commands), 4):
        wave = commands[start : start + 4]
        answers += await asyncio.gather(*(pair[n % 2].submit(command) for n, command in enumerate(wave)))
    return answers


async def tickets_of(owner, draw):
    rows = await owner.fetch(
        "select ticket_no, member_id from mall.draw_ticket where draw_id = $1 order by ticket_no",
        UUID(draw["draw_id"]),
    )
    return [(row["ticket_no"], row["member_id"]) for row in rows]


async def proves(owner, shop, draw, error) -> None:
    """The log so far holds together; what is missing is only the reveal."""
    log = await whole_log(owner, tenant_id=shop.tenant_id, draw_id=UUID(draw["draw_id"]))
    with pytest.raises(DrawNotProven, match=error):
        verify(log)


async def test_no_more_tickets_than_there_are_and_numbers_without_holes(client, shop, owner, pair, caplog):
    draw = await opened(client, shop, max_tickets=30, member_limit=30)
    commands = [ticket(shop, draw, (shop.member, shop.other_member)[n % 2], f"t{n}") for n in range(48)]
    Random(5).shuffle(commands)
    answers = await at_once(pair, commands)
    assert sorted(a.status for a in answers) == [201] * 30 + [409] * 18
    assert [n for n, _ in await tickets_of(owner, draw)] == list(range(1, 31))
    told = {msgspec.json.decode(a.body)["ticket_no"] for a in answers if a.status == 201}
    assert told == set(range(1, 31))
    # The draw's lock made them take turns; the key of tickets alone would have made them try again.
    assert "tried again" not in caplog.text
    await proves(owner, shop, draw, "30 tickets so far agree")
    await seal(owner)
    await verify_ledger(owner)


async def test_no_member_gets_more_than_the_limit(client, shop, owner, pair):
    draw = await opened(client, shop, max_tickets=40, member_limit=7)
    members = [shop.member, shop.member, shop.other_member, shop.other_member] * 10
    answers = await at_once(pair, [ticket(shop, draw, m, f"t{n}") for n, m in enumerate(members)])
    assert sorted(a.status for a in answers) == [201] * 14 + [409] * 26
    bought = [member for _, member in await tickets_of(owner, draw)]
    assert (bought.count(shop.member), bought.count(shop.other_member)) == (7, 7)


async def test_a_ticket_waits_for_a_draw_that_is_being_ended(client, shop, owner, pair):
    draw = await opened(client, shop)
    ended = "update mall.draw set cancelled_at = $2, cancel_reason = 'x' where draw_id = $1"
    async with owner.transaction():
        await owner.execute(ended, UUID(draw["draw_id"]), NOON)
        buying = asyncio.create_task(pair[0].submit(ticket(shop, draw, shop.member, "t1")))
        await asyncio.sleep(0.3)
        assert not buying.done()
    assert (await buying).status == 409
    shown = (await client.get(f"/v1/draws/{draw['draw_id']}")).json()
    assert (shown["status"], shown["ticket_count"]) == ("cancelled", 0)


async def test_one_key_sent_to_both_buys_one_ticket(client, shop, owner, pair):
    draw = await opened(client, shop, max_tickets=100, member_limit=100)
    for n in range(10):
        answers = await asyncio.gather(
            *(each.submit(ticket(shop, draw, shop.member, f"k{n}")) for each in pair)
        )
        assert answers[0].body == answers[1].body
    assert len(await tickets_of(owner, draw)) == 10


async def test_selling_settling_and_redeeming_side_by_side_keeps_the_books(
    client, shop, owner, pair, app, committer, database_url
):  # fmt: skip
    await owner.execute(
        "update mall.stock_movement set quantity = quantity + 90 where item_id = $1", shop.tea
    )
    await owner.execute("update mall.stock set on_hand = on_hand + 90 where item_id = $1", shop.tea)
    prizes = [{"item_id": str(item), "quantity": 3, "value_fen": 1} for item in (shop.card, shop.tea)]
    over = await opened(client, shop, max_tickets=40, member_limit=40, prizes=prizes)
    dropped = await opened(
        client, shop, max_tickets=40, member_limit=40, reference="dropped",
        prizes=[{"item_id": str(shop.tea), "quantity": 3, "value_fen": 1}],
    )  # fmt: skip
    both = (shop.member, shop.other_member)
    await at_once(pair, [ticket(shop, over, both[n % 2], f"o{n}") for n in range(20)])
    later = NOON + HOUR
    await reveal_draw(
        committer,
        tenant_id=shop.tenant_id,
        draw_id=UUID(over["draw_id"]),
        unseal=app.state.vault.open,
        now=later,
    )
    stop = CancelDraw(
        tenant_id=shop.tenant_id, key="stop", body_hash=b"x" * 32, at=NOON, draw_id=UUID(dropped["draw_id"]),
        reason="enough",
    )  # fmt: skip
    traffic = []
    for n in range(20):
        traffic += [ticket(shop, dropped, both[n % 2], f"d{n}"), redeem(shop, both[n % 2], shop.tea, f"r{n}")]
    traffic.insert(20, stop)
    async with committer_pool(database_url) as pool:
        answers, *_ = await asyncio.gather(
            at_once(pair, traffic),
            *(settle_tickets(pool, each, later) for each in pair),
        )
        await settle_tickets(pool, pair[0], later)
    assert {a.status for a in answers} == {200, 201, 409}
    left = "select count(*) from mall.redemption where mode = 'draw' and status = 'paid'"
    assert await owner.fetchval(left) == 0
    assert (await shelf(owner, shop.card), await shelf(owner, shop.tea)) == ((2, 0), (77, 0))
    for member in both:
        assert await client.available(member) == 10_000 - 10 * 20 - 10 * 100
    await proves(owner, shop, dropped, "cancelled")
    await seal(owner)
    await verify_ledger(owner)
