"""Accounts with fixed keys for known answers; a sandbox and a merchant's server that really listen.

Nothing here speaks TLS; `verify=False` saves each client half a second of reading authorities.
"""

import threading
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID, uuid4

import httpx
import pytest
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from orchestration.cli.serve import listen
from transactional.clock import system_clock
from transactional.payments.alipay_calls import AlipayAccount
from transactional.payments.domain import PaymentNotice, PaymentOrder, PaymentProvider
from transactional.payments.keys import read_private_key, read_public_key
from transactional.payments.sandbox.app import SandboxSettings, create_app
from transactional.payments.sandbox.key_files import make_keys
from transactional.payments.settings import PaymentProviders, open_providers
from transactional.payments.wechat_calls import WeChatAccount
from transactional.problems import Problem

NOON = datetime(2026, 3, 1, 4, 0, tzinfo=UTC)  # noon in Shanghai, 1772337600
PAYMENT = UUID("0192f0c1-a2b3-7c4d-8e5f-60718293a4b5")
REFUND = UUID("0192f0c1-a2b3-7c4d-8e5f-60718293a4b6")
NONCE = "593BEC0C930BF1AFEB40B4A08C8FB242"
API_V3_KEY = b"0123456789abcdef0123456789abcdef"
KNOWN = Path(__file__).parent / "known_answers"


@pytest.fixture(scope="session")
def wechat_account() -> WeChatAccount:
    """An account whose keys are fixed, so that signatures are known."""
    return WeChatAccount(
        mchid="1900000001",
        appid="wx0000000000000001",
        serial="5A9C",
        private_key=read_private_key(KNOWN / "merchant.pem"),
        api_v3_key=API_V3_KEY,
        platform_keys={"PUB_KEY_ID_01": read_public_key(KNOWN / "platform.pub.pem")},
        base_url="https://wechat.example",
    )


@pytest.fixture(scope="session")
def alipay_account() -> AlipayAccount:
    """An application whose keys are fixed, so that signatures are known."""
    return AlipayAccount(
        app_id="2021000000000001",
        seller_id="2088000000000001",
        private_key=read_private_key(KNOWN / "merchant.pem"),
        platform_key=read_public_key(KNOWN / "platform.pub.pem"),
        gateway_url="https://alipay.example/gateway.do",
    )


@contextmanager
def listening(app: Starlette, port: int = 0) -> Iterator[str]:
    """Serve an application in a thread and give its address."""
    with listen("127.0.0.1", port) as listener:
        server = uvicorn.Server(uvicorn.Config(app, log_level="error", ws="none"))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
        thread.start()
        while not server.started:
            time.sleep(0.01)
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        server.should_exit = True
        thread.join(10)


@dataclass
class Counter:
    """A merchant's server: reads notifications with the real adapters and keeps what it read or refused."""

    providers: PaymentProviders | None = None
    notices: list[PaymentNotice] = field(default_factory=list)
    refusals: list[Problem] = field(default_factory=list)
    failures_to_come: int = 0

    def app(self) -> Starlette:
        async def notification(request: Request) -> Response:
            assert self.providers is not None
            if self.failures_to_come:
                self.failures_to_come -= 1
                return Response(status_code=503)
            # The sandbox's tenants are found by their only identifier here; the service looks the code up.
            tenant = TENANTS[UUID(request.path_params["tenant_id"])]
            provider = self.providers.of(tenant, request.path_params["provider"])
            try:
                self.notices.append(
                    provider.read_notice(request.headers, await request.body(), system_clock())
                )
                answer = provider.accepted()
            except Problem as problem:
                self.refusals.append(problem)
                answer = provider.refused(problem)
            return Response(answer.body, answer.status, media_type=answer.content_type)

        path = "/v1/payments/{provider}/notifications/{tenant_id}"
        return Starlette(routes=[Route(path, notification, methods=["POST"])])

    def await_notices(self, count: int) -> list[PaymentNotice]:
        """Wait for so many notices, told in the background."""
        deadline = time.monotonic() + 10
        while len(self.notices) < count and time.monotonic() < deadline:
            time.sleep(0.02)
        return self.notices


TENANTS = {UUID(int=1): "acorn", UUID(int=2): "birch"}
ACORN, BIRCH = TENANTS


@dataclass
class World:
    """A running sandbox and a merchant's server, and the adapters between them."""

    sandbox_url: str
    counter: Counter
    control: httpx.Client
    accounts: Path
    keys: Path

    def wish(self, path: str, **wish: object) -> httpx.Response:
        """Ask the sandbox's control for something."""
        return self.control.post(f"{self.sandbox_url}/control/{path}", json=wish)

    def providers(self, client: httpx.AsyncClient) -> PaymentProviders:
        return open_providers(self.accounts, client, system_clock)


@pytest.fixture(scope="session")
def listening_world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    folder = tmp_path_factory.mktemp("sandbox") / "keys"
    counter = Counter()
    with ExitStack() as stack:
        counter_url = stack.enter_context(listening(counter.app()))
        with listen("127.0.0.1", 0) as free:
            port = free.getsockname()[1]
        accounts = make_keys(
            folder, ["acorn", "birch"], sandbox_url=f"http://127.0.0.1:{port}", notify_base_url=counter_url
        )
        url = stack.enter_context(listening(create_app(SandboxSettings(sandbox_keys=folder)), port))
        control = stack.enter_context(httpx.Client(trust_env=False))
        counter.providers = open_providers(
            accounts, httpx.AsyncClient(trust_env=False, verify=False), system_clock
        )
        yield World(url, counter, control, accounts, folder)


@pytest.fixture
def world(listening_world: World) -> World:
    """The running world with nothing told yet and its switches as they were."""
    listening_world.counter.notices.clear()
    listening_world.counter.refusals.clear()
    listening_world.wish("switches", unavailable=False, refunds="instant")
    return listening_world


@pytest.fixture
async def providers(world: World) -> AsyncIterator[PaymentProviders]:
    """The adapters of every tenant, calling the sandbox."""
    async with httpx.AsyncClient(timeout=10, trust_env=False, verify=False) as client:
        yield world.providers(client)


@pytest.fixture(params=["wechat", "alipay"])
def provider(request: pytest.FixtureRequest, providers: PaymentProviders) -> PaymentProvider:
    """Each provider in turn, as acorn's account: whatever passes with it holds for both."""
    return providers.of("acorn", request.param)


Order = Callable[..., PaymentOrder]


@pytest.fixture
def order(providers: PaymentProviders, provider: PaymentProvider) -> Order:
    """Make an order of 12.30 yuan to acorn, good for ten minutes."""

    def make(amount_fen: int = 1230, *, seconds: float = 600) -> PaymentOrder:
        return PaymentOrder(
            payment_id=uuid4(),
            amount_fen=amount_fen,
            description="紫砂壶 & 茶",
            expires_at=datetime.now(UTC) + timedelta(seconds=seconds),
            notify_url=providers.notify_url(provider.name, ACORN),
        )

    return make
