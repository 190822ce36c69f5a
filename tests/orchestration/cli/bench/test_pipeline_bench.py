"""The measurement of the pipeline at a size that says nothing about speed: its books are true, its rivals agree."""

from datetime import date, timedelta
from pathlib import Path

import pytest
from rich.console import Console

from orchestration.cli.bench.pipeline import report
from orchestration.cli.bench.pipeline.plan import Plan, latest_end
from orchestration.cli.bench.pipeline.run import Point, Run, Step, run
from orchestration.cli.bench.pipeline.steps import Figures


def test_a_tiny_pipeline_is_measured_and_both_rivals_find_the_same_kpis(tmp_path: Path) -> None:
    plan = Plan(
        tmp_path / "pipeline.json", date(2026, 6, 1),
        entries=8_000, events=8_000, redemptions=1_600, members=800, items=80, series=(1, 10), more_days=1,
    )  # fmt: skip
    figures = report.document(plan, run(plan, Console(quiet=True)))
    for name in ("landing_rows_per_s", "full_build_s", "incremental_s", "release_switch_s", "peak_gb"):
        assert figures[name] > 0, name
    assert [point["history"] for point in figures["series"]] == ["1x", "10x"]
    assert [point["days"] for point in figures["series"]] == [40, 400]
    for point in figures["series"]:
        assert "days have new" in point["steps"]["build one more day"]["reason"]
    for rival in ("postgres", "pandas"):
        assert figures["rivals"][rival]["compared"] > 1_000
        assert figures["rivals"][rival]["differing"] == 0
    assert [path.name for path in tmp_path.iterdir()] == []  # what was made for the run is gone


@pytest.mark.parametrize(
    ("today", "expected"),
    [
        ("2026-11-30", "2026-11-16"),
        ("2026-11-16", "2026-11-16"),
        ("2026-11-15", "2026-10-16"),
        ("2026-01-02", "2025-12-16"),
    ],
)
def test_history_ends_amid_a_month_at_every_point(today, expected):
    end = latest_end(date.fromisoformat(today))
    assert end == date.fromisoformat(expected)
    first = Plan(Path("figures.json"), end).first_day
    last_days = [(first + timedelta(days=days - 1)).day for days in (40, 120, 400)]
    assert all(5 <= day <= 25 for day in last_days)


def test_growth_is_told_from_the_first_history_that_fills_the_longest_window(tmp_path):
    plan = Plan(tmp_path / "pipeline.json", date(2026, 6, 1), series=(1, 3, 10))
    points = [_measured(1, 40, 8.0), _measured(3, 120, 10.0), _measured(10, 400, 11.0)]
    figures = report.document(plan, Run(points))
    assert figures["incremental_growth"] == 1.1
    assert figures["incremental_growth_from_first"] == 1.38


def _measured(times: int, days: int, seconds: float) -> Point:
    build, other = (Step(Figures(s, rows=1), s, 1.0) for s in (seconds - 1.0, 1.0))
    names = {"build one more day": build, "land one more day": other, "publish one more day": other}
    return Point(
        times, days, 1, 1, 1, names | {f"{kind} everything": other for kind in ("land", "build", "publish")}
    )
