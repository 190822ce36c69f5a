"""The measurement of the forecast at a size that says nothing about speed: demand is as asked, the figures are there."""

import json

import numpy as np
from typer.testing import CliRunner

from orchestration.cli.bench.command import app
from orchestration.cli.bench.demand import Plan, made_up
from recommender.demand.calendar.calendar import Calendar

CALENDAR = Calendar.of_country("CN", 2022, 2026)


def test_the_demand_has_a_week_holidays_and_few_days_in_some_series_and_follows_its_seed():
    panel = made_up(400, Plan(days=700), CALENDAR)
    total = panel.values.sum(axis=0)
    saturdays = (panel.dates - np.datetime64("2023-01-07")).astype(int) % 7 == 0
    assert total[saturdays].mean() > 1.1 * total[~saturdays].mean()
    double_11 = np.flatnonzero(panel.dates == np.datetime64("2023-11-11"))[0]
    assert total[double_11] > 1.6 * total[double_11 - 28 : double_11 - 8].mean()
    assert 0.2 < ((panel.values == 0).mean(axis=1) > 0.5).mean() < 0.4
    assert np.array_equal(panel.values, made_up(400, Plan(days=700), CALENDAR).values)


def test_a_tiny_run_writes_its_figures(tmp_path):
    out = tmp_path / "demand.json"
    done = CliRunner().invoke(
        app, ["demand", "--series", "4,8", "--days", "120", "--horizon", "7", "--out", str(out)]
    )
    assert done.exit_code == 0, done.output
    figures = json.loads(out.read_text())
    assert [size["series"] for size in figures["sizes"]] == [4, 8]
    assert figures["total_s"] == figures["sizes"][1]["total_s"] > 0
    assert 0 < figures["peak_gb"] < 4
    assert figures["time_over_series"] > 0


def test_sizes_that_are_no_numbers_are_refused(tmp_path):
    done = CliRunner().invoke(app, ["demand", "--series", "many", "--out", str(tmp_path / "demand.json")])
    assert done.exit_code == 2
