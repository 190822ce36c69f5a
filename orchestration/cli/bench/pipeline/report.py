"""The figures as a person reads them and as a file keeps them."""

from dataclasses import asdict
from typing import Any

from rich.console import Console

from orchestration.cli.bench.meters import machine
from orchestration.cli.bench.pipeline.plan import Plan
from orchestration.cli.bench.pipeline.run import Point, Run, incremental_seconds

# What was asked of the figures: the name, whether more or less is better, and how much.
_PROMISES = (
    ("landing_rows_per_s", "at least", 300_000.0, "rows landed per second"),
    ("full_build_s", "at most", 90.0, "s, a full build with all tests"),
    ("incremental_s", "at most", 15.0, "s, landing and building one more day"),
    ("incremental_growth", "at most", 1.2, "times the time of the shortest history that fills every window"),
    ("release_switch_s", "at most", 5.0, "s, building and publishing a release"),
    ("peak_gb", "at most", 6.0, "GB of memory at most, in any step"),
)
# A new day is held against the 90 days before it, to find who redeemed again. A shorter history has less to
# read for it than any longer one, however long: growth is told from the first point that has these days.
_LONGEST_WINDOW_DAYS = 90


def document(plan: Plan, run: Run) -> dict[str, Any]:
    """Return what is written to the file."""
    smallest, largest = run.points[0], run.points[-1]
    filled = next((point for point in run.points if point.days >= _LONGEST_WINDOW_DAYS), smallest)
    landing = largest.steps["land everything"].figures
    told = asdict(plan) | {"today": plan.today.isoformat()}
    del told["out"], told["data_dir"]
    return {
        "landing_rows_per_s": round(landing.rows / landing.seconds),
        "full_build_s": round(largest.steps["build everything"].figures.seconds, 2),
        "incremental_s": _incremental(largest),
        "release_switch_s": round(largest.steps["publish one more day"].figures.seconds, 2),
        "release_first_s": round(largest.steps["publish everything"].figures.seconds, 2),
        "peak_gb": max(step.peak_gb for point in run.points for step in point.steps.values()),
        "incremental_growth": round(_incremental(largest) / _incremental(filled), 2),
        "incremental_growth_from_first": round(_incremental(largest) / _incremental(smallest), 2),
        "series": [_series(point) for point in run.points],
        "rivals": run.rivals | _ratios(run, largest),
        "fill_seconds": round(run.fill_seconds, 1),
        "plan": told,
        "machine": machine(),
    }


def _incremental(point: Point) -> float:
    return round(incremental_seconds(point.steps), 2)


def _series(point: Point) -> dict[str, Any]:
    return {
        "history": f"{point.times}x", "days": point.days, "entries": point.entries, "events": point.events,
        "redemptions": point.redemptions, "incremental_s": _incremental(point),
        "incremental_s_of_days": [round(incremental_seconds(day), 2) for day in point.more_days],
        "full_build_s": round(point.steps["build everything"].figures.seconds, 2),
        "release_switch_s": round(point.steps["publish one more day"].figures.seconds, 2),
        "steps": {name: step.told() for name, step in point.steps.items()},
    }  # fmt: skip


def _ratios(run: Run, largest: Point) -> dict[str, Any]:
    """Return how many times longer each rival takes for its KPIs than we for all marts of one more day."""
    ours = _incremental(largest)
    return {
        f"{name}_ratio": round(run.rivals[name]["seconds"] / ours, 2)
        for name in ("postgres", "pandas")
        if name in run.rivals
    }


def show(figures: dict[str, Any], console: Console) -> None:
    """Print how the figures stand to what was promised."""
    for name, sense, wanted, words in _PROMISES:
        value = figures[name]
        is_kept = value >= wanted if sense == "at least" else value <= wanted
        mark = "[green]✓[/]" if is_kept else "[red]✗[/]"
        console.print(f"{mark} {_number(value):>9} {words} ({sense} {_number(wanted)})", highlight=False)
    for name in ("postgres", "pandas"):
        if rival := figures["rivals"].get(name):
            console.print(
                f"  {name}: {rival['seconds']:.1f} s for the same KPIs, {figures['rivals'][name + '_ratio']} times "
                f"our run for one more day; {rival['peak_gb']} GB; {rival['differing']} of {rival['compared']} differ",
                highlight=False,
            )


def _number(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.4g}"
