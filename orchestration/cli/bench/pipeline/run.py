"""The measured run: fill, land, build, publish, one more day and again - at each point of the series."""

import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
import psutil
import psycopg
from rich.console import Console

from orchestration.cli import postgres
from orchestration.cli.bench import memory
from orchestration.cli.bench.pipeline import fill
from orchestration.cli.bench.pipeline.plan import Plan
from orchestration.cli.bench.pipeline.steps import Figures, Order
from orchestration.cli.database import database
from orchestration.cli.progress import progress_bar
from orchestration.refusal import Refusal


class StepFailed(Refusal):
    """A step of the pipeline that is measured did not succeed, so there is no figure."""


@dataclass(frozen=True)
class Step:
    """One step's own figures, the time of its whole process, and its peak of memory."""

    figures: Figures
    process_seconds: float
    peak_gb: float

    def told(self) -> dict[str, Any]:
        """Return what a file keeps of it."""
        kept = {name: value for name, value in msgspec.structs.asdict(self.figures).items() if value}
        return kept | {"process_seconds": round(self.process_seconds, 2), "peak_gb": self.peak_gb}


@dataclass
class Point:
    """A point of the series: how much history there was, and what each step took.

    Attributes:
        more_days: the steps of each day that was added; `steps` has those of the one in the middle.
    """

    times: int
    days: int
    entries: int
    events: int
    redemptions: int
    steps: dict[str, Step] = field(default_factory=dict)
    more_days: list[dict[str, Step]] = field(default_factory=list)


@dataclass
class Run:
    """Everything that was measured."""

    points: list[Point] = field(default_factory=list)
    rivals: dict[str, Any] = field(default_factory=dict)
    fill_seconds: float = 0.0


def run(plan: Plan, console: Console) -> Run:
    """Measure everything.

    Raises:
        StepFailed: a step refused, with its sentence.
    """
    plan.out.parent.mkdir(parents=True, exist_ok=True)
    done = Run()
    with _folder(plan) as root, database(root / "database", None, stop_at_end=True) as url:
        with psycopg.connect(url, autocommit=True) as connection:
            filled = fill.found(connection, plan)
            for times in plan.series:
                done.points.append(_point(plan, console, connection, filled, times, root, url, done))
        if plan.rivals:
            from orchestration.cli.bench.pipeline.rivals import measure_rivals

            done.rivals = measure_rivals(url, root / f"{plan.series[-1]}x", console)
    return done


def _point(
    plan: Plan, console: Console, connection: psycopg.Connection[Any], filled: fill.Filled, times: int, root: Path,
    url: str, done: Run,
) -> Point:  # fmt: skip
    began = time.perf_counter()
    whole = plan.days_until(times), plan.share(plan.pairs, times), plan.share(plan.events, times)
    _grow(plan, console, connection, filled, whole, f"{times}×: fill")
    done.fill_seconds += time.perf_counter() - began
    entries, events, redemptions = (_count(connection, table) for table in ("entry", "event", "redemption"))
    point = Point(times, plan.days_until(times), entries, events, redemptions)
    data = root / f"{times}x"

    def step(steps: dict[str, Step], name: str, kind: str, *, is_full: bool = False) -> None:
        order = Order(kind, str(data), datetime.now(UTC), url, is_full)
        with console.status(f"{times}×: {name}"):
            taken = steps[name] = perform(order, data)
        console.print(
            f"{times:>2}×  {name:<22} {taken.figures.seconds:>8.2f} s  {taken.peak_gb:>6.2f} GB  "
            f"{taken.figures.rows or '':>12}  {taken.figures.reason}",
            highlight=False,
        )

    step(point.steps, "land everything", "land")
    step(point.steps, "build everything", "build", is_full=True)
    step(point.steps, "publish everything", "publish")
    for _ in range(plan.more_days):
        began = time.perf_counter()
        days = (filled.next_day - plan.first_day).days + 1
        more = (days, filled.pairs + plan.new(plan.pairs), filled.events + plan.new(plan.events))
        _grow(plan, console, connection, filled, more, f"{times}×: one more day")
        done.fill_seconds += time.perf_counter() - began
        day: dict[str, Step] = {}
        for kind in ("land", "build", "publish"):
            step(day, f"{kind} one more day", kind)
        point.more_days.append(day)
    point.steps |= sorted(point.more_days, key=incremental_seconds)[plan.more_days // 2]
    return point


def incremental_seconds(day: dict[str, Step]) -> float:
    """Return what landing and building took for one more day."""
    return sum(day[f"{kind} one more day"].figures.seconds for kind in ("land", "build"))


def _grow(
    plan: Plan, console: Console, connection: psycopg.Connection[Any], filled: fill.Filled,
    until: tuple[int, int, int], words: str,
) -> None:  # fmt: skip
    with progress_bar(console, words) as advance:
        fill.grow(connection, plan, filled, until, advance)


def perform(order: Order, folder: Path) -> Step:
    """Do a step in a process of its own and watch its memory.

    Raises:
        StepFailed: with the last line it wrote.
    """
    folder.mkdir(parents=True, exist_ok=True)
    began = time.perf_counter()
    with (folder / "steps.log").open("ab") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "orchestration.cli.bench.pipeline.steps"],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log,
        )  # fmt: skip
        with memory.watched(psutil.Process(process.pid)) as peak:
            answer, _ = process.communicate(msgspec.json.encode(order))
    if process.returncode != 0:
        last = ((folder / "steps.log").read_text(errors="replace").strip().splitlines() or ["nothing"])[-1]
        raise StepFailed(f"the step {order.step} failed: {last}")
    figures = msgspec.json.decode(answer, type=Figures)
    return Step(figures, time.perf_counter() - began, peak.gb)


def _count(connection: psycopg.Connection[Any], table: str) -> int:
    row = connection.execute(f"select count(*) from mall.{table}").fetchone()
    return int(row[0]) if row else 0


@contextmanager
def _folder(plan: Plan) -> Iterator[Path]:
    if plan.data_dir is not None:
        plan.data_dir.mkdir(parents=True, exist_ok=True)
        (plan.data_dir / "database").mkdir(exist_ok=True)
        yield plan.data_dir
        return
    # Beside the figures and not in the system's folder for such things, which may be memory.
    with tempfile.TemporaryDirectory(prefix="pipeline-", dir=plan.out.parent) as name:
        folder = Path(name)
        (folder / "database").mkdir()
        try:
            yield folder
        finally:
            postgres.remove(postgres.locate(folder / "database"))
