"""`pointmart pipeline run`: the whole pipeline, its steps and its result on the terminal."""

from collections.abc import Iterator
from contextlib import contextmanager

import typer
from rich.console import Console
from rich.table import Table

from orchestration.cli.database import DatabaseUnreachable, database
from orchestration.cli.postgres import PostgresDidNotStart
from orchestration.pipeline import ReleaseSummary, run_pipeline
from orchestration.refusal import Refusal
from orchestration.settings import PipelineSettings

app = typer.Typer(name="pipeline", help="Land, build, train, publish.", no_args_is_help=True)


@app.callback()
def group() -> None:
    """Land, build, train, publish."""


@app.command()
def run() -> None:
    """Run the whole pipeline and publish a release."""
    settings = PipelineSettings()
    console = Console()
    with refusals_in_one_sentence():
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
        target = "" if kpi.target is None else f"{kpi.target:.0%}"
        table.add_row(kpi.tenant, kpi.metric, f"{kpi.month:%Y-%m}", f"{kpi.value:.1%}", target, f"{kpi.n:,}")
    if summary.kpis:
        console.print(table)


@contextmanager
def refusals_in_one_sentence() -> Iterator[None]:
    """Turn a refusal into one sentence on stderr and exit code 1."""
    try:
        yield
    except (Refusal, DatabaseUnreachable, PostgresDidNotStart) as refusal:
        typer.echo(f"pointmart: {refusal}", err=True)
        raise typer.Exit(1) from None
    except OSError as error:
        typer.echo(f"pointmart: {error.filename or 'a file'} cannot be used ({error.strerror})", err=True)
        raise typer.Exit(1) from None
