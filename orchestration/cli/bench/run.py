"""The phases of a run, each followed by a check of the books."""

import asyncio
import secrets
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from uuid import UUID

import psutil
import psycopg
from rich.console import Console

from orchestration.cli import postgres
from orchestration.cli.bench import books, meters
from orchestration.cli.bench.identities import SALE, identifier
from orchestration.cli.bench.order import Kind, Order
from orchestration.cli.bench.pgbench import Pgbench, find_pgbench
from orchestration.cli.bench.plan import Plan
from orchestration.cli.bench.report import Figures, Phase
from orchestration.cli.bench.requests import EVENTS_PER_REQUEST
from orchestration.cli.bench.seed import new_key, seed
from orchestration.cli.bench.service import Servers, generate_load, servers
from orchestration.cli.bench.twins import send_twins
from orchestration.cli.database import database
from orchestration.refusal import Refusal

_DATABASE = "pointmart"
_EVENT_CONNECTIONS = 32


class ServiceRefuses(Refusal):
    """Most of what is asked is refused, so there is no speed to measure."""


class NotDurable(Refusal):
    """The server may lose what it acknowledged, so its speed says nothing."""


@dataclass
class _Run:
    plan: Plan
    console: Console
    connection: psycopg.Connection[tuple[object, ...]]
    postmaster: psutil.Process | None
    key: str
    figures: Figures
    stored: int

    def load(
        self, name: str, to: Servers, *, connections: int, seconds: float, kind: Kind = "redeem",
        first_item: int = 1, last_item: int | None = None, sale: str | None = None, is_kept: bool = True,
    ) -> None:  # fmt: skip
        """Make a load, keep its figures and check the books."""
        order = Order(
            kind=kind, ports=to.ports, connections=connections, seconds=seconds, key=self.key,
            members=self.plan.members, first_item=first_item, last_item=last_item or self.plan.items,
            sale=sale, context=self.plan.context, seed=secrets.randbits(32),
        )  # fmt: skip
        events = books.count_events(self.connection) if kind == "events" else 0
        with self.console.status(f"{name}: {seconds:g} s on {connections} connections"):
            before = meters.read_meters(self.connection, self.postmaster, to.process_ids)
            tally = generate_load(order)
            cost = meters.read_meters(self.connection, self.postmaster, to.process_ids).since(before)
        each = EVENTS_PER_REQUEST if kind == "events" else 1
        phase = Phase(tally, cost, seconds, each)
        self.console.print(f"{name:<14} {phase.per_s:>10,.0f} /s", highlight=False)
        for what, count in tally.failures.items():
            self.console.print(f"  {count:,} × {what}: {tally.examples.get(what, '')}", markup=False)
        if tally.succeeded * 2 < tally.asked:
            what, example = next(iter(tally.examples.items()), ("nothing", ""))
            raise ServiceRefuses(
                f"{name}: {tally.asked - tally.succeeded:,} of {tally.asked:,} requests failed, such as {what} {example}; "
                f"the service's log is in {self.plan.out.parent}"
            )
        if is_kept:
            self.figures.phases[name] = phase
        if kind == "events":
            stored = books.count_events(self.connection) - events
            if stored < tally.succeeded * each or stored > tally.asked * each:
                self.figures.wrong.append(
                    f"after {name}: {tally.succeeded * each:,} events were acknowledged and {stored:,} are stored"
                )
        else:
            self.check(name, tally.succeeded, tally.asked)

    def check(self, name: str, acknowledged: int, asked: int) -> None:
        """Check the books after a phase that made redemptions."""
        with self.console.status(f"{name}: checking the books"):
            wrong = books.check_books(self.connection)
            stored = books.count_redemptions(self.connection)
        new, self.stored = stored - self.stored, stored
        # A request that failed on its way back may have been carried out; none may be twice.
        if not acknowledged <= new <= asked:
            wrong.append(f"{acknowledged:,} redemptions were acknowledged and {new:,} are stored")
        for words in wrong:
            self.console.print(f"  [red]wrong:[/] {words}")
        self.figures.wrong.extend(f"after {name}: {words}" for words in wrong)


def run(plan: Plan, console: Console) -> Figures:
    """Measure everything and return the figures.

    Raises:
        NotDurable: the server does not keep what it acknowledges.
        PgbenchMissing, PgbenchFailed, ServiceNotMeasured, ServiceRefuses, SeededOtherwise: what the message says.
    """
    plan.out.parent.mkdir(parents=True, exist_ok=True)
    with bench_folder(plan) as folder, database(folder, None, stop_at_end=True) as url:
        server = postgres.locate(folder)
        program = find_pgbench(server)
        tenant_id = seed(url, plan, console)
        with psycopg.connect(url, autocommit=True) as connection:
            settings = meters.server_settings(connection)
            console.print(" · ".join(f"{name} {value}" for name, value in settings.items()), highlight=False)
            if off := meters.not_durable(settings):
                raise NotDurable(f"{' and '.join(off)} off: switch on what makes a commit durable")
            figures = Figures(settings=settings, machine=meters.machine(), plan=_told(plan))
            going = _Run(
                plan, console, connection, server.running(), new_key(url, tenant_id), figures,
                books.count_redemptions(connection),
            )  # fmt: skip
            _measure_service(going, url)
            _measure_pgbench(going, program, server, tenant_id)
    return figures


def _measure_service(going: _Run, url: str) -> None:
    plan = going.plan
    logs = plan.out.parent
    # Both rivals begin after a checkpoint and a warm-up, so that both write each page whole for the first time then.
    going.connection.execute("checkpoint")
    with servers(url, 1, logs) as one:
        if plan.warm_up:
            going.load("warm-up", one, connections=plan.connections, seconds=plan.warm_up, is_kept=False)
        going.load("spread", one, connections=plan.connections, seconds=plan.seconds)
        # One item that everybody wants, in its flash sale.
        flash = plan.flash_item
        going.load(
            "hot", one, connections=plan.connections, seconds=plan.seconds, first_item=flash, last_item=flash,
            sale=identifier(SALE, 1),
        )  # fmt: skip
        going.load("lone", one, connections=1, seconds=plan.short_seconds)
        going.load(
            "events", one, connections=min(plan.connections, _EVENT_CONNECTIONS), seconds=plan.short_seconds,
            kind="events",
        )  # fmt: skip
    with servers(url, 2, logs) as two:
        going.load("two processes", two, connections=plan.connections, seconds=plan.seconds)
        acknowledged, wrong = asyncio.run(send_twins(two.ports, going.key, plan))
        going.figures.wrong.extend(sorted(set(wrong)))
        going.check("twins", acknowledged, acknowledged + len(wrong))


def _measure_pgbench(going: _Run, program: Path, server: postgres.EmbeddedPostgres, tenant_id: UUID) -> None:
    plan = going.plan
    rival = Pgbench(program, server, _DATABASE, tenant_id, plan.members)
    going.connection.execute("checkpoint")
    if plan.warm_up:
        with going.console.status("pgbench warm-up"):
            warm = rival.redeem(
                clients=plan.pgbench_few,
                first_item=1,
                last_item=plan.items,
                seconds=plan.warm_up,
                flash=False,
            )
        going.check("pgbench warm-up", warm.redemptions, warm.redemptions + plan.pgbench_few)
    # For as many callers as the service has, and for so few that they hardly queue on locks.
    for callers, clients in (("", plan.pgbench_clients), (", few", plan.pgbench_few)):
        for kind, first, last in (("spread", 1, plan.items), ("hot", plan.flash_item, plan.flash_item)):
            name = f"{kind}{callers}"
            with going.console.status(f"pgbench {name}: {plan.seconds} s on {clients} connections"):
                before = meters.read_meters(going.connection, going.postmaster)
                done = rival.redeem(
                    clients=clients,
                    first_item=first,
                    last_item=last,
                    seconds=plan.seconds,
                    flash=kind == "hot",
                )
                cost = meters.read_meters(going.connection, going.postmaster).since(before)
            going.console.print(f"{'pgbench ' + name:<14} {done.per_s:>10,.0f} /s", highlight=False)
            going.figures.rivals[name] = (done, cost)
            going.check(f"pgbench {name}", done.redemptions, done.redemptions + clients)


@contextmanager
def bench_folder(plan: Plan) -> Iterator[Path]:
    """Give the folder that a plan names, or one beside the figures that is removed with its database."""
    if plan.data_dir is not None:
        plan.data_dir.mkdir(parents=True, exist_ok=True)
        yield plan.data_dir
        return
    # Beside the figures and not in the system's folder for such things, which may be memory: commits must reach a disk.
    with tempfile.TemporaryDirectory(prefix="mall-", dir=plan.out.parent) as name:
        folder = Path(name)
        try:
            yield folder
        finally:
            postgres.remove(postgres.locate(folder))


def _told(plan: Plan) -> dict[str, object]:
    told = asdict(plan)
    del told["out"], told["data_dir"]
    return told
