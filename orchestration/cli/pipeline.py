"""`pointmart pipeline run | follow | reprocess | as-of | key | write-back`: the pipeline, and how its releases get to the mall."""

import signal
import threading
from datetime import date
from itertools import groupby
from typing import Annotated

import typer
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

from orchestration.cli import attached
from orchestration.cli.database import database
from orchestration.cli.days import parse_day, require_past
from orchestration.cli.platform_key import new_platform_key
from orchestration.refusal import Refusal
from orchestration.release.summary import ReleaseSummary
from orchestration.settings import PipelineSettings
from orchestration.write_back.finding import find_mall
from orchestration.write_back.run import write_back as write_back_release
from orchestration.write_back.sending import WriteBackRefused


class NoMall(Refusal):
    """There is nothing to write back, or nobody to write back to."""


app = typer.Typer(name="pipeline", help="Land, build, train, publish.", no_args_is_help=True)


@app.callback()
def group() -> None:
    """Land, build, train, publish."""


@app.command()
def run(
    full: Annotated[
        bool,
        typer.Option(
            "--full",
            help="Choose the ranking models and make all lists anew, as happens once a week by itself.",
        ),
    ] = False,
) -> None:
    """Run the whole pipeline and publish a release."""
    # Dagster, dbt and scikit-learn take seconds to import; other commands need not wait for them.
    from orchestration.pipeline import run_pipeline

    settings = PipelineSettings()
    console = Console()
    settings.folder.create()
    with database(settings.folder.root, settings.database_url) as url:
        changed = {"database_url": url} | ({"choice_days": 0} if full else {})
        summary = run_pipeline(settings.model_copy(update=changed), console)
    print_summary(summary, console)


@app.command()
def follow(
    every: Annotated[
        float, typer.Option(min=1, help="Seconds from the start of a refresh to the next.")
    ] = 20,
    parent: Annotated[int | None, typer.Option(hidden=True)] = None,
) -> None:
    """Land, build and publish what is new until Ctrl-C; models are trained by `run` and at night."""
    if parent is not None:
        attached.stop_with_parent(parent)
    from orchestration import follow as following
    from orchestration.definitions import platform_at
    from orchestration.history import report_lag
    from orchestration.warehouse.project import parse

    settings = PipelineSettings()
    folder = settings.folder
    folder.create()
    stop = threading.Event()
    # Not by an exception: dbt would take it for a failure of its own. A turn that has begun is ended.
    signal.signal(signal.SIGINT, lambda *_: stop.set())
    if parent is None:
        # Under a parent that stops it, and the database last, it ends at once.
        signal.signal(signal.SIGTERM, lambda *_: stop.set())
    with database(folder.root, settings.database_url) as url, following.logged_to(folder.logs / "follow.log"):
        platform = platform_at(folder, url)
        follower = following.Follower(
            parse(folder), url, platform.clock, platform.code_version,
            lambda freshness, lag: report_lag(folder, freshness, lag),
        )  # fmt: skip
        follower.follow(every, stop)


@app.command()
def reprocess(
    first: Annotated[
        date,
        typer.Option("--from", parser=parse_day, metavar="DAY", help="First business day to compute anew."),
    ],
    last: Annotated[date, typer.Option("--to", parser=parse_day, metavar="DAY", help="Last business day.")],
) -> None:
    """Compute the figures of past days anew from what was landed, and publish them."""
    if last < first:
        raise typer.BadParameter("--from and --to are days in this order")
    require_past(last)
    from orchestration.pipeline import reprocess_days

    settings = PipelineSettings()
    console = Console()
    settings.folder.create()
    with (
        database(settings.folder.root, settings.database_url) as url,
        console.status(f"Computing {first} to {last} anew"),
    ):
        named = settings.model_copy(update={"database_url": url})
        release_id = reprocess_days(named, first, last)
    console.print(f"release [bold]{release_id}[/] is current", highlight=False)


@app.command("as-of")
def as_of(
    day: Annotated[
        date,
        typer.Argument(parser=parse_day, metavar="DAY", help="The business day at whose end it was known."),
    ],
) -> None:
    """Build the figures as they were known at the end of a past day, and show what has changed since."""
    from orchestration.as_of import compare
    from orchestration.pipeline import build_known

    require_past(day)
    folder = PipelineSettings().folder
    console = Console()
    with console.status(f"Building what was known at the end of {day}"):
        known = build_known(folder, day)
    compared = compare(known, folder, day)
    for tenant, kpis in groupby(compared, lambda kpi: kpi.tenant):
        table = _table_of(tenant, "then", "now", "n then")
        for kpi in kpis:
            now = "" if kpi.now is None else written(kpi.now, kpi.unit)
            style = "bold" if kpi.now != kpi.then else ""
            then = written(kpi.then, kpi.unit)
            table.add_row(kpi.metric, f"{kpi.month:%Y-%m}", then, now, f"{kpi.n:,}", style=style)
        console.print(table)
    changed = sum(kpi.now != kpi.then for kpi in compared)
    console.print(f"{changed} of {len(compared)} figures read differently now.", highlight=False)
    console.print(f"Its warehouse is {known.warehouse}.", highlight=False, soft_wrap=True)


@app.command()
def key(label: Annotated[str, typer.Option(help="What the key is for.")] = "pipeline") -> None:
    """Print a new key for writing back, which is shown only this once; set it as POINTMART_PIPELINE_KEY."""
    settings = PipelineSettings()
    with database(settings.folder.root, settings.database_url) as url:
        typer.echo(new_platform_key(url, scope="write_back", label=label))


@app.command("write-back")
def write_back() -> None:
    """Write the current release back to the mall once more; what it knows already stays as it is."""
    settings = PipelineSettings()
    mall = find_mall(settings)
    if mall is None:
        raise NoMall("no mall is known; start it with `pointmart up` or set POINTMART_TRANSACTIONAL_URL")
    if not settings.folder.current_release.exists():
        raise NoMall("there is no release to write back; run `pointmart pipeline run`")
    done = write_back_release(settings.folder.releases, mall)
    for kind, results in done.results.items():
        counts = ", ".join(
            f"{count:,} {result.replace('_', ' ')}" for result, count in sorted(results.items())
        )
        typer.echo(f"{kind}: {counts or 'nothing'}")
    if done.refusals:
        more = f" (and {len(done.refusals) - 1} more)" if len(done.refusals) > 1 else ""
        raise WriteBackRefused(f"{done.refusals[0]}{more}")


def print_summary(summary: ReleaseSummary, console: Console) -> None:
    """Print the release's id, its rows, and a table of the latest KPIs per tenant."""
    console.print(
        f"release [bold]{summary.release_id}[/] with {summary.rows:,} rows is current", highlight=False
    )
    for tenant, kpis in groupby(summary.kpis, lambda kpi: kpi.tenant):
        table = _table_of(tenant, "value", "target", "n")
        for kpi in kpis:
            target = (
                ""
                if kpi.target is None
                else f"{kpi.target:g} days"
                if kpi.unit == "days"
                else f"{kpi.target * 100:g}%"
            )
            table.add_row(
                kpi.metric, f"{kpi.month:%Y-%m}", written(kpi.value, kpi.unit), target, f"{kpi.n:,}"
            )
        console.print(table)


def _table_of(tenant: str, *headings: str) -> Table:
    """Return an empty table of a tenant's metrics: a column for its name would leave the figures too little room."""
    table = Table("metric", title=tenant, title_justify="left", box=SIMPLE_HEAD, padding=(0, 1, 0, 0))
    for heading in ("month", *headings):
        table.add_column(heading, justify="right", no_wrap=True)
    return table


def written(value: float, unit: str) -> str:
    """Return a metric's value with its unit."""
    return f"{value:,.1f} days" if unit == "days" else f"{value:.1%}"
