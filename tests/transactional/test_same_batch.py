"""What one command of a batch does is seen by the next, though neither is written yet."""

from datetime import timedelta
from uuid import UUID

import msgspec

from transactional.engine.committer import commit_batch
from transactional.identifiers import uuid7
from transactional.ledger.commands import Adjust, ExpireLots, PlaceHold, ReleaseHold, TakeBack

DAY = timedelta(days=1)


async def commit(app, *commands):
    async with app.state.pools.committer.acquire() as connection:
        answers = await commit_batch(connection, commands)
    return [(answer.status, msgspec.json.decode(answer.body)) for answer in answers]


async def test_a_backdated_debit_sees_a_hold_of_the_same_batch(app, client, shop, clock):
    await client.earn(shop.member, 100, "e1")
    clock.now += DAY
    about = {"tenant_id": shop.tenant_id, "body_hash": bytes(32), "at": clock.now, "member_id": shop.member}
    hold = uuid7(clock.now)
    back = {"effective_at": clock.now - timedelta(hours=1), "reason": "x", "points": -50}
    answers = await commit(
        app,
        PlaceHold(**about, key="h1", hold_id=hold, points=70, lasts=DAY),
        Adjust(**about, **back, key="a1", transfer_id=uuid7(clock.now)),
        ReleaseHold(tenant_id=shop.tenant_id, body_hash=bytes(32), at=clock.now, key="x1", hold_id=hold),
        Adjust(**about, **back, key="a2", transfer_id=uuid7(clock.now)),
    )
    assert [status for status, _ in answers] == [201, 409, 200, 201]
    assert answers[1][1]["available_points"] == 30
    assert await client.buckets(shop.member) == {"available": 50, "balance": 50}


async def test_a_return_sees_what_the_same_batch_has_swept(app, client, shop, clock):
    """Expired points are taken back from what expired; nobody has to pay for them."""
    credit = UUID((await client.earn(shop.member, 100, "e1")).json()["transfer_id"])
    clock.now += 400 * DAY
    about = {"tenant_id": shop.tenant_id, "body_hash": bytes(32), "at": clock.now}
    oldest = (clock.now - 100 * DAY).date()
    answers = await commit(
        app,
        ExpireLots(**about, key=None, member_id=shop.member, transfer_id=uuid7(clock.now), oldest=oldest),
        TakeBack(
            **about, key="b1", transfer_id=uuid7(clock.now), reversed_id=credit, points=60, reason="sent back"
        ),
    )
    assert [status for status, _ in answers] == [200, 201]
    assert answers[1][1]["owed_points"] == 0
    assert await client.buckets(shop.member) == {"expired": 40}


async def test_a_sweep_leaves_lots_alone_that_ended_before_what_it_has_read(app, client, shop, rules, clock):
    """A lot that got points back after its end must not be debited as of a moment before that."""
    await client.earn(shop.member, 100, "e1")
    clock.now += 400 * DAY
    about = {"tenant_id": shop.tenant_id, "body_hash": bytes(32), "at": clock.now, "key": None}
    answers = await commit(
        app,
        ExpireLots(**about, member_id=shop.member, transfer_id=uuid7(clock.now), oldest=clock.now.date()),
    )
    assert answers == [(200, {"transfers": 0})]
