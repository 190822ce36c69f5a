"""A service that may send to this machine, a receiver, and the worker's jobs with a clock the test sets."""

import base64
import json
from contextlib import AsyncExitStack
from datetime import timedelta
from random import Random
from uuid import UUID, uuid4

import httpcore
import pytest

from transactional.app import create_app
from transactional.database import open_pools
from transactional.engine.committer import Committer
from transactional.settings import TransactionalSettings
from transactional.vault import Vault
from transactional.webhooks.addresses import AddressRules
from transactional.webhooks.deliveries import forget_settled
from transactional.webhooks.fan_out import fan_out
from transactional.webhooks.jobs import Sending
from transactional.webhooks.lookup import AddressGuard
from transactional.worker.job import JobContext

from .receiver import receiving

VAULT_KEY = base64.b64encode(bytes(range(32))).decode()


def settings_for(database_url: str, **more) -> TransactionalSettings:
    return TransactionalSettings(
        database_url=database_url,
        session_secret="s" * 32,
        vault_key=VAULT_KEY,
        allow_loopback_webhooks=True,
        **more,
    )


@pytest.fixture
async def app(database_url, shop, clock):
    app = create_app(settings_for(database_url), clock)
    async with app.router.lifespan_context(app):
        yield app


@pytest.fixture
async def receiver():
    async with receiving() as receiver:
        yield receiver


class Courier:
    """One worker's webhook jobs, done when the test says so."""

    def __init__(self, context: JobContext, tls=None) -> None:
        self.context = context
        guard = AddressGuard(AddressRules(loopback=True))
        self._sending = Sending(Vault(bytes(range(32))), guard, tls or httpcore.default_ssl_context())

    async def fan_out(self, slice_rows: int = 5000) -> int:
        return await fan_out(self.context.pools.committer, now=self.context.clock(), slice_rows=slice_rows)

    async def send(self) -> int:
        return await self._sending.run(self.context)

    async def deliver(self) -> int:
        """Do both, as the worker does all the time."""
        await self.fan_out()
        return await self.send()

    async def forget(self) -> int:
        now = self.context.clock()
        return await forget_settled(
            self.context.pools.committer,
            delivered_before=now - timedelta(days=7),
            dead_before=now - timedelta(days=30),
        )


@pytest.fixture
async def couriers(database_url, clock):
    """Make workers on one database."""
    async with AsyncExitStack() as stack:

        async def make(tls=None, **settings) -> Courier:
            pools = await stack.enter_async_context(open_pools(database_url, committer_connections=4))
            committer = await stack.enter_async_context(Committer(pools.committer).running())
            context = JobContext(pools, committer, clock, settings_for(database_url, **settings), Random(7))
            return Courier(context, tls)

        yield make


@pytest.fixture
async def courier(couriers) -> Courier:
    return await couriers()


async def register(client, receiver, *topics: str, path: str = "") -> dict:
    answer = await client.post(
        "/v1/webhooks", json={"url": receiver.url + path, "topics": list(topics or ("*",))}
    )
    assert answer.status_code == 201, answer.text
    return answer.json()


async def happen(
    connection, tenant_id: UUID, topic: str = "redemption.created", subject: UUID | None = None, **payload
) -> UUID:
    """Write an outbox row as the engine does and return its id."""
    return await connection.fetchval(
        "insert into mall.outbox (tenant_id, topic, subject_id, payload) values ($1, $2, $3, $4) returning outbox_id",
        tenant_id,
        topic,
        subject or uuid4(),
        json.dumps(payload),
    )


async def delivery_states(owner) -> list[tuple]:
    rows = await owner.fetch(
        "select status, attempts from mall.webhook_delivery order by occurred_at, message_id"
    )
    return [tuple(row) for row in rows]
