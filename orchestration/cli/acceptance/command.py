"""`pointmart acceptance run`: measures a tenant in test mode through its API, and writes a report the buyer keeps."""

import asyncio
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import asyncpg
import httpx
import typer
from rich.console import Console

from orchestration.cli.acceptance.measures import Plan
from orchestration.cli.acceptance.report import print_result, write_result
from orchestration.cli.acceptance.run import Webhook, record, run_kit
from orchestration.cli.database import database
from orchestration.refusal import Refusal
from orchestration.settings import PipelineSettings
from transactional.access.domain import key_hash
from transactional.access.operations import issue_key
from transactional.clock import system_clock
from transactional.onboarding.promises import MAX_P95_MS, MIN_CONNECTIONS, MIN_RATE, MIN_REDEMPTIONS
from transactional.tenants.operations import find_tenant

app = typer.Typer(no_args_is_help=True, help="Measure a tenant in test mode before it goes live.")

_LOCAL = "http://127.0.0.1:8000"
_TIMEOUT = 30.0


class UnknownCode(Refusal):
    """There is no tenant with this code here."""


@app.callback()
def acceptance() -> None:
    """Measure a tenant in test mode before it goes live."""


@app.command("run")
def run(
    tenant: Annotated[str, typer.Option("--tenant", help="The tenant's code; it must be in test mode.")],
    url: Annotated[str, typer.Option(help="Where the transactional API answers.")] = _LOCAL,
    api_key: Annotated[
        str | None,
        typer.Option(
            envvar="POINTMART_API_KEY",
            help="A key of the tenant; without one, the database of this installation makes one for the run.",
        ),
    ] = None,
    out: Annotated[Path, typer.Option(help="The folder for the report; it is made if it is missing.")] = Path(
        "acceptance"
    ),
    members: Annotated[int, typer.Option(min=10, max=100_000, help="Test members to credit.")] = 300,
    redemptions: Annotated[
        int, typer.Option(min=3, max=1_000, help="Redemptions to compare field by field.")
    ] = MIN_REDEMPTIONS,
    connections: Annotated[
        int, typer.Option(min=1, max=512, help="Connections that ask at once.")
    ] = MIN_CONNECTIONS,
    seconds: Annotated[float, typer.Option(min=1, max=3_600, help="How long they ask.")] = 20.0,
    min_rate: Annotated[float, typer.Option(min=0, help="Credits per second at least.")] = MIN_RATE,
    max_p95_ms: Annotated[
        float, typer.Option(min=1, help="95th percentile of answers at most, ms.")
    ] = MAX_P95_MS,
    webhook_url: Annotated[
        str | None,
        typer.Option(
            help="Compare what the mall pushes, too: an address by which it reaches --webhook-port here."
        ),
    ] = None,
    webhook_port: Annotated[int, typer.Option(min=1, max=65535, help="Where pushes are awaited.")] = 8010,
    seed: Annotated[int, typer.Option(help="The same seed asks the same.")] = 7,
    no_record: Annotated[
        bool, typer.Option("--no-record", help="Do not record the result with the mall.")
    ] = False,
) -> None:
    """Measure points sync, returned redemption data and stability; exit with 1 if a threshold is not met.

    What it makes are test members with their points and redemptions. A live tenant is refused. Who asks for less than the
    defaults of --redemptions, --connections, --min-rate and --max-p95-ms gets figures, but no acceptance.
    """
    plan = Plan(members, redemptions, connections, seconds, min_rate, max_p95_ms, seed)
    webhook = None if webhook_url is None else Webhook(webhook_url, webhook_port)
    asked = _Asked(tenant, url.rstrip("/"), plan, out, not no_record, webhook)
    if api_key is not None:
        is_passed = asyncio.run(_measure(asked, api_key))
    else:
        settings = PipelineSettings()
        with database(settings.data_dir, settings.database_url) as database_url:
            is_passed = asyncio.run(_measure_here(asked, database_url))
    if not is_passed:
        raise typer.Exit(1)


@dataclass(frozen=True)
class _Asked:
    tenant: str
    url: str
    plan: Plan
    out: Path
    is_recorded: bool
    webhook: Webhook | None


async def _measure(asked: _Asked, api_key: str) -> bool:
    """Measure, show, write and record, and return whether everything is met."""
    console = Console()
    most = httpx.Limits(
        max_connections=asked.plan.connections, max_keepalive_connections=asked.plan.connections
    )
    headers = {"Authorization": f"Bearer {api_key}"}
    async with httpx.AsyncClient(
        base_url=asked.url, headers=headers, timeout=_TIMEOUT, limits=most
    ) as client:
        with console.status(f"measuring {asked.tenant} at {asked.url}"):
            result = await run_kit(
                client,
                tenant=asked.tenant,
                url=asked.url,
                plan=asked.plan,
                clock=system_clock,
                webhook=asked.webhook,
            )
        print_result(console, result)
        for path in write_result(asked.out, result):
            console.print(str(path), soft_wrap=True, highlight=False)
        if asked.is_recorded:
            await record(client, result)
    return result.is_passed


async def _measure_here(asked: _Asked, database_url: str) -> bool:
    """Measure with a key that the database makes, and revoke it afterwards.

    Raises:
        UnknownCode: there is no such tenant in this database.
    """
    connection = await asyncpg.connect(database_url)
    try:
        tenant_id = await find_tenant(connection, asked.tenant)
        if tenant_id is None:
            raise UnknownCode(
                f"there is no tenant {asked.tenant} in this installation's database; give --api-key for another one's"
            )
        api_key = await issue_key(connection, tenant_id=tenant_id, label="acceptance")
        try:
            return await _measure(asked, api_key)
        finally:
            await connection.execute(
                "update mall.api_key set revoked_at = now() where tenant_id = $1 and key_hash = $2",
                tenant_id,
                key_hash(api_key),
            )
    finally:
        await connection.close()
