"""`pointmart demo`: a mall with a real year in it, on screen with one command."""

import asyncio
import json
import secrets
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import asyncpg
import httpx
import typer
from rich.console import Console
from rich.table import Table

from orchestration.cli.completejourney.replay import CODE, ReplayWindow
from orchestration.cli.processes import Ports
from orchestration.cli.replay import replay_with_progress, sentence
from orchestration.cli.secret import read_private, write_private
from orchestration.cli.serve import Service, free_port
from orchestration.cli.simulate import simulate_with_progress, words_of
from orchestration.cli.up import (
    FOLLOW_SECONDS,
    DashboardsPort,
    ServingPort,
    TransactionalPort,
    WorkerPort,
    print_addresses,
    private_folder,
    running_services,
    stopped_by_ctrl_c,
    watch,
    whole_mall,
)
from orchestration.cli.world.plan import WorldPlan
from orchestration.cli.world.presets import preset_of
from orchestration.cli.world.run import SENTIMENT_FILE, OtherWorld, WorldUnfinished, learnt_model
from orchestration.settings import PipelineSettings
from orchestration.write_back.finding import find_mall
from orchestration.write_back.run import write_back
from transactional.access.operations import issue_key
from transactional.clock import business_date, system_clock
from transactional.ledger.queries import richest_member
from transactional.redemption.queries import most_redeemed_item
from transactional.sessions.operations import create_login, remove_login
from transactional.tenants.operations import PLATFORM_CODE, find_tenant, platform_tenant

_USERNAME = "demo"
# Small enough to take a few seconds beside the replay.
_WORLD_TENANTS, _WORLD_MEMBERS, _WORLD_DAYS, _WORLD_SEED = 4, 300, 200, 7
_METRICS = ("activity_rate", "consumption_rate", "satisfaction_rate")
_MONTHS_SHOWN = 3


@dataclass(frozen=True)
class Access:
    """How to get in: the tenant's API key, a login to the screens, and a member and an item to try with.

    `world_password` is of the same user at the first simulated tenant, `platform_password` of the same among the
    platform's own people; empty where there is none.
    """

    api_key: str
    password: str
    world_password: str
    platform_password: str
    member_id: str
    item_id: str


def demo(
    transactional_port: TransactionalPort = 8000,
    serving_port: ServingPort = 8001,
    dashboards_port: DashboardsPort = 8002,
    worker_port: WorkerPort = 0,
) -> None:
    """Load a real year, run the pipeline, start everything, and show where it is. Ctrl-C stops it all."""
    settings = PipelineSettings()
    console = Console()
    chosen = transactional_port, serving_port, dashboards_port
    ports = Ports(*chosen, worker_port or free_port(besides=chosen))
    with stopped_by_ctrl_c(console), whole_mall(settings, ports) as url:
        access = _prepare(settings, url, console)
        console.print("Starting the services …")
        with running_services(
            settings.folder, ports, url, FOLLOW_SECONDS, scoring_model(settings)
        ) as running:
            _write_back(settings, console)
            console.print(_kpi_table(ports, access))
            _welcome(console, ports, access)
            watch(running, settings, console)


def _write_back(settings: PipelineSettings, console: Console) -> None:
    """Tell the mall what the release says, which was published before it ran; the second time changes nothing."""
    # The one that runs here, whichever else the environment names.
    mall = find_mall(settings.model_copy(update={"transactional_url": None}))
    assert mall is not None, "it runs"
    for refusal in write_back(settings.folder.releases, mall).refusals:
        console.print(refusal, highlight=False)


def _prepare(settings: PipelineSettings, url: str, console: Console) -> Access:
    """Fill the mall and publish a release, unless that has been done."""
    is_new = False
    file = private_folder(settings.folder) / "demo.json"
    kept = read_private(file)
    # The notes of an older version, or of a database that is gone, are of no use.
    if kept is None or kept.keys() != Access.__annotations__.keys() or not asyncio.run(_is_filled(url)):
        console.print(
            "Loading a year and making its first figures takes minutes; the next start is a matter of seconds."
        )
        year = ReplayWindow(None, date(2017, 1, 1), date(2017, 12, 31))
        summary = replay_with_progress(url, year, console)
        console.print(sentence(summary))
        is_new = _simulated(settings, url, console) or summary.grants + summary.redemptions > 0
        access = asyncio.run(_open_doors(url, summary.tenant_id))
        write_private(file, json.dumps(vars(access)))
    else:
        access = Access(**kept)
    if is_new or not settings.folder.current_release.exists():
        # Loading the scheduler takes seconds that a second start need not spend.
        from orchestration.pipeline import run_pipeline

        run_pipeline(settings.model_copy(update={"database_url": url}), console)
    return access


def _simulated(settings: PipelineSettings, url: str, console: Console) -> bool:
    """Simulate a small world beside the replay and tell whether it is new."""
    yesterday = business_date(system_clock()) - timedelta(days=1)
    plan = WorldPlan(_WORLD_TENANTS, _WORLD_MEMBERS, _WORLD_DAYS, _WORLD_SEED, yesterday)
    try:
        return (
            simulate_with_progress(url, plan, settings.folder.truth, words_of(settings), console) is not None
        )
    except OtherWorld as other:
        console.print(
            f"The simulated world of an earlier demo is kept: {other.told}. "
            "An empty data folder (POINTMART_DATA_DIR) gets one until yesterday.",
            highlight=False,
        )
        return False
    except WorldUnfinished as refusal:
        # The replay shows the mall without it.
        console.print(str(refusal), highlight=False)
        return False


def scoring_model(settings: PipelineSettings) -> Path | None:
    """Return what the worker scores texts with: the world's own model, learnt now for a world from before it had one.

    None where the environment names a model.
    """
    if words_of(settings).model is not None:
        return None
    settings.folder.truth.mkdir(parents=True, exist_ok=True)
    kept = settings.folder.truth / SENTIMENT_FILE
    return kept if kept.exists() else learnt_model(settings.folder.truth)


async def _is_filled(url: str) -> bool:
    connection = await asyncpg.connect(url)
    try:
        return await find_tenant(connection, CODE) is not None
    finally:
        await connection.close()


async def _open_doors(url: str, tenant_id: UUID) -> Access:
    connection = await asyncpg.connect(url)
    try:
        password = await _open_door(connection, tenant_id)
        world = await find_tenant(connection, preset_of(0).code)
        world_password = "" if world is None else await _open_door(connection, world)
        platform_password = await _open_platform(connection)
        key = await issue_key(connection, tenant_id=tenant_id, label="demo")
        member_id = await richest_member(connection, tenant_id=tenant_id)
        item_id = await most_redeemed_item(connection, tenant_id=tenant_id)
    finally:
        await connection.close()
    return Access(key, password, world_password, platform_password, str(member_id), str(item_id))


async def _open_platform(connection: asyncpg.Connection) -> str:
    try:
        tenant_id = await platform_tenant(connection)
    except asyncpg.UniqueViolationError:
        # An enterprise has the platform's code: the demo is of one who uses it for real.
        return ""
    return await _open_door(connection, tenant_id, "platform_admin")


async def _open_door(connection: asyncpg.Connection, tenant_id: UUID, role: str = "enterprise_admin") -> str:
    """Make a login and return its password."""
    password = secrets.token_urlsafe(9)
    # A demo that was interrupted may have made a login whose password nobody knows.
    await remove_login(connection, tenant_id=tenant_id, username=_USERNAME)
    await create_login(connection, tenant_id=tenant_id, username=_USERNAME, password=password, role=role)
    return password


def _kpi_table(ports: Ports, access: Access) -> Table:
    """Ask the serving API, as an enterprise would, for the last months' figures."""
    months: list[str] = []
    rows: list[tuple[str, str, dict[str, str]]] = []
    with httpx.Client(
        base_url=ports.url(Service.SERVING),
        headers={"Authorization": f"Bearer {access.api_key}"},
        trust_env=False,
        timeout=30,
    ) as client:
        for metric in _METRICS:
            answer = client.get(f"/v1/kpis/{metric}", params={"grain": "month"})
            answer.raise_for_status()
            kpi = answer.json()
            # The first is the activity: months in which nothing happened say nothing.
            months = months or [row["period"] for row in kpi["rows"] if row["numerator"]][-_MONTHS_SHOWN:]
            values = {row["period"]: _value(row) for row in kpi["rows"]}
            target = "" if kpi["target"] is None else f"≥{kpi['target']:.0%}"
            rows.append((f"{kpi['name']['zh']} {kpi['name']['en']}", target, values))
    table = Table("KPI", "target", title="First KPIs", title_justify="left")
    for month in months:
        table.add_column(month[:7], justify="right")
    for name, target, values in rows:
        table.add_row(name, target, *(values.get(month, "–") for month in months))
    return table


def _value(row: dict[str, Any]) -> str:
    return "–" if row["value"] is None else f"{row['value']:.1%}"


def _welcome(console: Console, ports: Ports, access: Access) -> None:
    transactional, serving = ports.url(Service.TRANSACTIONAL), ports.url(Service.SERVING)
    print_addresses(console, ports)
    # Printed plainly from here on, so that each line can be copied whole.
    typer.echo(f"""
Log in to the screens with enterprise code {CODE}, user {_USERNAME}, password {access.password}
{_other_logins(access)}
Redeem something as the tenant's own system would, and see it on every screen within a minute:
  export KEY={access.api_key}
  export MEMBER={access.member_id} ITEM={access.item_id}
  curl -s -H "Authorization: Bearer $KEY" "{serving}/v1/recommendations/$MEMBER?limit=3"
  curl -s -H "Authorization: Bearer $KEY" -H "Idempotency-Key: $(date +%s)" {transactional}/v1/redemptions \\
    -d '{{"member_id": "'$MEMBER'", "lines": [{{"item_id": "'$ITEM'", "quantity": 1}}]}}'

Ctrl-C stops everything.""")


def _other_logins(access: Access) -> str:
    others = (
        ("see a simulated bank", preset_of(0).code, access.world_password),
        ("all enterprises as the platform's own people do", PLATFORM_CODE, access.platform_password),
    )
    return "".join(
        f"or {what}: enterprise code {code}, user {_USERNAME}, password {password}\n"
        for what, code, password in others
        if password
    )
