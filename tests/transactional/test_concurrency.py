"""Real threads against two real server processes: nothing below zero, nothing sold twice, nothing lost."""

import os
import socket
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from threading import Barrier

import asyncpg
import httpx
import pytest

from .conftest import open_shop, run

THREADS = 200


@contextmanager
def server(database_url: str):
    """A transactional service in a process of its own, on a free port."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    process = subprocess.Popen(
        [sys.executable, "-m", "orchestration.cli.serve", "transactional", "--port", str(port)],
        env={**os.environ, "POINTMART_DATABASE_URL": database_url, "POINTMART_SESSION_SECRET": "s" * 32},
    )
    try:
        url = f"http://127.0.0.1:{port}"
        for _ in range(300):
            try:
                httpx.get(f"{url}/health", trust_env=False).raise_for_status()
                break
            except httpx.TransportError:
                time.sleep(0.1)
        yield url
    finally:
        process.terminate()
        process.wait(15)


@pytest.fixture
def two_servers(database_url):
    with server(database_url) as one, server(database_url) as other:
        yield one, other


async def _open(database_url):
    connection = await asyncpg.connect(database_url)
    try:
        return await open_shop(connection)
    finally:
        await connection.close()


async def _fetch(database_url, query):
    connection = await asyncpg.connect(database_url)
    try:
        return await connection.fetch(query)
    finally:
        await connection.close()


def storm(servers, shop, requests):
    """Send (member, item, quantity, key) redemptions at once from as many threads and return the answers."""
    barrier = Barrier(len(requests))

    def one(n):
        member, item, quantity, key = requests[n]
        with httpx.Client(trust_env=False, timeout=60) as client:
            barrier.wait()
            return client.post(
                f"{servers[n % len(servers)]}/v1/redemptions",
                json={"member_id": str(member), "lines": [{"item_id": str(item), "quantity": quantity}]},
                headers={"Authorization": f"Bearer {shop.key}", "Idempotency-Key": key},
            )

    with ThreadPoolExecutor(len(requests)) as threads:
        return list(threads.map(one, range(len(requests))))


def earn(url, shop, member, points):
    httpx.post(
        f"{url}/v1/points/earn",
        json={"member_id": str(member), "points": points},
        headers={"Authorization": f"Bearer {shop.key}", "Idempotency-Key": f"earn-{member}"},
        trust_env=False,
    ).raise_for_status()


def check_books(database_url):
    """Entries of each transfer sum to zero; balances and lots are what the entries say; stock adds up."""
    unbalanced = "select transfer_id from mall.entry group by tenant_id, transfer_id having sum(amount) <> 0"
    assert run(_fetch(database_url, unbalanced)) == []
    wrong_balances = """
        select a.account_id from mall.account a
        left join (select account_id, sum(amount) as total from mall.entry group by account_id) e using (account_id)
        where a.kind = 'member' and a.balance <> coalesce(e.total, 0)
    """
    assert run(_fetch(database_url, wrong_balances)) == []
    wrong_lots = """
        select l.lot_id from mall.lot l
        where l.remaining_points <> (select sum(amount) from mall.entry e where e.lot_id = l.lot_id)
    """
    assert run(_fetch(database_url, wrong_lots)) == []
    wrong_stock = """
        select s.item_id from mall.stock s
        where s.on_hand + s.allotted <> (select sum(quantity) from mall.stock_movement m where m.item_id = s.item_id)
            - coalesce((select sum(quantity) from mall.redemption_line l where l.item_id = s.item_id), 0)
    """
    assert run(_fetch(database_url, wrong_stock)) == []
    wrong_deductions = """
        select r.redemption_id from mall.redemption r
        where r.points <> (select -sum(amount) from mall.entry e
            where e.transfer_id = r.redemption_id and e.lot_id is not null)
    """
    assert run(_fetch(database_url, wrong_deductions)) == []


def test_a_storm_on_one_balance_on_one_piece_and_under_one_key(two_servers, database_url):
    shop = run(_open(database_url))
    # 200 threads, one balance of 550 points, tea at 100 of which there are 1,000.
    run(_fetch(database_url, f"update mall.stock_movement set quantity = 1000 where item_id = '{shop.tea}'"))
    run(_fetch(database_url, f"update mall.stock set on_hand = 1000 where item_id = '{shop.tea}'"))
    earn(two_servers[0], shop, shop.member, 550)
    answers = storm(two_servers, shop, [(shop.member, shop.tea, 1, f"b{n}") for n in range(THREADS)])
    assert sorted(a.status_code for a in answers) == [201] * 5 + [409] * (THREADS - 5)
    check_books(database_url)

    # 200 threads, one piece of the pot left.
    earn(two_servers[1], shop, shop.other_member, 1_000_000)
    answers = storm(two_servers, shop, [(shop.other_member, shop.pot, 1, f"s{n}") for n in range(THREADS)])
    assert sorted(a.status_code for a in answers) == [201] + [409] * (THREADS - 1)
    assert (
        run(_fetch(database_url, f"select on_hand from mall.stock where item_id = '{shop.pot}'"))[0][0] == 0
    )
    check_books(database_url)

    # 200 threads with one key, spread over both processes: one spends, all are told the same.
    answers = storm(two_servers, shop, [(shop.other_member, shop.tea, 1, "same")] * THREADS)
    assert {a.status_code for a in answers} == {201}
    assert len({a.json()["redemption_id"] for a in answers}) == 1
    assert sum("idempotent-replayed" not in a.headers for a in answers) == 1
    check_books(database_url)

    # One key, two different members, so that no row lock makes the processes take turns.
    answers = storm(
        two_servers,
        shop,
        [((shop.member, shop.other_member)[n % 2], shop.card, 1, "crossed") for n in range(20)],
    )
    assert {a.status_code for a in answers} <= {201, 409, 422}
    decided = run(_fetch(database_url, "select count(*) from mall.idempotency_key where key = 'crossed'"))
    assert decided[0][0] == 1
    check_books(database_url)
