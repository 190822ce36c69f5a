"""kill -9 of servers and of PostgreSQL under load: what was acknowledged is there once, and every fate is known.

`POINTMART_CRASH_ROUNDS` says how many kills; `make crash ROUNDS=50` runs many.
"""

import asyncio
import os
from random import Random

import asyncpg
import psycopg
import pytest

from tests.transactional.conftest import NOON, VAULT_KEY, open_shop
from tests.transactional.crashing.books import (
    require_codes,
    require_points,
    require_sealed,
    require_stock,
    require_what_was_told,
)
from tests.transactional.crashing.clients import Client, Journal
from tests.transactional.crashing.victims import Database, Server
from transactional.catalogue.codes import import_codes
from transactional.catalogue.operations import StockReceipt, receive_stock
from transactional.database import DATABASE_AWAY
from transactional.ledger.chain import seal
from transactional.members.operations import register_members
from transactional.migrate import migrate
from transactional.vault import Vault, key_of

ROUNDS = int(os.environ.get("POINTMART_CRASH_ROUNDS", "4"))
CLIENTS, MEMBERS = 24, 6


@pytest.fixture
def database(data_dir):
    database = Database(data_dir)
    database.start()
    with psycopg.connect(database.server.url(), autocommit=True) as connection:
        connection.execute("create database mall")
        for setting in ("fsync", "synchronous_commit", "full_page_writes"):
            assert connection.execute(f"show {setting}").fetchone() == ("on",)
    yield database
    database.stop()


async def _open(url):
    """A shop with goods for all, and members without points."""
    connection = await asyncpg.connect(url)
    try:
        await migrate(connection)
        shop = await open_shop(connection)
        receipts = [StockReceipt(item, 100_000, "more", NOON) for item in (shop.tea, shop.pot)]
        await receive_stock(connection, tenant_id=shop.tenant_id, receipts=receipts)
        await connection.execute("delete from mall.stock_movement where item_id = $1", shop.card)
        await connection.execute("update mall.stock set on_hand = 0 where item_id = $1", shop.card)
        async with connection.transaction():
            await import_codes(
                connection, Vault(key_of(VAULT_KEY)), tenant_id=shop.tenant_id, item_id=shop.card,
                codes=[f"code-{number}" for number in range(5_000)], at=NOON,
            )  # fmt: skip
        members = await register_members(
            connection,
            tenant_id=shop.tenant_id,
            external_refs=[f"M-{number}" for number in range(MEMBERS)],
            registered_at=[NOON] * MEMBERS,
        )
        return shop, list(members.values())
    finally:
        await connection.close()


async def _seal_all_the_while(url, stop):
    """Seal as the worker does, whatever happens to the database."""
    while not stop.is_set():
        try:
            connection = await asyncpg.connect(url)
            try:
                await seal(connection)
            finally:
                await connection.close()
        except DATABASE_AWAY:
            pass
        await asyncio.sleep(0.3)


async def _kill(victim, chance):
    if isinstance(victim, Database):
        victim.kill(whole=chance.random() < 0.5)
    else:
        victim.kill()
    await asyncio.sleep(chance.uniform(0, 0.4))
    await asyncio.to_thread(victim.start)


async def _crash_under_load(database, servers, url, shop, members, journal):
    chance, stop = Random(), asyncio.Event()
    urls = [server.url for server in servers]
    kills = {"server": 0, "PostgreSQL": 0}
    async with asyncio.TaskGroup() as tasks:
        for number in range(CLIENTS):
            tasks.create_task(Client(number, urls, shop, members, journal).run(stop))
        tasks.create_task(_seal_all_the_while(url, stop))
        for number in range(ROUNDS):
            await asyncio.sleep(chance.uniform(0.3, 1.5))
            victim = database if number % 2 else chance.choice(servers)
            await _kill(victim, chance)
            kills[victim.name] += 1
        await asyncio.sleep(0.5)
        stop.set()
    return kills


def test_what_was_acknowledged_survives_any_crash_once(database, tmp_path, capsys):
    url = database.server.url("mall")
    shop, members = asyncio.run(_open(url))
    servers = [Server(url, tmp_path / f"server-{number}.log") for number in range(2)]
    journal = Journal()
    try:
        for server in servers:
            server.start()
        kills = asyncio.run(_crash_under_load(database, servers, url, shop, members, journal))
    finally:
        for server in servers:
            server.stop()

    async def check():
        connection = await asyncpg.connect(url)
        try:
            await require_what_was_told(connection, shop, journal)
            await require_points(connection, journal)
            await require_codes(connection, journal)
            await require_stock(connection)
            return await require_sealed(connection)
        finally:
            await connection.close()

    rows = asyncio.run(check())
    with capsys.disabled():
        print(
            f"\n{kills['server']} servers and {kills['PostgreSQL']} PostgreSQL killed: {len(journal.told)} requests "
            f"answered, {journal.lost} answers lost and asked for again, {journal.learned_by_key} fates learned by "
            f"key, {rows} rows sealed and verified"
        )
    assert sum(kills.values()) == ROUNDS
    assert len(journal.told) > 20 * ROUNDS
