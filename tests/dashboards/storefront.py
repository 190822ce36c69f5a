"""A mall with what the literal release landed and its recommendations, both served, and people who may log in."""

import asyncio
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import asyncpg
import httpx
import psycopg
import uvicorn
from starlette.types import ASGIApp

from orchestration.cli.serve import free_port
from serving.app import create_app as serving_app
from serving.settings import ServingSettings
from tests import literal_release as literal
from tests.serving.mall import NOW, literal_mall
from transactional.app import create_app as transactional_app
from transactional.payments.sandbox.app import SandboxSettings
from transactional.payments.sandbox.app import create_app as sandbox_app
from transactional.payments.sandbox.key_files import make_keys
from transactional.sessions.operations import create_login
from transactional.settings import TransactionalSettings

PASSWORD = "correct horse"
LOGINS = {"an.ran": "enterprise_admin", "li.na": "enterprise_viewer", "zhou.min": "planner"}

# The literal rows are those that landing reads; the engine keeps sums beside them.
_SUMS = """
    update mall.account a set balance = coalesce((
        select sum(amount) from mall.entry e where e.tenant_id = a.tenant_id and e.account_id = a.account_id), 0);
    update mall.lot l set remaining_points = (
        select sum(amount) from mall.entry e where e.tenant_id = l.tenant_id and e.lot_id = l.lot_id);
"""


@dataclass(frozen=True)
class Storefront:
    """Both services, and the database behind them."""

    mall: str
    serving: str
    database_url: str

    def token(self, username: str = "an.ran", tenant_code: str = literal.ACORN_CODE) -> str:
        """Return the session of a login."""
        body = {"tenant_code": tenant_code, "username": username, "password": PASSWORD}
        answer = httpx.post(f"{self.mall}/v1/sessions", json=body, trust_env=False, timeout=30)
        token: str = answer.json()["token"]
        return token

    def available(self, member: UUID = literal.MEI) -> int:
        """Return the points of a member; nothing of them is held."""
        ((balance,),) = self.rows(f"select balance from mall.account where account_id = '{member}'")
        return int(balance)

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        """Return rows of the database."""
        # Not asynchronously: a browser's driver keeps a loop of its own in the thread.
        with psycopg.connect(self.database_url) as connection:
            return connection.execute(sql).fetchall()  # type: ignore[arg-type]


async def _settle(url: str) -> None:
    owner = await asyncpg.connect(url)
    try:
        await owner.execute(_SUMS)
        for tenant_id in (literal.ACORN, literal.BIRCH):
            for username, role in LOGINS.items():
                await create_login(
                    owner, tenant_id=tenant_id, username=username, password=PASSWORD, role=role
                )
    finally:
        await owner.close()


@contextmanager
def served(app: ASGIApp, port: int = 0) -> Iterator[str]:
    """Serve an application in a thread and yield its address."""
    if not port:
        with socket.create_server(("127.0.0.1", 0)) as probe:
            port = probe.getsockname()[1]
    server = uvicorn.Server(uvicorn.Config(app, port=port, log_level="warning", ws="none"))
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        deadline = time.monotonic() + 60
        while not server.started:
            assert time.monotonic() < deadline, "the service did not start"
            time.sleep(0.02)
        yield f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        thread.join()


@contextmanager
def running_storefront(
    database_url: str, data_dir: Path, secret: str, *, keys: Path | None = None
) -> Iterator[Storefront]:
    """Serve both at the literal release's time; sessions are of the real time.

    With a folder for its keys the payment sandbox is served beside them, and the mall too is of the real time, for
    providers look at when they are asked.
    """
    with ExitStack() as stack:
        accounts, port = None, 0
        if keys is not None:
            port, sandbox_port = free_port(), free_port()
            accounts = make_keys(
                keys, [literal.ACORN_CODE], sandbox_url=f"http://127.0.0.1:{sandbox_port}",
                notify_base_url=f"http://127.0.0.1:{port}",
            )  # fmt: skip
            sandbox = sandbox_app(SandboxSettings(sandbox_keys=keys))
            stack.enter_context(served(sandbox, sandbox_port))
        mall = stack.enter_context(literal_mall(database_url))
        asyncio.run(_settle(database_url))
        literal.publish(data_dir / "releases", literal.RELEASE_ID, snapshot=mall.snapshot())
        transactional = transactional_app(
            TransactionalSettings(
                database_url=database_url,
                session_secret=secret,
                payments_file=accounts,  # type: ignore[arg-type]
            )
        )
        if keys is None:
            transactional.state.clock = lambda: NOW
        serving = serving_app(
            ServingSettings(
                database_url=database_url, data_dir=data_dir, session_secret=secret,  # type: ignore[arg-type]
                shop_fresh_seconds=0, serving_exploration_share=0,
            ),
            clock=lambda: NOW,
        )  # fmt: skip
        yield Storefront(
            stack.enter_context(served(transactional, port)),
            stack.enter_context(served(serving)),
            database_url,
        )


def run_campaign(storefront: Storefront, now: datetime, price: int, budget: int) -> None:
    """Let tea be cheaper for everybody."""
    (acorn,) = storefront.rows(
        "insert into mall.campaign (tenant_id, campaign_id, reference, request_hash, kind, name_zh, name_en, starts_at, "
        "ends_at, audience, budget_points, created_by, created_at) "
        f"select tenant_id, uuidv7(), 'c', sha256(''), 'festival', '年货节', 'New Year fair', '{now}'::timestamptz - "
        f"interval '1 day', '{now}'::timestamptz + interval '1 day', 'everybody', {budget}, 'x', '{now}' "
        f"from mall.offer where item_id = '{literal.TEA}' and tenant_id = '{literal.ACORN}' returning tenant_id, campaign_id"
    )
    storefront.rows(
        f"insert into mall.campaign_item (tenant_id, campaign_id, item_id, price_points) "
        f"values ('{acorn[0]}', '{acorn[1]}', '{literal.TEA}', {price}) returning 1"
    )
    storefront.rows(f"update mall.campaign set approved_by = 'x', approved_at = '{now}' returning 1")
