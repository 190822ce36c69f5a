"""How long a committed redemption takes to be in a KPI that the serving API answers, under a steady load."""

import asyncio
import json
import os
import secrets
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

import httpx
from rich.console import Console

from orchestration.cli.bench import meters
from orchestration.cli.bench.lags import FreshnessFigures, Seen, figures
from orchestration.cli.bench.order import Order
from orchestration.cli.bench.paced import PacedLoad, redeem_at
from orchestration.cli.bench.plan import Plan
from orchestration.cli.bench.run import bench_folder
from orchestration.cli.bench.seed import new_key, seed
from orchestration.cli.bench.service import servers
from orchestration.cli.database import database
from orchestration.cli.program import Program
from orchestration.cli.serve import free_port
from orchestration.refusal import Refusal
from orchestration.settings import DataFolder

_POLL_SECONDS = 0.25
# Longer than any first build takes, and than anybody should wait for the last redemption.
_PATIENCE_SECONDS = 600.0


class NeverFresh(Refusal):
    """The figures did not arrive in the time that anybody would wait."""


@dataclass(frozen=True)
class FreshnessPlan:
    """What is measured: so many redemptions a second for so long, over a mall of a size, refreshed so often."""

    per_second: float
    seconds: float
    every_seconds: float
    mall: Plan


def measure(plan: FreshnessPlan, console: Console) -> FreshnessFigures:
    """Run a mall of its own with everything that `pointmart up` runs for its figures, and measure.

    Raises:
        NeverFresh, ServiceNotMeasured, SeededOtherwise: what the message says.
    """
    out = plan.mall.out
    out.parent.mkdir(parents=True, exist_ok=True)
    with bench_folder(plan.mall) as root, database(root, None, stop_at_end=True) as url:
        folder = DataFolder(root.resolve())
        folder.create()
        tenant_id = seed(url, plan.mall, console)
        key = new_key(url, tenant_id)
        with (
            servers(url, 1, out.parent) as mall,
            _figures(folder, url, plan.every_seconds, out.parent) as client,
        ):
            client.headers["Authorization"] = f"Bearer {key}"
            with console.status("Waiting for the first release"):
                before = _first_look(client)
            order = Order(
                kind="redeem", ports=mall.ports, connections=plan.mall.connections, seconds=plan.seconds, key=key,
                members=plan.mall.members, first_item=1, last_item=plan.mall.items, context=plan.mall.context, seed=1,
            )  # fmt: skip
            with console.status(
                f"{plan.per_second:g} redemptions/s for {plan.seconds:g} s, until all are in the KPI"
            ):
                load, looks = asyncio.run(_loaded(order, plan.per_second, client, before.points))
    return figures(load, before, looks, plan.seconds)


def write(found: FreshnessFigures, plan: FreshnessPlan) -> None:
    """Write the figures, what was asked for and on what machine as JSON."""
    asked = {"per_second": plan.per_second, "seconds": plan.seconds, "every_seconds": plan.every_seconds}
    mall = {
        name: getattr(plan.mall, name)
        for name in ("members", "items", "history_entries", "history_redemptions")
    }
    told = asdict(found) | {"plan": asked | mall, "machine": meters.machine()}
    plan.mall.out.write_text(json.dumps(told, indent=2) + "\n", encoding="utf-8")


async def _loaded(
    order: Order, per_second: float, client: httpx.Client, before: int
) -> tuple[PacedLoad, list[Seen]]:
    """Make the load while somebody looks, and go on looking until all of it is seen."""
    looks: list[Seen] = []
    task = asyncio.create_task(redeem_at(order, per_second))
    deadline = time.monotonic() + order.seconds + _PATIENCE_SECONDS
    while time.monotonic() < deadline:
        if (look := await asyncio.to_thread(_look, client)) is not None:
            looks.append(look)
        if (
            task.done()
            and looks
            and looks[-1].points - before >= sum(points for _, points in task.result().commits)
        ):
            return task.result(), looks
        await asyncio.sleep(_POLL_SECONDS)
    raise NeverFresh(f"not all redemptions were in the KPI {_PATIENCE_SECONDS:.0f} s after the load ended")


@contextmanager
def _figures(folder: DataFolder, url: str, every_seconds: float, logs: Path) -> Iterator[httpx.Client]:
    """Run serving and what keeps the figures fresh; give a client of serving."""
    port = free_port()
    environment = {
        "POINTMART_DATABASE_URL": url,
        "POINTMART_DATA_DIR": str(folder.root),
        "POINTMART_SESSION_SECRET": secrets.token_urlsafe(32),
    }
    commands = {
        "serving": ["orchestration.cli.serve", "serving", "--port", str(port), "--stop-with-parent"],
        "follower": [
            "orchestration.cli", "pipeline", "follow", "--every", str(every_seconds), "--parent", str(os.getpid()),
        ],
    }  # fmt: skip
    with ExitStack() as stack:
        for name, command in commands.items():
            program = Program(command, logs / f"freshness-{name}.log", environment, is_restarted=False)
            stack.callback(program.stop)
        yield stack.enter_context(
            httpx.Client(base_url=f"http://127.0.0.1:{port}", trust_env=False, timeout=30)
        )


def _first_look(client: httpx.Client) -> Seen:
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while time.monotonic() < deadline:
        if (look := _look(client)) is not None:
            return look
        time.sleep(_POLL_SECONDS)
    raise NeverFresh(f"there was no release after {_PATIENCE_SECONDS:.0f} s")


def _look(client: httpx.Client) -> Seen | None:
    """Ask for the points redeemed in all months; None while serving has no release."""
    try:
        kpi = client.get("/v1/kpis/consumption_rate", params={"grain": "month"})
        at = time.monotonic()
        health = client.get("/health")
        if kpi.status_code == 503 or health.status_code == 503:
            return None
        points = sum(row["numerator"] for row in kpi.raise_for_status().json()["rows"])
        told = health.raise_for_status().json()
        return Seen(at, points, told["data_lag_seconds"], told["release_id"])
    except httpx.TransportError:
        return None
