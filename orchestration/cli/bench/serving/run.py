"""Measures answers per second and how long they take, KPIs, and a switch of releases while answers are asked for."""

import secrets
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import psutil
import psycopg
from rich.console import Console
from rich.table import Table

from orchestration.cli import postgres
from orchestration.cli.bench import meters
from orchestration.cli.bench.order import Kind, Order, Tally
from orchestration.cli.bench.plan import Plan as MallPlan
from orchestration.cli.bench.run import bench_folder
from orchestration.cli.bench.seed import new_key
from orchestration.cli.bench.service import Servers, generate_load, servers
from orchestration.cli.bench.serving.mall import Mall, make_up
from orchestration.cli.database import database

# name → (bound, whether more is better, words)
PROMISED: dict[str, tuple[float, bool, str]] = {
    "recommendations_per_s": (1_500, True, "recommendations per second"),
    "recommendations_p99_ms": (25, False, "ms for 99 % of the recommendations"),
    "kpi_p99_ms": (50, False, "ms for 99 % of the KPI queries"),
    "switch_worst_ms": (250, False, "ms for the slowest answer while the release is switched"),
    "errors": (0, False, "requests that failed"),
}
_STIR_SECONDS = 0.05


@dataclass(frozen=True)
class Plan:
    """The size of the mall and of the load.

    Attributes:
        events: what half of the members have looked at lately, each.
        processes: of serving.
    """

    items: int = 20_000
    members: int = 100_000
    connections: int = 32
    seconds: int = 20
    warm_up: int = 5
    processes: int = 2
    events: int = 4
    seed: int = 7


@dataclass
class _Run:
    plan: Plan
    console: Console
    key: str
    servers: Servers
    postmaster: psutil.Process | None
    connection: psycopg.Connection[Any]
    phases: dict[str, dict[str, Any]] = field(default_factory=dict)

    def load(self, name: str, kind: Kind, seconds: float) -> Tally:
        """Make a load and keep what came of it."""
        plan = self.plan
        order = Order(
            kind=kind, ports=self.servers.ports, connections=plan.connections, seconds=seconds, key=self.key,
            members=plan.members, first_item=1, last_item=plan.items, context=False, seed=plan.seed,
        )  # fmt: skip
        before = meters.read_meters(self.connection, self.postmaster, self.servers.process_ids)
        with self.console.status(f"{name}: {seconds:g} s on {plan.connections} connections"):
            tally = generate_load(order)
        cost = meters.read_meters(self.connection, self.postmaster, self.servers.process_ids).since(before)
        each = 1_000 / max(tally.succeeded, 1)
        self.phases[name] = {
            "per_s": round(tally.in_time / seconds, 1),
            "latencies_ms": tally.latencies,
            "asked": tally.asked,
            "failures": tally.failures,
            "examples": tally.examples,
            "cpu_ms": {
                "serving": round(cost.server_seconds * each, 3),
                "postgres": round(cost.postgres_seconds * each, 3),
                "generator": round(tally.cpu_seconds * each, 3),
            },
        }
        return tally


def run(plan: Plan, console: Console, out: Path) -> dict[str, Any]:
    """Measure on a mall of its own beside `out`, which is removed afterwards, and return the figures."""
    mall_plan = MallPlan(out, members=plan.members, items=plan.items)
    with bench_folder(mall_plan) as root, database(root, None, stop_at_end=True) as url:
        mall = make_up(url, root, members=plan.members, items=plan.items, events=plan.events, console=console)
        settings = {
            "POINTMART_DATA_DIR": str(mall.folder.root),
            "POINTMART_SESSION_SECRET": secrets.token_urlsafe(32),
        }
        with (
            psycopg.connect(url, autocommit=True) as connection,
            servers(url, plan.processes, out.parent, "serving", settings) as running,
        ):
            going = _Run(
                plan,
                console,
                new_key(url, mall.tenant_id),
                running,
                postgres.locate(root).running(),
                connection,
            )
            with _stirred(url, mall, plan):
                _measure(going, mall)
    return _figures(going)


def show(figures: dict[str, Any], console: Console) -> None:
    """Print the figures beside what is promised."""
    table = Table(box=None, show_header=False)
    for name, (bound, is_more, words) in PROMISED.items():
        is_kept = figures[name] >= bound if is_more else figures[name] <= bound
        limit = f"{'at least' if is_more else 'at most'} {bound:,}"
        table.add_row("[green]✓[/]" if is_kept else "[red]✗[/]", f"{figures[name]:,}", words, f"({limit})")
    console.print(table)
    for name, phase in figures["phases"].items():
        cost = ", ".join(f"{who} {ms}" for who, ms in phase["cpu_ms"].items())
        console.print(
            f"  {name}: {phase['per_s']:,} /s; p50 {phase['latencies_ms'].get('p50')} ms; processor ms each: {cost}",
            highlight=False,
        )


def _measure(going: _Run, mall: Mall) -> None:
    plan = going.plan
    if plan.warm_up:
        going.load("warm-up", "recommend", plan.warm_up)
    going.load("recommendations", "recommend", plan.seconds)
    going.load("kpis", "kpi", plan.seconds / 2)
    # In the middle of the load, and back again.
    switches = [threading.Timer(plan.seconds * share, mall.switch) for share in (0.25, 0.6)]
    for switch in switches:
        switch.start()
    going.load("switch", "recommend", plan.seconds)
    for switch in switches:
        switch.join()


@contextmanager
def _stirred(url: str, mall: Mall, plan: Plan) -> Iterator[None]:
    """Let members click and stock change during the block, twenty times a second each."""
    ended = threading.Event()

    def stir() -> None:
        with psycopg.connect(url, autocommit=True) as connection:
            number = 0
            while not ended.wait(_STIR_SECONDS):
                number += 1
                connection.execute(
                    "insert into mall.event (tenant_id, member_id, kind, item_id, occurred_at) "
                    "select tenant_id, member_id, 'click', item_id, now() from mall.member, "
                    "(select item_id from mall.offer where tenant_id = %(tenant)s offset %(item)s limit 1) i "
                    "where tenant_id = %(tenant)s offset %(number)s limit 1",
                    {"tenant": mall.tenant_id, "item": number % 100, "number": number % 1_000},
                )
                connection.execute(
                    "update mall.stock set on_hand = on_hand - 1 where tenant_id = %s and item_id = "
                    "(select item_id from mall.offer where tenant_id = %s offset %s limit 1)",
                    [mall.tenant_id, mall.tenant_id, number % 200],
                )

    stirring = threading.Thread(target=stir)
    stirring.start()
    try:
        yield
    finally:
        ended.set()
        stirring.join()


def _figures(going: _Run) -> dict[str, Any]:
    answers, kpis, switched = (going.phases[name] for name in ("recommendations", "kpis", "switch"))
    return {
        "recommendations_per_s": answers["per_s"],
        "recommendations_p99_ms": answers["latencies_ms"].get("p99", float("inf")),
        "kpi_p99_ms": kpis["latencies_ms"].get("p99", float("inf")),
        "errors": sum(sum(phase["failures"].values()) for phase in (answers, kpis, switched)),
        "switch_worst_ms": switched["latencies_ms"].get("max", float("inf")),
        "phases": going.phases,
        "plan": asdict(going.plan),
        "machine": meters.machine(),
    }
