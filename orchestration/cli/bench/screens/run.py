"""Makes up years of a mall, publishes a release of them, and has people of every role open every page they may."""

import asyncio
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from typing import Any

import asyncpg
import psycopg
from rich.console import Console
from rich.table import Table

from dashboards import app_pages
from dashboards.roles import first_page, sees
from orchestration.cli.bench import meters
from orchestration.cli.bench.pipeline import fill
from orchestration.cli.bench.pipeline.plan import Plan as Past
from orchestration.cli.bench.pipeline.run import perform
from orchestration.cli.bench.pipeline.steps import Order
from orchestration.cli.bench.plan import Plan as MallPlan
from orchestration.cli.bench.run import bench_folder
from orchestration.cli.bench.screens.browser import Opened, visiting
from orchestration.cli.bench.service import servers
from orchestration.cli.database import database
from orchestration.cli.progress import progress_bar
from orchestration.refusal import Refusal
from transactional.sessions.domain import ROLES
from transactional.sessions.operations import create_login, remove_login
from transactional.tenants.operations import PLATFORM_CODE, find_tenant, platform_tenant

_HOST = "http://127.0.0.1"


class UnknownTenant(Refusal):
    """The mall that is to be looked at has no such tenant."""


@dataclass(frozen=True)
class Person:
    """Somebody who may log in with a tenant's code, a name and a password."""

    tenant: str
    username: str
    password: str
    role: str


@dataclass(frozen=True)
class Plan:
    """What is opened how often.

    Attributes:
        past: the years that are made up; None where `data_dir` has a mall and a release.
        data_dir: a mall's data folder, whose release is looked at as it is.
        tenant: the code of the tenant whose people look.
        times: how often each page is opened after the first time.
        promised_ms: how long that may take.
    """

    out: Path
    past: Past | None
    data_dir: Path | None
    tenant: str
    times: int
    promised_ms: float


def run(plan: Plan, console: Console) -> dict[str, Any]:
    """Measure, and return the figures.

    Raises:
        UnknownTenant, NoBrowser, PageDidNotOpen, StepFailed, ServiceNotMeasured: with the sentence that says what to do.
    """
    with _mall(plan, console) as (url, data_dir):
        people = _people(url, plan.tenant)
        secret = secrets.token_urlsafe(32)
        settings = {"POINTMART_DATA_DIR": str(data_dir), "POINTMART_SESSION_SECRET": secret}
        logs = plan.out.parent
        with (
            servers(url, 1, logs, "transactional", settings) as mall,
            servers(url, 1, logs, "serving", settings) as serving,
            servers(url, 1, logs, "dashboards", settings | {
                "POINTMART_TRANSACTIONAL_URL": f"{_HOST}:{mall.ports[0]}",
                "POINTMART_SERVING_URL": f"{_HOST}:{serving.ports[0]}",
            }) as screens,
        ):  # fmt: skip
            pages: dict[str, Opened] = {}
            for person in people:
                with console.status(f"{person.role}: pages are opened"):
                    _look(plan, f"{_HOST}:{screens.ports[0]}", person, pages)
        rows = _rows(url, plan.tenant)
    slowest = max(median(page.again_ms) for page in pages.values())
    return {
        "slowest_page_ms": round(slowest, 1),
        "promised_ms": plan.promised_ms,
        "exceptions": sum(page.exceptions for page in pages.values()),
        "pages": {
            name: {
                "median_ms": round(median(page.again_ms), 1),
                "worst_ms": round(max(page.again_ms), 1),
                "first_ms": round(page.first_ms, 1),
            }
            for name, page in pages.items()
        },
        "rows": rows,
        "machine": meters.machine(),
    }


def show(figures: dict[str, Any], console: Console) -> None:
    """Print how long each page took, the slowest first."""
    table = Table(box=None)
    for heading in ("page", "median ms", "worst", "first time"):
        table.add_column(heading, justify="left" if heading == "page" else "right")
    pages = sorted(figures["pages"].items(), key=lambda page: -page[1]["median_ms"])
    for name, page in pages:
        is_kept = page["median_ms"] <= figures["promised_ms"]
        table.add_row(
            f"{'[green]✓[/]' if is_kept else '[red]✗[/]'} {name}",
            *(f"{page[figure]:,.0f}" for figure in ("median_ms", "worst_ms", "first_ms")),
        )  # fmt: skip
    console.print(table)
    rows = ", ".join(f"{count:,} {name}" for name, count in figures["rows"].items())
    console.print(
        f"Promised are {figures['promised_ms']:,.0f} ms; {figures['exceptions']} pages failed; of {rows}.",
        highlight=False,
    )


def _look(plan: Plan, url: str, person: Person, pages: dict[str, Opened]) -> None:
    with visiting(url) as visit:
        visit.log_in(person.tenant, person.username, person.password)
        for name in sorted(page.stem for page in Path(app_pages.__path__[0]).glob("*.py")):
            if name in pages or name.startswith("_") or not sees(person.role, name):
                continue
            # The page a role begins with has no path of its own.
            path = "/" if name == first_page(person.role) else f"/{name}"
            opened = pages[name] = Opened()
            for time in range(1 + plan.times):
                visit.open(path, opened, is_first=not time)


@contextmanager
def _mall(plan: Plan, console: Console) -> Iterator[tuple[str, Path]]:
    """Give the database and the data folder of what is looked at."""
    if plan.data_dir is not None:
        with database(plan.data_dir, None) as url:
            yield url, plan.data_dir
        return
    assert plan.past is not None, "without a folder there are years to make up"
    with bench_folder(MallPlan(plan.out)) as root, database(root, None, stop_at_end=True) as url:
        _make_up(plan.past, url, root / "data", console)
        yield url, root / "data"


def _make_up(past: Past, url: str, data: Path, console: Console) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        filled = fill.found(connection, past)
        with progress_bar(console, "Years of a mall") as advance:
            fill.grow(connection, past, filled, (past.days, past.pairs, past.events), advance)
    for kind in ("land", "build", "publish"):
        with console.status(kind):
            perform(Order(kind, str(data), datetime.now(UTC), url, is_full=True), data)


def _people(url: str, tenant: str) -> list[Person]:
    """Let a person of each role log in, those who see all tenants with the platform's own."""

    async def admit() -> list[Person]:
        connection = await asyncpg.connect(url)
        try:
            tenant_id = await find_tenant(connection, tenant)
            if tenant_id is None:
                raise UnknownTenant(f"there is no tenant {tenant}; `pointmart tenant list` names them")
            homes = {tenant: tenant_id, PLATFORM_CODE: await platform_tenant(connection)}
            people = [
                Person(
                    PLATFORM_CODE if role == "platform_admin" else tenant,
                    f"bench.{role}",
                    secrets.token_urlsafe(16),
                    role,
                )
                for role in ROLES
            ]
            for person in people:
                await remove_login(connection, tenant_id=homes[person.tenant], username=person.username)
                await create_login(
                    connection, tenant_id=homes[person.tenant], username=person.username,
                    password=person.password, role=person.role,
                )  # fmt: skip
            return people
        finally:
            await connection.close()

    return asyncio.run(admit())


def _rows(url: str, tenant: str) -> dict[str, int]:
    """Return how much the tenant has, and all tenants have."""
    with psycopg.connect(url) as connection:
        found = connection.execute(
            "select (select count(*) from mall.member join mall.tenant using (tenant_id) where code = %(tenant)s), "
            "(select count(*) from mall.event), (select count(*) from mall.entry)",
            {"tenant": tenant},
        ).fetchall()
    (counts,) = found
    return dict(zip(("members of the tenant", "events", "entries"), counts, strict=True))
