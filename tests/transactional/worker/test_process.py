"""The worker as a process of its own: killed at any moment, it loses nothing."""

import asyncio
import os
import signal
import sys
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from random import Random

import httpx
import pytest

from orchestration.cli.serve import free_port
from tests.transactional.conftest import client_for
from tests.transactional.webhooks.conftest import VAULT_KEY, happen, register, settings_for
from tests.transactional.webhooks.receiver import receiving
from transactional.app import create_app


@asynccontextmanager
async def worker_process(database_url):
    """Run `pointmart serve worker` until the block ends, once it answers."""
    port = free_port()
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "orchestration.cli.serve", "worker", "--port", str(port),
        env={
            **os.environ,
            "POINTMART_DATABASE_URL": database_url,
            "POINTMART_VAULT_KEY": VAULT_KEY,
            "POINTMART_ALLOW_LOOPBACK_WEBHOOKS": "true",
            "POINTMART_WEBHOOK_TIMEOUT_SECONDS": "1",
        },
    )  # fmt: skip
    try:
        async with asyncio.timeout(30), httpx.AsyncClient(trust_env=False) as client:
            while True:
                try:
                    (await client.get(f"http://127.0.0.1:{port}/health")).raise_for_status()
                    break
                except httpx.TransportError:
                    await asyncio.sleep(0.05)
        yield process
    finally:
        if process.returncode is None:
            process.send_signal(signal.SIGTERM)
        await process.wait()


@pytest.fixture
async def app(database_url, shop):
    """The service with the real clock, as the worker's process has it."""
    app = create_app(settings_for(database_url), lambda: datetime.now(UTC))
    async with app.router.lifespan_context(app):
        yield app


async def pending(owner) -> int:
    return await owner.fetchval("select count(*) from mall.webhook_delivery where status = 'pending'")


async def test_a_worker_killed_again_and_again_loses_nothing_and_repeats_with_the_same_id(
    app, shop, owner, database_url
):
    chance = Random(3)

    async def answer(_) -> int:
        await asyncio.sleep(0.05)
        return 200

    async with receiving(answer) as receiver, client_for(app, shop.key) as client:
        endpoint = await register(client, receiver)
        messages = [str(await happen(owner, shop.tenant_id, number=n)) for n in range(150)]
        for kill in range(3):
            async with worker_process(database_url) as process:
                await receiver.wait_for(20 * (kill + 1) + chance.randrange(10))
                process.kill()
        async with worker_process(database_url):
            await receiver.wait_for(150, seconds=60)
            async with asyncio.timeout(10):
                while await pending(owner):
                    await asyncio.sleep(0.05)

    assert set(receiver.ids()) == set(messages)
    # Each kill can repeat only what was on its way: eight at a time.
    assert len(receiver.requests) <= 150 + 3 * 8
    bodies = {(request.message_id, request.body) for request in receiver.requests}
    assert len(bodies) == 150
    assert all(request.is_signed_with(endpoint["secret"]) for request in receiver.requests)


async def test_two_worker_processes_send_each_message_once(app, shop, owner, database_url):
    async with receiving() as receiver, client_for(app, shop.key) as client:
        await register(client, receiver)
        async with worker_process(database_url), worker_process(database_url):
            messages = [str(await happen(owner, shop.tenant_id)) for _ in range(100)]
            await receiver.wait_for(100)
        assert sorted(receiver.ids()) == sorted(messages)
