"""The service, the worker's jobs and the sandbox of both providers, under one clock and over real HTTP."""

import asyncio
import random
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, ExitStack
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import pytest

from orchestration.cli.serve import free_port
from tests.transactional.conftest import NOON, VAULT_KEY, Client, Clock, Shop, open_shop
from tests.transactional.payments.conftest import listening
from transactional.app import create_app as service
from transactional.database import open_pools
from transactional.engine.committer import Committer
from transactional.payments.jobs import pay_refunds, settle_payments
from transactional.payments.sandbox.app import SandboxSettings, create_app
from transactional.payments.sandbox.key_files import make_keys
from transactional.payments.settings import providers_of
from transactional.redemption.sweeping import time_out_redemptions
from transactional.settings import TransactionalSettings, WorkerSettings
from transactional.tenants.domain import Rate
from transactional.worker.job import JobContext

MINUTE, SECOND = timedelta(minutes=1), timedelta(seconds=1)
SECRET = "s" * 32


@dataclass
class Sandbox:
    """The listening sandbox, the accounts file it made and the port the merchants' service is expected at."""

    url: str
    accounts: Path
    service_port: int
    clock: Clock


@pytest.fixture(scope="session")
def listening_sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    keys = tmp_path_factory.mktemp("paying") / "keys"
    port, service_port, clock = free_port(), free_port(), Clock()
    accounts = make_keys(
        keys,
        ["acorn", "birch"],
        sandbox_url=f"http://127.0.0.1:{port}",
        notify_base_url=f"http://127.0.0.1:{service_port}",
    )
    with listening(create_app(SandboxSettings(sandbox_keys=keys), clock), port) as url:
        yield Sandbox(url, accounts, service_port, clock)


@pytest.fixture
def clock(listening_sandbox: Sandbox) -> Clock:
    """One clock for the providers, the service and the worker, at noon."""
    listening_sandbox.clock.now = NOON
    return listening_sandbox.clock


@pytest.fixture(params=["wechat", "alipay"])
def provider(request: pytest.FixtureRequest) -> str:
    """Each provider in turn: whatever passes with it holds for both."""
    return str(request.param)


@dataclass
class Till:
    """A shop whose members pay in points and cash, and everybody who takes part in that."""

    client: Client
    provider: str
    sandbox_url: str
    http: httpx.AsyncClient
    shop: Shop
    clock: Clock
    worker: JobContext

    async def redeem(
        self, key: str, item: UUID, *, points: int, quantity: int = 1, query: str = ""
    ) -> httpx.Response:
        """Redeem pieces of an item for so many points and the rest in cash."""
        body = {
            "member_id": str(self.shop.member),
            "lines": [{"item_id": str(item), "quantity": quantity}],
            "cash": {"provider": self.provider, "points": points},
        }
        headers = {"Idempotency-Key": key} if not query else {}
        return await self.client.post(f"/v1/redemptions{query}", json=body, headers=headers)

    async def started(self, key: str, item: UUID, **asked: Any) -> "Paying":
        """Redeem, and ask for the link."""
        answer = await self.redeem(key, item, **asked)
        assert (answer.status_code, answer.json()["status"]) == (201, "created"), answer.text
        made = Paying(self, answer.json())
        link = await made.link()
        assert link.status_code == 200, link.text
        return made

    async def wish(self, path: str, **wish: object) -> httpx.Response:
        """Ask the sandbox's control for something."""
        return await self.http.post(f"{self.sandbox_url}/control/{path}", json=wish)

    async def settle(self) -> int:
        return await settle_payments(self.worker)

    async def pay_back(self) -> int:
        return await pay_refunds(self.worker)

    async def time_out(self) -> int:
        context = self.worker
        return await time_out_redemptions(context.pools.committer, context.committer, context.clock())


@dataclass
class Paying:
    """A redemption that is being paid."""

    till: Till
    made: dict[str, Any]

    @property
    def about(self) -> str:
        return str(self.made["redemption_id"])

    @property
    def number(self) -> str:
        """The order's number at the provider."""
        return UUID(self.made["payment"]["payment_id"]).hex

    async def link(self) -> httpx.Response:
        return await self.till.client.post(f"/v1/redemptions/{self.about}/payment-link")

    async def pay(self, **wish: object) -> list[int]:
        """Pay at the provider and return the statuses its notifications were answered with."""
        return _statuses(await self.till.wish(f"orders/{self.number}/pay", **wish))

    async def notify(self, **wish: object) -> list[int]:
        """Let the provider tell again how things stand."""
        return _statuses(await self.till.wish(f"orders/{self.number}/notify", **wish))

    async def stands(self) -> tuple[str, str]:
        """The status of the redemption and of its payment."""
        told = await self.told()
        return told["status"], told["payment"]["status"]

    async def told(self) -> dict[str, Any]:
        answer = await self.till.client.get(f"/v1/redemptions/{self.about}")
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    async def order(self) -> dict[str, Any]:
        """The order as the provider has it."""
        rows = (await self.till.http.get(f"{self.till.sandbox_url}/control/orders")).json()
        return next(row for row in rows if row["number"] == self.number)

    async def paid_back(self) -> list[int]:
        """The amounts the provider has given back, in the order they were asked for."""
        return [r["amount_fen"] for r in (await self.order())["refunds"] if r["state"] == "succeeded"]

    async def becomes(self, *stands: str) -> None:
        """Wait until news that the provider tells in the background have been taken."""
        async with asyncio.timeout(10):
            # Another process changes it, so there is nothing to wait on but time.
            while await self.stands() != stands:
                await asyncio.sleep(0.02)


def _statuses(answer: httpx.Response) -> list[int]:
    assert answer.status_code == 200, answer.text
    return [delivery["status"] for delivery in answer.json()["deliveries"]]


@pytest.fixture
async def till(
    listening_sandbox: Sandbox, database_url: str, shop: Shop, rules: Any, clock: Clock, provider: str
) -> AsyncIterator[Till]:
    """A running shop; 100 points are worth 10 yuan, and the member has 1000."""
    await rules(cash=Rate(100, 1000), cash_share_min_bp=1000, cash_share_max_bp=9000)
    files = {"vault_key": VAULT_KEY, "payments_file": listening_sandbox.accounts}
    settings = TransactionalSettings(database_url=database_url, session_secret=SECRET, **files)
    with ExitStack() as servers:
        url = servers.enter_context(listening(service(settings, clock), listening_sandbox.service_port))
        async with AsyncExitStack() as stack:
            enter = stack.enter_async_context
            pools = await enter(open_pools(database_url, committer_connections=2))
            committer = await enter(Committer(pools.committer).running())
            providers = await enter(providers_of(listening_sandbox.accounts, clock))
            worker = JobContext(
                pools, committer, clock, WorkerSettings(database_url=database_url, **files),
                random.Random(7), providers,
            )  # fmt: skip
            http = await enter(httpx.AsyncClient(timeout=30, trust_env=False, verify=False))
            client = await enter(
                Client(
                    base_url=url,
                    headers={"Authorization": f"Bearer {shop.key}"},
                    timeout=30,
                    trust_env=False,
                    verify=False,
                )
            )
            till = Till(client, provider, listening_sandbox.url, http, shop, clock, worker)
            await till.wish("switches", unavailable=False, refunds="instant")
            assert (await client.earn(shop.member, 1000, "e0")).status_code == 201
            yield till


@pytest.fixture
async def other_shop(owner: Any, shop: Shop) -> Shop:
    """A second tenant."""
    return await open_shop(owner, "birch")
