"""How long the ranking of a very large mall takes: made-up tastes, the recipe learnt from them, all lists written."""

import multiprocessing
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import psutil
from numpy.typing import NDArray
from rich.console import Console

from orchestration.cli.bench import memory
from orchestration.cli.bench.meters import machine
from orchestration.cli.evaluate.recommendations import write_recommendations
from recommender.ranking.interactions import Interactions
from recommender.ranking.recipe import Recipe
from recommender.ranking.two_stage import TwoStage

_DAYS, _FIRST_DAY = 365, pd.Timestamp("2025-01-01", tz="UTC")
_GROUPS, _ZIPF = 50, 0.8
# Members' interactions: the median is two thirds of the mean, the most active have some hundreds.
_SPREAD, _MOST = 0.9, 774
_WRITERS = 2


@dataclass(frozen=True)
class Plan:
    """The size of the mall that is ranked, and the length of its lists."""

    members: int = 1_000_000
    items: int = 100_000
    interactions: int = 45_000_000
    list_length: int = 50
    seed: int = 7


def made_up(plan: Plan) -> pd.DataFrame:
    """Return interactions: half of them of a taste group's items, the others of all items, both by a power law."""
    rng = np.random.default_rng(plan.seed)
    activity = np.minimum(rng.lognormal(0.0, _SPREAD, plan.members), _MOST / 20)
    counts = rng.poisson(activity / activity.sum() * plan.interactions).astype(np.int64)
    member = np.repeat(np.arange(plan.members, dtype=np.int32), counts)
    n = len(member)
    group_of_member = rng.integers(0, _GROUPS, plan.members, dtype=np.int32)
    by_popularity = rng.permutation(plan.items).astype(np.int32)
    item = by_popularity[_zipf(rng, n, plan.items)]
    # Every fiftieth item by popularity belongs to the same group.
    is_taste = rng.random(n, dtype=np.float32) < 0.5
    of_group = _zipf(rng, int(is_taste.sum()), plan.items // _GROUPS) * _GROUPS
    item[is_taste] = by_popularity[of_group + group_of_member[member[is_taste]]]
    seconds = rng.integers(0, _DAYS * 86_400, n, dtype=np.int32)
    return pd.DataFrame(
        {
            "member_id": pd.Categorical.from_codes(member, categories=_names("m", plan.members)),
            "item_id": pd.Categorical.from_codes(item, categories=_names("i", plan.items)),
            "occurred_at": _FIRST_DAY + pd.to_timedelta(seconds, "s"),
        }
    )


def run(plan: Plan, console: Console, out: Path) -> dict[str, Any]:
    """Make the mall, then measure reading it, learning from it and writing a list for each member to `out`."""
    seconds: dict[str, float] = {}

    @contextmanager
    def timed(name: str) -> Iterator[None]:
        began = time.perf_counter()
        with console.status(name):
            yield
        seconds[name] = round(time.perf_counter() - began, 2)
        console.print(f"{name:<60} {seconds[name]:>8.2f} s", highlight=False)

    with timed("make up the mall"):
        frame = made_up(plan)
    rows = len(frame)
    with memory.watched(psutil.Process(), in_parts=True) as peak:
        began = time.perf_counter()
        with timed("read the interactions"):
            past = Interactions.from_frame(frame)
            del frame
        recipe = Recipe(TwoStage(seed=plan.seed), report=_reporting(console))
        with timed("choose and learn"):
            recipe.fit(past)
        with timed("write the lists"):
            listed = _write(recipe, plan, out)
        total = time.perf_counter() - began
    return {
        "train_and_lists_s": round(total, 1),
        "peak_gb": peak.gb,
        "rows": rows,
        "listed": listed,
        "released": {name: recipe.released(name) for name in recipe.models_},
        "steps": seconds,
        "plan": asdict(plan),
        "machine": machine(),
    }


def show(figures: dict[str, Any], console: Console) -> None:
    """Print how the figures stand to what was asked."""
    asked = (("train_and_lists_s", 600.0, "s to read, learn and write"), ("peak_gb", 12.0, "GB of memory"))
    for name, most, words in asked:
        mark = "[green]✓[/]" if figures[name] <= most else "[red]✗[/]"
        console.print(f"{mark} {figures[name]:>9} {words} (at most {most:g})", highlight=False)


def _write(recipe: Recipe, plan: Plan, out: Path) -> int:
    """Write the lists of half of the members in each of two processes, which share what was learnt."""
    context = multiprocessing.get_context("fork")
    parts = np.array_split(recipe.member_ids_, _WRITERS)
    counts = context.Queue()

    def write_part(number: int) -> None:
        counts.put(
            write_recommendations(
                recipe, out / f"lists-{number}.parquet", members=parts[number].tolist(), length=plan.list_length,
                exclude_seen=False, advance=lambda *_: None,
            )
        )  # fmt: skip

    writers = [context.Process(target=write_part, args=(number,)) for number in range(_WRITERS)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    if any(writer.exitcode for writer in writers):
        raise RuntimeError("a writer of lists has failed")
    return sum(counts.get() for _ in writers)


def _reporting(console: Console) -> Callable[[str], None]:
    began = time.perf_counter()

    def report(words: str) -> None:
        console.print(f"  {time.perf_counter() - began:>7.1f} s  {words}", highlight=False)

    return report


def _zipf(rng: np.random.Generator, n: int, items: int) -> NDArray[np.int64]:
    """Draw ranks from 0 by a power law, by the inverse of its distribution."""
    total = np.cumsum(1.0 / np.arange(1, items + 1) ** _ZIPF)
    ranks: NDArray[np.int64] = np.searchsorted(total, rng.random(n) * total[-1])
    return ranks


def _names(letter: str, count: int) -> pd.Index:
    width = len(str(count - 1))
    return pd.Index([f"{letter}{number:0{width}d}" for number in range(count)])
