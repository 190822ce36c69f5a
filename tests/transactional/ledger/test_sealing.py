"""Sealing misses nothing and seals nothing twice, whoever writes, waits or dies meanwhile."""

import asyncio
import random

import asyncpg
import pytest

from transactional.database import tenant_transaction
from transactional.ledger.broken import LedgerBroken
from transactional.ledger.chain import SealedAhead, seal, seal_restored, seal_window
from transactional.ledger.verify import UnknownTenant, verify

from ..conftest import client_for  # noqa: TID252 - the fixtures' own module
from .literal_ledger import tell, transfer, write_ledger


async def sealed_ids(connection) -> list:
    """The identifiers in the chains, in their order."""
    rows = await connection.fetch("select leaf_ids from mall.seal order by tenant_id, seal_no")
    return [id_ for row in rows for id_ in row["leaf_ids"]]


async def facts(connection) -> set:
    return {
        row[0]
        for row in await connection.fetch(
            "select transfer_id from mall.transfer union all select outbox_id from mall.outbox"
        )
    }


async def test_an_empty_ledger_verifies(owner):
    assert await seal(owner) == 0
    assert await verify(owner) == []


async def test_a_tenant_without_rows_has_no_head(owner, shop):
    assert await seal(owner) == 0
    (chain,) = await verify(owner)
    assert (chain.code, chain.rows, chain.blocks, chain.head) == ("acorn", 0, 0, None)


async def test_what_is_not_sealed_yet_is_reported(owner):
    await write_ledger(owner)
    (chain,) = await verify(owner)
    # 3 transfers, 6 entries, 3 events.
    assert (chain.rows, chain.unsealed_rows) == (0, 12)
    oldest = await owner.fetchval("select min(recorded_at) from mall.transfer")
    assert chain.unsealed_since == oldest
    assert await seal(owner) == 6
    (chain,) = await verify(owner)
    assert (chain.rows, chain.unsealed_rows, chain.unsealed_since) == (12, 0, None)


async def test_sealing_again_adds_nothing(owner):
    await write_ledger(owner)
    await seal(owner)
    (before,) = await verify(owner)
    assert await seal(owner) == 0
    assert await verify(owner) == [before]


async def test_each_tenant_has_a_chain_of_its_own(owner):
    acorn = await write_ledger(owner, "acorn")
    birch = await write_ledger(owner, "birch")
    await seal(owner)
    await tell(owner, birch.tenant_id, await owner.fetchval("select uuidv7()"), "other", birch.member_id)
    await seal(owner)
    first, second = await verify(owner)
    assert [(c.code, c.blocks, c.rows) for c in (first, second)] == [("acorn", 1, 12), ("birch", 2, 13)]
    assert first.head != second.head
    assert await verify(owner, code="birch") == [second]
    await owner.execute("set session_replication_role = replica")
    await owner.execute("update mall.transfer set kind = 'adjust' where transfer_id = $1", birch.capture)
    await owner.execute("reset session_replication_role")
    assert await verify(owner, code="acorn", heads=frozenset([first.head])) == [first]
    with pytest.raises(LedgerBroken, match=f"mall.transfer {birch.capture} of tenant birch was changed"):
        await verify(owner)
    assert acorn.tenant_id != birch.tenant_id


async def test_an_unknown_tenant_is_refused(owner):
    with pytest.raises(UnknownTenant, match="birch"):
        await verify(owner, code="birch")


async def test_a_window_and_a_block_are_bounded(owner):
    ledger = await write_ledger(owner)
    async with owner.transaction():
        for _ in range(20):
            id_ = await owner.fetchval("select uuidv7()")
            await tell(owner, ledger.tenant_id, id_, "other", ledger.member_id)
    counts = []
    while count := await seal_window(owner, window_rows=4, block_leaves=8):
        counts.append(count)
    # grant (2 entries, 1 leaf) · redemption and its end (2 entries, 3 leaves) · hold (2) · the large transaction
    assert sum(counts) == 26
    assert counts[-1] == 20
    assert max(counts[:-1]) <= 4
    blocks = await owner.fetch("select leaf_count, from_xid, to_xid from mall.seal order by seal_no")
    assert [b["leaf_count"] for b in blocks[-3:]] == [8, 8, 4]
    assert len({(b["from_xid"], b["to_xid"]) for b in blocks[-3:]}) == 1
    assert set(await sealed_ids(owner)) == await facts(owner)
    (chain,) = await verify(owner)
    assert await verify(owner, chunk_leaves=3) == [chain]


async def test_rows_of_open_transactions_wait_and_with_them_all_newer_ones(owner, database_url):
    ledger = await write_ledger(owner)
    await seal(owner)
    slow = await asyncpg.connect(database_url)
    try:
        late = slow.transaction()
        await late.start()
        await tell(slow, ledger.tenant_id, await slow.fetchval("select uuidv7()"), "other", ledger.member_id)
        await tell(
            owner, ledger.tenant_id, await owner.fetchval("select uuidv7()"), "other", ledger.member_id
        )
        assert await seal(owner) == 0
        (chain,) = await verify(owner)
        assert chain.unsealed_rows == 1
        await late.commit()
    finally:
        await slow.close()
    assert await seal(owner) == 2


async def test_writers_with_long_transactions_lose_nothing_to_two_sealers(owner, database_url):
    ledgers = [await write_ledger(owner, code) for code in ("acorn", "birch")]
    done = asyncio.Event()

    async def write(seed: int) -> None:
        chance = random.Random(seed)
        connection = await asyncpg.connect(database_url)
        try:
            for _ in range(40):
                ledger = chance.choice(ledgers)
                change = connection.transaction()
                await change.start()
                for _ in range(chance.randrange(1, 4)):
                    id_ = await connection.fetchval("select uuidv7()")
                    await tell(
                        connection, ledger.tenant_id, id_, "other", ledger.member_id, n=chance.random()
                    )
                    await asyncio.sleep(chance.choice((0, 0, 0.002, 0.03)))
                await (change.rollback() if chance.random() < 0.2 else change.commit())
        finally:
            await connection.close()

    async def keep_sealing() -> int:
        connection = await asyncpg.connect(database_url)
        total = 0
        try:
            while not done.is_set():
                total += await seal_window(connection, window_rows=5, block_leaves=3)
                await asyncio.sleep(0)
        finally:
            await connection.close()
        return total

    sealers = [asyncio.create_task(keep_sealing()) for _ in range(2)]
    await asyncio.gather(*(write(seed) for seed in range(6)))
    done.set()
    counts = [await sealer for sealer in sealers]
    rest = await seal(owner)
    ids = await sealed_ids(owner)
    assert len(ids) == len(set(ids)) == sum(counts) + rest
    assert set(ids) == await facts(owner)
    chains = await verify(owner)
    assert [chain.unsealed_rows for chain in chains] == [0, 0]
    assert min(chain.blocks for chain in chains) > 5


async def test_a_sealer_killed_in_the_middle_leaves_nothing_behind(owner, database_url):
    await write_ledger(owner)
    victim = await asyncpg.connect(database_url)
    async with owner.transaction():
        # It has computed all leaves by the time it waits here.
        await owner.execute("lock table mall.seal in share mode")
        sealing = asyncio.create_task(seal_window(victim))
        waiting = "select exists (select from pg_locks where pid = $1 and not granted)"
        while not await owner.fetchval(waiting, victim.get_server_pid()):
            await asyncio.sleep(0.01)
        await owner.execute("select pg_terminate_backend($1)", victim.get_server_pid())
        with pytest.raises((asyncpg.PostgresError, asyncpg.InterfaceError, ConnectionError)):
            await sealing
    assert await sealed_ids(owner) == []
    assert await seal(owner) == 6
    ids = await sealed_ids(owner)
    assert len(ids) == 6
    assert set(ids) == await facts(owner)
    await verify(owner)


async def test_a_chain_restored_into_another_server_goes_on(owner):
    ledger = await write_ledger(owner)
    await seal(owner)
    await tell(owner, ledger.tenant_id, await owner.fetchval("select uuidv7()"), "other", ledger.member_id)
    # The other server had come further than this one has.
    await owner.execute("set session_replication_role = replica")
    await owner.execute("update mall.seal_head set to_xid = '9000000000'")
    for restore in ("seal", "verify"):
        with pytest.raises(SealedAhead, match="--after-restore"):
            await (seal(owner) if restore == "seal" else verify(owner))
    # Stamps that are still to come are renewed after a restore.
    await owner.execute("update mall.entry set xid = pg_current_xact_id()")
    await owner.execute(
        "update mall.outbox set xid = pg_current_xact_id() where topic = 'redemption.created'"
    )
    await owner.execute("reset session_replication_role")
    assert await seal_restored(owner) == 1
    (chain,) = await verify(owner)
    assert (chain.rows, chain.blocks, chain.is_restored, chain.unsealed_rows) == (13, 2, True, 0)
    await tell(owner, ledger.tenant_id, await owner.fetchval("select uuidv7()"), "other", ledger.member_id)
    assert await seal(owner) == 1
    (later,) = await verify(owner, heads=frozenset([chain.head]))
    assert (later.rows, later.blocks) == (14, 3)


async def test_what_the_real_engine_writes_verifies(owner, app, client, shop, database_url):
    assert (await client.earn(shop.member, 2000, "e-1")).status_code == 201
    assert (await client.redeem(shop.member, "r-1", (shop.tea, 2), (shop.card, 1))).status_code == 201
    assert (await client.redeem(shop.member, "r-2", (shop.pot, 1))).status_code == 201
    assert (await client.redeem(shop.member, "r-3", (shop.pot, 1))).status_code == 409
    async with client_for(app, shop.key) as again:
        assert (await again.redeem(shop.member, "r-1", (shop.tea, 2), (shop.card, 1))).status_code == 201
    assert await seal(owner) == 6
    (chain,) = await verify(owner)
    assert (chain.rows, chain.unsealed_rows) == (12, 0)


async def test_a_sealer_may_seal_and_nothing_else(owner, shop, database_url):
    for forbidden in (
        "update mall.seal set seal_no = 1",
        "delete from mall.seal",
        "delete from mall.seal_head",
        "insert into mall.outbox select * from mall.outbox",
        "update mall.account set balance = 1",
        "select * from mall.member",
    ):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await owner.execute(f"begin; set local role pointmart_sealer; {forbidden}")
        await owner.execute("rollback")


async def test_blocks_are_append_only_even_for_the_owner(owner):
    await write_ledger(owner)
    await seal(owner)
    for refused in (
        "update mall.seal set leaf_hashes = ''",
        "delete from mall.seal",
        "truncate mall.seal",
        "delete from mall.seal_head",
    ):
        with pytest.raises(asyncpg.RestrictViolationError, match="append-only"):
            await owner.execute(refused)


async def test_a_tenant_reads_its_own_head_only(owner, database_url):
    acorn = await write_ledger(owner, "acorn")
    await write_ledger(owner, "birch")
    await seal(owner)
    async with (
        asyncpg.create_pool(
            database_url, min_size=1, max_size=1, server_settings={"role": "pointmart_api"}
        ) as pool,
        tenant_transaction(pool, acorn.tenant_id) as connection,
    ):
        rows = await connection.fetch("select tenant_id from mall.seal_head")
        assert [row["tenant_id"] for row in rows] == [acorn.tenant_id]
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await connection.execute("select * from mall.seal")


async def test_a_redemption_is_as_its_newest_event_says_though_a_clock_was_set_back(owner):
    ledger = await write_ledger(owner)
    await owner.execute("set session_replication_role = replica")
    # The event of the newer transaction carries the older time.
    await owner.execute(
        "update mall.outbox set recorded_at = recorded_at - interval '1 hour' where outbox_id = $1",
        ledger.completed,
    )
    await owner.execute("reset session_replication_role")
    await seal(owner)
    await verify(owner)


async def test_a_return_to_stock_counts_as_not_issued(owner):
    ledger = await write_ledger(owner)
    await owner.execute(
        "insert into mall.stock_movement (tenant_id, item_id, quantity, reason, reference, effective_at) "
        "values ($1, $2, 1, 'return', 'r', now())",
        ledger.tenant_id,
        ledger.item_id,
    )
    await owner.execute("update mall.stock set on_hand = 7, allotted = 3")
    await verify(owner)


async def test_a_debt_is_what_the_transfers_say(owner):
    ledger = await write_ledger(owner)
    id_ = await owner.fetchval("select uuidv7()")
    # 50 points of the lot and 20 more that the member no longer had are taken back.
    await transfer(
        owner, ledger.tenant_id, ledger.member_id, ledger.grant, id_, "return", "receivable", -50, 500
    )
    await owner.execute("update mall.lot set remaining_points = 500")
    with pytest.raises(LedgerBroken, match="owes 0 points, but by its transfers -50"):
        await verify(owner)
