"""The measurement of the serving API at a size that says nothing about speed: real servers, a real load, a switch."""

import json

from rich.console import Console
from typer.testing import CliRunner

from orchestration.cli.bench.command import app
from orchestration.cli.bench.serving.run import PROMISED, show


def test_a_tiny_run_tells_every_figure_without_an_error(tmp_path):
    out = tmp_path / "serving.json"
    sizes = ["--members", "120", "--items", "150", "--connections", "4", "--seconds", "3", "--warm-up", "1"]
    done = CliRunner().invoke(app, ["serving", *sizes, "--processes", "1", "--out", str(out)])
    assert done.exit_code == 0, done.output
    figures = json.loads(out.read_text())
    assert set(PROMISED) <= set(figures)
    assert figures["errors"] == 0, figures["phases"]
    assert figures["recommendations_per_s"] > 0
    assert (
        0 < figures["recommendations_p99_ms"] <= figures["phases"]["recommendations"]["latencies_ms"]["max"]
    )
    assert figures["switch_worst_ms"] == figures["phases"]["switch"]["latencies_ms"]["max"]
    assert {path.name for path in tmp_path.iterdir()} == {"serving.json", "server-1.log"}


def test_each_figure_is_told_beside_what_was_promised():
    phase = {"per_s": 1_500, "latencies_ms": {"p50": 1.0}, "cpu_ms": {"serving": 0.5}}
    figures = {
        "recommendations_per_s": 1_500, "recommendations_p99_ms": 25.1, "kpi_p99_ms": 50, "switch_worst_ms": 250.5,
        "errors": 0, "phases": {"recommendations": phase},
    }  # fmt: skip
    console = Console(record=True, width=150)
    show(figures, console)
    marks = [line.strip()[0] for line in console.export_text().splitlines()[: len(PROMISED)]]
    assert marks == ["✓", "✗", "✓", "✗", "✓"]
