"""`pointmart pipeline run`: the whole pipeline, its steps and its result on the terminal."""

import typer
from rich.console import Console
from rich.table import Table

from orchestration.cli.database import database
from orchestration.release.summary import ReleaseSummary
from orchestration.settings import PipelineSettings

app = typer.Typer(name="pipeline", help="Land, build, train, publish.", no_args_is_help=True)


@app.callback()
def group() -> None:
    """Land, build, train, publish."""


@app.command()
def run() -> None:
    """Run the whole pipeline and publish a release."""
    # Dagster, dbt and scikit-learn take seconds to import; other commands need not wait for them.
    from orchestration.pipeline import run_pipeline

    settings = PipelineSettings()
    console = Console()
    settings.folder.create()
    with database(settings.folder.root, settings.database_url) as url:
        summary = run_pipeline(settings.model_copy(update={"database_url": url}), console)
    print_summary(summary, console)


def print_summary(summary: ReleaseSummary, console: Console) -> None:
    """Print the release's id, its rows, and a table of the latest KPIs per tenant."""
    console.print(
        f"release [bold]{summary.release_id}[/] with {summary.rows:,} rows is current", highlight=False
    )
    table = Table("tenant", "metric", "month")
    for heading in ("value", "target", "n"):
        table.add_column(heading, justify="right")
    for kpi in summary.kpis:
        value = f"{kpi.value:,.1f} days" if kpi.unit == "days" else f"{kpi.value:.1%}"
        target = (
            ""
            if kpi.target is None
            else f"{kpi.target:g} days"
            if kpi.unit == "days"
            else f"{kpi.target * 100:g}%"
        )
        table.add_row(kpi.tenant, kpi.metric, f"{kpi.month:%Y-%m}", value, target, f"{kpi.n:,}")
    if summary.kpis:
        console.print(table)
