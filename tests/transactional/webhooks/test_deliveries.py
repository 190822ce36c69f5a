"""Messages reach their endpoints: signed, in order, at least once, whatever the receivers do."""

import asyncio
from datetime import timedelta
from uuid import uuid4

import asyncpg
import pytest

from tests.transactional.conftest import client_for, open_shop
from transactional.webhooks.topics import TOPICS

from .conftest import delivery_states, happen, register
from .receiver import receiving


async def test_a_redemption_reaches_the_tenants_system_signed(client, shop, owner, receiver, courier):
    endpoint = await register(client, receiver)
    await client.earn(shop.member, 300, "e1")
    redeemed = (await client.redeem(shop.member, "r1", (shop.tea, 1))).json()

    await courier.deliver()

    written = await owner.fetch("select outbox_id, topic, subject_id from mall.outbox")
    assert len(written) > 0
    assert {row["topic"] for row in written} <= {topic.name for topic in TOPICS}
    assert set(receiver.ids()) == {str(row["outbox_id"]) for row in written}
    assert all(request.is_signed_with(endpoint["secret"]) for request in receiver.requests)
    (told,) = [r for r in receiver.requests if r.document["type"].startswith("redemption.")]
    assert told.document["subject_id"] == redeemed["redemption_id"]
    assert told.document["id"] == told.message_id
    assert told.document["data"]["redemption_id"] == redeemed["redemption_id"]
    assert told.headers["content-type"] == "application/json"


async def test_a_signature_of_another_secret_or_body_does_not_verify(client, shop, owner, receiver, courier):
    one = await register(client, receiver)
    other = await register(client, receiver, path="/other")
    await happen(owner, shop.tenant_id, points=7)
    await courier.deliver()

    (request,) = [r for r in receiver.requests if r.path == "/hook"]
    assert request.is_signed_with(one["secret"])
    assert not request.is_signed_with(other["secret"])
    changed = type(request)(request.path, request.headers, request.body.replace(b"7", b"8"))
    assert not changed.is_signed_with(one["secret"])


async def test_only_chosen_topics_are_sent(client, shop, owner, receiver, courier):
    await register(client, receiver, "redemption.*", "points.earn")
    for topic in (
        "redemption.created",
        "points.earn",
        "points.expire",
        "hold.released",
        "redemption.refunded",
    ):
        await happen(owner, shop.tenant_id, topic)
    await courier.deliver()

    assert sorted(r.document["type"] for r in receiver.requests) == [
        "points.earn", "redemption.created", "redemption.refunded",
    ]  # fmt: skip


async def test_each_endpoint_of_a_tenant_gets_a_message_and_no_other_tenant(
    app, client, shop, owner, receiver, courier
):
    stranger = await open_shop(owner, "birch")
    await register(client, receiver, path="/a")
    await register(client, receiver, path="/b")
    async with client_for(app, stranger.key) as foreign:
        await register(foreign, receiver, path="/foreign")
    message = await happen(owner, shop.tenant_id)
    await courier.deliver()

    assert sorted((r.path, r.message_id) for r in receiver.requests) == [
        ("/hook/a", str(message)), ("/hook/b", str(message)),
    ]  # fmt: skip


async def test_what_was_committed_before_an_endpoint_was_registered_is_not_sent(
    client, shop, owner, receiver, courier
):
    await happen(owner, shop.tenant_id)
    await register(client, receiver)
    after = await happen(owner, shop.tenant_id)
    await courier.deliver()

    assert receiver.ids() == [str(after)]


async def test_a_transaction_that_stays_open_long_is_not_skipped(
    client, shop, owner, receiver, courier, database_url
):
    await register(client, receiver)
    slow = await asyncpg.connect(database_url)
    transaction = slow.transaction()
    await transaction.start()
    early = await happen(slow, shop.tenant_id)
    late = await happen(owner, shop.tenant_id)
    await courier.deliver()
    # The later one waits too: it is not known yet whether something comes before it.
    assert receiver.ids() == []
    await transaction.commit()
    await slow.close()
    await courier.deliver()

    assert set(receiver.ids()) == {str(early), str(late)}


async def test_an_open_transaction_is_told_to_an_endpoint_registered_before_its_commit(
    client, shop, owner, receiver, courier
):
    async with owner.transaction():
        message = await happen(owner, shop.tenant_id)
        await register(client, receiver)
    await courier.deliver()

    assert receiver.ids() == [str(message)]


async def test_writers_of_all_lengths_lose_nothing_in_small_slices(
    client, shop, receiver, courier, database_url
):
    await register(client, receiver)
    written: list[str] = []

    async def write(number: int) -> None:
        connection = await asyncpg.connect(database_url)
        for turn in range(6):
            async with connection.transaction():
                rows = [str(await happen(connection, shop.tenant_id)) for _ in range(1 + (number + turn) % 4)]
                await asyncio.sleep(0.01 * ((number * 7 + turn * 3) % 5))
            written.extend(rows)
        await connection.close()

    writers = asyncio.gather(*(write(n) for n in range(8)))
    while not writers.done():
        await courier.fan_out(slice_rows=3)
        await asyncio.sleep(0)
    await writers
    while await courier.fan_out(slice_rows=3):
        pass
    while await courier.send():
        pass

    assert len(written) > 100
    assert sorted(receiver.ids()) == sorted(written)


async def test_messages_of_one_subject_come_one_after_another_and_of_many_at_once(
    client, shop, owner, courier
):
    under_way: list[str] = []
    overlapping: list[str] = []

    async def slowly(request) -> int:
        subject = request.document["subject_id"]
        if subject in under_way:
            overlapping.append(subject)
        under_way.append(subject)
        await asyncio.sleep(0.03)
        under_way.remove(subject)
        return 200

    async with receiving(slowly) as receiver:
        await register(client, receiver)
        subjects = [uuid4() for _ in range(6)]
        for turn in range(5):
            for subject in subjects:
                await happen(owner, shop.tenant_id, subject=subject, turn=turn)
        await courier.deliver()

        for subject in subjects:
            turns = [
                r.document["data"]["turn"]
                for r in receiver.requests
                if r.document["subject_id"] == str(subject)
            ]
            assert turns == [0, 1, 2, 3, 4]
        assert overlapping == []
        assert 1 < receiver.most_at_once <= 6


async def test_a_failed_message_is_retried_with_its_id_and_holds_its_subject_only(
    client, shop, owner, courier, clock
):
    subject, bad = uuid4(), []

    async def refuse_first(request) -> int:
        return 500 if request.message_id in bad else 200

    async with receiving(refuse_first) as receiver:
        await register(client, receiver)
        first = str(await happen(owner, shop.tenant_id, subject=subject))
        second = str(await happen(owner, shop.tenant_id, subject=subject))
        other = str(await happen(owner, shop.tenant_id))
        bad.append(first)
        await courier.deliver()
        assert sorted(receiver.ids()) == sorted([first, other])

        clock.now += timedelta(seconds=5)
        await courier.deliver()
        assert len(receiver.requests) == 2  # it is not due yet

        bad.clear()
        clock.now += timedelta(seconds=8)
        await courier.deliver()
        assert receiver.ids()[2:] == [first, second]
        again = [r for r in receiver.requests if r.message_id == first]
        assert again[0].body == again[1].body
        assert int(again[1].headers["webhook-timestamp"]) - int(again[0].headers["webhook-timestamp"]) == 13
    assert await delivery_states(owner) == [("delivered", 2), ("delivered", 1), ("delivered", 1)]


async def test_a_message_refused_again_and_again_lets_the_next_of_its_subject_pass(
    client, shop, owner, courier, clock
):
    subject, bad = uuid4(), []

    async def refuse(request) -> int:
        return 503 if request.message_id in bad else 200

    async with receiving(refuse) as receiver:
        await register(client, receiver)
        bad.append(str(await happen(owner, shop.tenant_id, subject=subject)))
        second = str(await happen(owner, shop.tenant_id, subject=subject))
        for _ in range(5):
            assert second not in receiver.ids()
            await courier.deliver()
            clock.now += timedelta(minutes=30)
        await courier.deliver()
        assert receiver.ids().count(second) == 1
        assert receiver.ids().count(bad[0]) == 6


@pytest.mark.parametrize("status", [301, 400, 404, 500])
async def test_every_other_status_is_a_failure(client, shop, owner, courier, status):
    async def answer(_) -> int:
        return status

    async with receiving(answer) as receiver:
        await register(client, receiver)
        await happen(owner, shop.tenant_id)
        await courier.deliver()
        assert [r.path for r in receiver.requests] == ["/hook"]  # a redirection is not followed
    row = await owner.fetchrow("select status, attempts, last_status, last_error from mall.webhook_delivery")
    assert tuple(row) == ("pending", 1, status, f"answered {status}")


async def test_a_receiver_that_is_not_there_is_tried_again(client, shop, owner, courier, clock):
    async with receiving() as receiver:
        await register(client, receiver)
        await happen(owner, shop.tenant_id)
    await courier.deliver()
    row = await owner.fetchrow("select status, attempts, last_status, last_error from mall.webhook_delivery")
    assert tuple(row)[:3] == ("pending", 1, None)
    assert "Connect" in row["last_error"]


async def test_a_silent_receiver_is_left_after_the_time_limit_and_delays_no_other(
    client, shop, owner, receiver, couriers
):
    courier = await couriers(webhook_timeout_seconds=1.5)
    loop = asyncio.get_running_loop()
    arrived: list[float] = []
    waiting: list[float] = []

    async def note(_) -> int:
        arrived.append(loop.time())
        return 200

    async def never(_) -> int:
        waiting.append(loop.time())
        await asyncio.sleep(60)
        return 200

    receiver.answer = note
    async with receiving(never) as silent:
        await register(client, silent)
        await register(client, receiver)
        for _ in range(20):
            await happen(owner, shop.tenant_id)
        started = loop.time()
        await courier.deliver()
        assert len(arrived) == 20
        assert max(arrived) - started < 1.4
        assert len([moment for moment in waiting if moment - started < 1.4]) == 8
    errors = await owner.fetch(
        "select distinct last_error from mall.webhook_delivery where status = 'pending'"
    )
    assert [row[0] for row in errors] == ["no answer within 1.5 s"]


async def test_after_a_day_of_failures_a_message_is_dead_and_can_be_replayed(
    client, shop, owner, courier, clock
):
    state = {"status": 500}

    async def answer(_) -> int:
        return state["status"]

    async with receiving(answer) as receiver:
        endpoint = await register(client, receiver)
        started = clock.now
        message = str(await happen(owner, shop.tenant_id, points=7))
        while (await client.get("/v1/webhooks/dead-letters")).json()["dead_letters"] == []:
            await courier.deliver()
            clock.now += timedelta(seconds=10)
            due = await owner.fetchval("select next_attempt_at from mall.webhook_delivery")
            clock.now = max(clock.now, due)
        assert receiver.ids() == [message] * 14
        assert timedelta(hours=18) < clock.now - started < timedelta(hours=28)

        (letter,) = (await client.get("/v1/webhooks/dead-letters")).json()["dead_letters"]
        assert (letter["message_id"], letter["status"], letter["attempts"]) == (message, "dead", 14)
        assert (letter["last_status"], letter["payload"]) == (500, {"points": 7})
        state["status"] = 200
        path = f"/v1/webhooks/dead-letters/{letter['delivery_id']}/replay"
        dry = await client.post(path, params={"dry_run": True})
        assert (dry.status_code, dry.json()["status"]) == (202, "pending")
        assert len((await client.get("/v1/webhooks/dead-letters")).json()["dead_letters"]) == 1
        replayed = await client.post(path)
        assert (replayed.status_code, replayed.json()["attempts"]) == (202, 0)
        assert (await client.post(path)).status_code == 404
        await courier.deliver()
        assert receiver.ids() == [message] * 15
        assert (await client.get("/v1/webhooks/dead-letters")).json() == {"dead_letters": [], "after": None}
        deliveries = (await client.get(f"/v1/webhooks/{endpoint['endpoint_id']}/deliveries")).json()
        assert [d["status"] for d in deliveries["deliveries"]] == ["delivered"]


async def test_an_endpoint_that_is_gone_is_disabled_and_can_be_enabled_and_caught_up(
    client, shop, owner, courier
):
    state = {"status": 410}

    async def answer(_) -> int:
        return state["status"]

    async with receiving(answer) as receiver:
        endpoint = await register(client, receiver)
        path = f"/v1/webhooks/{endpoint['endpoint_id']}"
        for _ in range(30):
            await happen(owner, shop.tenant_id)
        await courier.deliver()
        assert len(receiver.requests) <= 16  # at most what was on its way at once
        told = (await client.get(path)).json()
        assert (told["status"], told["disabled_reason"]) == ("disabled", "the endpoint answered 410 Gone")
        await happen(owner, shop.tenant_id)
        await courier.deliver()
        for refused in ("/ping", "/dead-letters/replay"):
            assert (await client.post(path + refused)).status_code == 409

        letters = (await client.get("/v1/webhooks/dead-letters", params={"limit": 20})).json()
        assert len(letters["dead_letters"]) == 20
        rest = (await client.get("/v1/webhooks/dead-letters", params={"after": letters["after"]})).json()
        assert (len(rest["dead_letters"]), rest["after"]) == (10, None)

        state["status"] = 200
        receiver.requests.clear()
        assert (await client.post(path + "/enable")).json()["status"] == "active"
        assert (await client.post(path + "/dead-letters/replay")).json() == {"replayed": 30}
        await courier.deliver()
        assert len(set(receiver.ids())) == 30


async def test_two_workers_at_once_send_each_message_once(client, shop, owner, receiver, couriers):
    pair = [await couriers(), await couriers()]

    async def slowly(_) -> int:
        await asyncio.sleep(0.01)
        return 200

    receiver.answer = slowly
    await register(client, receiver)
    messages = [str(await happen(owner, shop.tenant_id)) for _ in range(60)]
    # Without the worker's locks even: claims alone keep them apart.
    await asyncio.gather(*(c.fan_out(slice_rows=7) for c in pair for _ in range(10)))
    while await pair[0].fan_out(slice_rows=7):
        pass
    await asyncio.gather(*(c.send() for c in pair))

    assert sorted(receiver.ids()) == sorted(messages)


async def test_what_a_dead_sender_had_claimed_is_sent_when_the_claim_runs_out(
    client, shop, owner, receiver, courier, clock
):
    async def never(_) -> int:
        await asyncio.sleep(60)
        return 200

    receiver.answer = never
    await register(client, receiver)
    message = str(await happen(owner, shop.tenant_id))
    step = asyncio.create_task(courier.deliver())
    await receiver.wait_for(1)
    step.cancel()
    await asyncio.gather(step, return_exceptions=True)
    assert await delivery_states(owner) == [("pending", 0)]

    receiver.answer = None
    clock.now += timedelta(seconds=14)
    await courier.deliver()
    assert receiver.ids() == [message]
    clock.now += timedelta(seconds=2)
    await courier.deliver()
    assert receiver.ids() == [message, message]


async def test_a_secret_moved_to_another_endpoint_signs_nothing(client, shop, owner, receiver, courier):
    await register(client, receiver, path="/a")
    await register(client, receiver, path="/b")
    await owner.execute(
        "update mall.webhook_endpoint a set sealed_secret = b.sealed_secret from mall.webhook_endpoint b "
        "where a.url like '%/a' and b.url like '%/b'"
    )
    await happen(owner, shop.tenant_id)
    await courier.deliver()

    assert [r.path for r in receiver.requests] == ["/hook/b"]


async def test_without_new_rows_nothing_is_written(client, shop, owner, receiver, courier):
    await register(client, receiver)
    await happen(owner, shop.tenant_id)
    await courier.deliver()
    before = await owner.fetchval("select pg_snapshot_xmax(pg_current_snapshot())::text")
    for _ in range(3):
        assert await courier.fan_out() == 0
    assert await owner.fetchval("select pg_snapshot_xmax(pg_current_snapshot())::text") == before


async def test_old_deliveries_are_forgotten(client, shop, owner, receiver, courier, clock):
    await register(client, receiver)
    await happen(owner, shop.tenant_id)
    await courier.deliver()
    assert await courier.forget() == 0
    clock.now += timedelta(days=8)
    assert await courier.forget() == 1
    assert await delivery_states(owner) == []
