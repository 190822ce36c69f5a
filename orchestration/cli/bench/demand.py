"""How long the forecast of very many series takes, and whether twice as many take twice as long."""

import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import psutil
from numpy.typing import NDArray
from rich.console import Console

from orchestration.cli.bench import memory
from orchestration.cli.bench.meters import machine
from orchestration.cli.progress import spinner
from recommender.demand.calendar.calendar import Calendar
from recommender.demand.covariates import Floats
from recommender.demand.panel import Panel
from recommender.demand.recipe import forecast_demand

_FIRST_DAY = np.datetime64("2023-01-01")
_INTERMITTENT = 0.3
_SERIES_AT_ONCE = 2_000
_WEEK = np.array([0.9, 0.85, 0.9, 0.95, 1.1, 1.25, 1.05])
# How many times as much is asked for on the days before and on an occasion, by its id.
_FELT = {
    "spring-festival": 1.8,
    "618": 2.0,
    "mid-autumn": 1.4,
    "national-day": 1.3,
    "double-11": 2.5,
    "dragon-boat": 1.3,
}
_FELT_DAYS = 7
_ASKED_S, _ASKED_GB = 360.0, 8.0


@dataclass(frozen=True)
class Plan:
    """How many series are forecast, the last and largest number being the one that counts."""

    series: Sequence[int] = (2_000, 6_000, 20_000)
    days: int = 900
    horizon: int = 28
    seed: int = 7


def made_up(series: int, plan: Plan, calendar: Calendar) -> Panel:
    """Return demand with a week, a year and Chinese holidays; three in ten series are asked for on few days."""
    rng = np.random.default_rng(plan.seed)
    dates = _FIRST_DAY + np.arange(plan.days)
    # The first of January 2023 was a Sunday.
    week = _WEEK[(np.arange(plan.days) + 6) % 7]
    turn = 2 * np.pi * np.arange(plan.days) / 365.25
    holidays = _holidays(calendar, dates)
    values = np.empty((series, plan.days))
    for first in range(0, series, _SERIES_AT_ONCE):
        count = min(_SERIES_AT_ONCE, series - first)
        level = rng.lognormal(2.5, 1.0, (count, 1))
        level[rng.random(count) < _INTERMITTENT] = rng.uniform(0.05, 0.4)
        year = 1.0 + rng.uniform(0.0, 0.3, (count, 1)) * np.sin(turn + rng.uniform(0, 2 * np.pi, (count, 1)))
        felt = 1.0 + (holidays - 1.0) * rng.uniform(0.2, 1.5, (count, 1))
        values[first : first + count] = rng.poisson(level * week * year * felt)
    ids = np.array([f"s{number:06d}" for number in range(series)], dtype=object)
    groups = {"category": np.array([f"c{number % 50:02d}" for number in range(series)], dtype=object)}
    return Panel(ids, dates, values, groups=groups)


def run(plan: Plan, console: Console) -> dict[str, Any]:
    """Forecast each number of series and measure time and memory."""
    last = (_FIRST_DAY + plan.days).astype("datetime64[Y]").astype(int) + 1970
    calendar = Calendar.of_country("CN", 2022, int(last) + 2)
    sizes: list[dict[str, float]] = []
    for series in plan.series:
        panel = made_up(series, plan, calendar)
        with memory.watched(psutil.Process(), in_parts=True) as peak:
            began = time.perf_counter()
            with spinner(console, f"forecasting {series:,} series") as report:
                history = panel.history(panel.dates[-1].astype(object), plan.horizon)
                recipe = forecast_demand(history, calendar, plan.horizon, seed=plan.seed, report=report)
            seconds = time.perf_counter() - began
        assert recipe.forecast.quantiles.shape[:2] == (series, plan.horizon)
        sizes.append({"series": series, "total_s": round(seconds, 1), "peak_gb": peak.gb})
        console.print(f"{series:>8,} series {seconds:>8.1f} s {peak.gb:>6.2f} GB", highlight=False)
    first, largest = sizes[0], sizes[-1]
    return {
        "total_s": largest["total_s"],
        "peak_gb": largest["peak_gb"],
        "sizes": sizes,
        # 1 where so many more series take so much more time; below it where something is done once for all.
        "time_over_series": round(
            (largest["total_s"] / first["total_s"]) / (largest["series"] / first["series"]), 3
        ),
        "plan": {**asdict(plan), "series": list(plan.series)},
        "machine": machine(),
    }


def show(figures: dict[str, Any], console: Console) -> None:
    """Print how the figures stand to what was asked."""
    asked = (
        ("total_s", _ASKED_S, "s to forecast"),
        ("peak_gb", _ASKED_GB, "GB of memory"),
        ("time_over_series", 1.1, "times the time a series"),
    )
    for name, most, words in asked:
        mark = "[green]✓[/]" if figures[name] <= most else "[red]✗[/]"
        console.print(f"{mark} {figures[name]:>9} {words} (at most {most:g})", highlight=False)


def _holidays(calendar: Calendar, dates: NDArray[np.datetime64]) -> Floats:
    factors = np.ones(len(dates))
    for occasion_id, strength in _FELT.items():
        distance = calendar.signed_distance(occasion_id, dates)
        is_felt = (distance >= -_FELT_DAYS) & (distance <= 0)
        factors = np.where(
            is_felt, factors * (1 + (strength - 1) * (1 + distance / (_FELT_DAYS + 1.0))), factors
        )
    return factors
