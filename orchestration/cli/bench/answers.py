"""How much computing one member's answer takes: look-ups in a release of a large shop, and combining them.

The live database is left out: what a member just did and what can be delivered are given, as it would answer.
"""

import asyncio
import multiprocessing
import time
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import numpy as np
import psutil
from rich.console import Console

from orchestration.cli.bench.meters import machine
from orchestration.cli.bench.shop import TENANT_ID, item_id, member_id, publish_shop
from orchestration.cli.serve import settle_garbage_collection
from orchestration.settings import DataFolder
from serving.recommendations.balance import Balance
from serving.recommendations.candidates import put_forward, sources_of
from serving.recommendations.composition import Question, compose
from serving.recommendations.domain import Offer, Recommendation, Signal, SignalKind
from serving.recommendations.released import MAKES, released_member
from serving.recommendations.released_shop import released_shop
from serving.recommendations.shelf import Shelf
from serving.recommendations.visitors import member_state, purse_of
from serving.recommendations.window import merged
from serving.release import Release
from serving.release_reader import ReleaseReader

_MOST_SIGNALS = 50
_SHOWN = 10
_EXPLORATION_SHARE = 0.1
_LISTED_FROM = datetime(2026, 1, 1, tzinfo=UTC)
_KINDS: tuple[SignalKind, ...] = ("view", "click", "favourite", "redemption")
_PROMISED_MS = 5.0


@dataclass(frozen=True)
class Plan:
    """The size of the shop and of its past, and how many answers are measured."""

    members: int = 50_000
    items: int = 20_000
    answers: int = 2_000
    lots: int = 4
    seed: int = 7


def run(plan: Plan, console: Console, root: Path) -> dict[str, Any]:
    """Publish a made-up shop below `root`, then open it and answer in a process of its own."""
    folder = DataFolder(root.resolve())
    with console.status("Publishing a made-up shop"):
        began = time.perf_counter()
        publish_shop(folder, members=plan.members, items=plan.items, lots=plan.lots)
        published = time.perf_counter() - began
    with (
        console.status(f"{plan.answers:,} answers"),
        ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as process,
    ):
        measured = process.submit(measure, plan, folder.releases).result()
    return {"publish_s": round(published, 2), **measured, "plan": asdict(plan), "machine": machine()}


def show(figures: dict[str, Any], console: Console) -> None:
    """Print the figures beside what is promised."""
    computed, looked_up, waited = figures["answer_cpu_ms"], figures["lookups_cpu_ms"], figures["answer_ms"]
    mark = "[green]✓[/]" if computed["p95"] <= _PROMISED_MS else "[red]✗[/]"
    console.print(
        f"{mark} {computed['p95']:>9} ms of computing in 95 % of the answers (at most {_PROMISED_MS:g}); "
        f"p50 {computed['p50']}, p99 {computed['p99']}; look-ups alone p95 {looked_up['p95']}; "
        f"by the clock p50 {waited['p50']}, p95 {waited['p95']}",
        highlight=False,
    )
    console.print(
        f"  opened in {figures['open_s']} s with {figures['open_cpu_s']} s of computing; "
        f"{figures['resident_mb']} MB more memory, {figures['private_mb']} MB of it of its own",
        highlight=False,
    )


def measure(plan: Plan, releases: Path) -> dict[str, Any]:
    """Open the current release as serving does, answer, and return the figures."""
    return asyncio.run(_measured(plan, releases))


async def _measured(plan: Plan, releases: Path) -> dict[str, Any]:
    process = psutil.Process()
    offers = [
        Offer(item_id(n), f"item {n}", f"category {n % 50}", 100 + n % 400, _LISTED_FROM, stock=1 + n % 90)
        for n in range(plan.items)
    ]
    settle_garbage_collection()
    before = process.memory_full_info()
    reader = ReleaseReader(releases, makes=MAKES)
    opening, opening_cpu = time.perf_counter(), time.process_time()
    async with reader.following():
        opened = time.perf_counter() - opening, time.process_time() - opening_cpu
        async with reader.lend() as release:
            timings = await _timings(plan, release, Shelf(offers))
        after = process.memory_full_info()
    return {
        "answer_cpu_ms": _percentiles([computed for computed, _, _ in timings]),
        "lookups_cpu_ms": _percentiles([looked_up for _, looked_up, _ in timings]),
        "answer_ms": _percentiles([waited for _, _, waited in timings]),
        "open_s": round(opened[0], 3),
        "open_cpu_s": round(opened[1], 3),
        "resident_mb": round((after.rss - before.rss) / 1e6),
        "private_mb": round((after.uss - before.uss) / 1e6),
    }


async def _timings(plan: Plan, release: Release, whole: Shelf) -> list[tuple[float, float, float]]:
    """Return of each answer its seconds of computing, those of its look-ups, and its seconds by the clock."""
    rng = np.random.default_rng(plan.seed)
    asked = rng.choice(plan.members, plan.answers, replace=plan.answers > plan.members)
    timings = []
    for number in asked:
        signals = _signals(rng, plan.items)
        began, began_clock = time.process_time(), time.perf_counter()
        looked_up, shown = await _answer(release, member_id(int(number)), signals, whole)
        ended, ended_clock = time.process_time(), time.perf_counter()
        if len(shown) != _SHOWN:
            raise RuntimeError(f"an answer showed {len(shown)} items")
        timings.append((ended - began, looked_up - began, ended_clock - began_clock))
    return timings


async def _answer(
    release: Release, asking: UUID, signals: Sequence[Signal], whole: Shelf
) -> tuple[float, list[Recommendation]]:
    """Answer as serving does; return also the process's seconds of computing when the look-ups were done."""
    now = datetime.now(UTC)
    released = await released_member(release, TENANT_ID, asking)
    shop = await released_shop(release, TENANT_ID)
    sources = await sources_of(release, TENANT_ID, "recipe", signals, now)
    looked_up = time.process_time()
    member = member_state(released, released.habits.profile, signals)
    purse = purse_of(Balance(released.lots), released.habits, now, cash=None)
    forward = [whole.places(items) for items in put_forward("recipe", sources, member, purse, shop)]
    question = Question(uuid4(), _SHOWN, exploration_share=_EXPLORATION_SHARE)
    part = whole.part(merged(forward, len(whole)))
    return looked_up, compose("recipe", question, part, sources, member=member, purse=purse, shop=shop)


def _signals(rng: np.random.Generator, items: int) -> list[Signal]:
    """Return what a member did lately: up to 50 things, as many as serving reads at most."""
    acts = zip(
        rng.integers(items, size=rng.integers(_MOST_SIGNALS + 1)).tolist(),
        rng.integers(len(_KINDS), size=_MOST_SIGNALS).tolist(),
        rng.integers(7 * 86_400, size=_MOST_SIGNALS).tolist(),
        strict=False,
    )
    return [
        Signal(_KINDS[kind], item_id(number), f"item {number}", timedelta(seconds=age), age < 3_600)
        for number, kind, age in acts
    ]


def _percentiles(seconds: Sequence[float]) -> dict[str, float]:
    found = np.percentile(np.asarray(seconds) * 1e3, [50, 95, 99])
    return {name: round(float(value), 3) for name, value in zip(("p50", "p95", "p99"), found, strict=True)}
