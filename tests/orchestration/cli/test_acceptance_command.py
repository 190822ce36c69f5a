"""`pointmart acceptance run` against a real server: it passes, fails and refuses as a buyer sees it."""

import asyncio
import json
from datetime import UTC, datetime
from pathlib import Path

import asyncpg
import pytest
from typer.testing import CliRunner

from orchestration.cli.acceptance.command import UnknownCode
from orchestration.cli.acceptance.preparing import TenantIsLive
from orchestration.cli.bench.service import servers
from orchestration.cli.main import app
from tests.transactional.conftest import VAULT_KEY
from transactional.catalogue.operations import (
    NewItem,
    NewOffer,
    StockReceipt,
    add_items,
    add_offers,
    receive_stock,
)
from transactional.onboarding import promises
from transactional.onboarding.operations import Application, apply
from transactional.tenants.operations import NewTenant, create_tenant

SMALL = (
    "--members",
    "10",
    "--redemptions",
    "3",
    "--connections",
    "4",
    "--seconds",
    "1",
    "--max-p95-ms",
    "60000",
)

SLOW_PROMISES = tuple(one for one in promises.PROMISES if one.comparison == "at_most" and one.threshold == 0)


async def set_up(database_url: str) -> None:
    """A tenant in test mode with a card in stock, and one that is live."""
    connection = await asyncpg.connect(database_url)
    now = datetime.now(UTC)
    try:
        application = Application(
            "heron", "白鹭", "bank", "9111", now.date().replace(year=now.year + 2), "wu.min"
        )
        tenant_id, _ = await apply(connection, new=application, request_hash=bytes(32), now=now)
        card = (await add_items(connection, [NewItem("card", "卡", "rights", "virtual", "quality")]))["card"]
        await add_offers(
            connection, tenant_id=tenant_id, offers=[NewOffer(card, 100, "instant", now, now, None)]
        )
        receipts = [StockReceipt(card, 40, "opening", now)]
        await receive_stock(connection, tenant_id=tenant_id, receipts=receipts)
        await create_tenant(connection, NewTenant("acorn", "橡果", "retail"))
    finally:
        await connection.close()


async def keys_and_runs(database_url: str) -> tuple[int, list[bool]]:
    """How many keys still open something, and whether each recorded run passed."""
    connection = await asyncpg.connect(database_url)
    try:
        keys = await connection.fetchval(
            "select count(*) from mall.api_key where label = 'acceptance' and revoked_at is null"
        )
        rows = await connection.fetch("select is_passed from mall.acceptance_run order by recorded_at")
        return keys, [row["is_passed"] for row in rows]
    finally:
        await connection.close()


def test_a_buyer_gets_a_report_and_an_exit_code(
    database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asyncio.run(set_up(database_url))
    monkeypatch.setenv("POINTMART_DATABASE_URL", database_url)
    monkeypatch.delenv("POINTMART_API_KEY", raising=False)
    with servers(database_url, 1, tmp_path, settings={"POINTMART_VAULT_KEY": VAULT_KEY}) as running:
        url = f"http://127.0.0.1:{running.ports[0]}"

        def run(tenant: str, *more: str):  # type: ignore[no-untyped-def]
            asked = ["acceptance", "run", "--tenant", tenant, "--url", url, "--out", str(tmp_path / "out")]
            return CliRunner().invoke(app, [*asked, *SMALL, *more])

        lenient = run("heron", "--min-rate", "0")
        assert lenient.exit_code == 1
        assert "承诺 promised ≥ 50" in lenient.output
        (document,) = (tmp_path / "out").glob("*.json")
        assert json.loads(document.read_text())["is_passed"] is False
        # What is tried here is what the command makes of a run that passed, not how fast this machine is.
        with monkeypatch.context() as patched:
            patched.setattr(promises, "PROMISES", SLOW_PROMISES)
            passed = run("heron", "--min-rate", "0")
        assert passed.exit_code == 0, passed.output
        assert "验收通过" in passed.output
        slow = run("heron", "--min-rate", "1000000")
        assert slow.exit_code == 1
        assert "不通过" in slow.output
        # The keys were made for their runs alone, and all results are the tenant's, as the mall judges them.
        assert asyncio.run(keys_and_runs(database_url)) == (0, [False, False, False])
        assert isinstance(run("acorn").exception, TenantIsLive)
        assert isinstance(run("crow").exception, UnknownCode)
