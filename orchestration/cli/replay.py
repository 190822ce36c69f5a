"""`pointmart replay`: sends real data through the engine."""

import asyncio
from datetime import date
from typing import Annotated

import typer
from rich.console import Console

from orchestration.cli.completejourney.replay import ReplaySummary, ReplayWindow, replay
from orchestration.cli.completejourney.source import read_mall
from orchestration.cli.database import database
from orchestration.cli.days import parse_day
from orchestration.cli.progress import progress_bar
from orchestration.settings import PipelineSettings

app = typer.Typer(no_args_is_help=True, help="Send real data through the engine.")

_YEAR = (date(2017, 1, 1), date(2017, 12, 31))


@app.callback()
def replays() -> None:
    """Send real data through the engine."""


@app.command("completejourney")
def completejourney(
    households: Annotated[int | None, typer.Option(min=1, help="Only the first N households.")] = None,
    first: Annotated[
        date,
        typer.Option(
            "--from",
            parser=parse_day,
            metavar="DAY",
            help="First day of 2017 to replay; grants are given from January on.",
        ),
    ] = _YEAR[0],
    last: Annotated[
        date, typer.Option("--to", parser=parse_day, metavar="DAY", help="Last day of 2017 to replay.")
    ] = _YEAR[1],
) -> None:
    """Replay a year of grocery baskets as an employee-benefit mall. Running it again changes nothing."""
    if not _YEAR[0] <= first <= last <= _YEAR[1]:
        raise typer.BadParameter("the data are of 2017: --from and --to are days of that year, in this order")
    settings = PipelineSettings()
    console = Console()
    with database(settings.data_dir, settings.database_url) as url:
        summary = replay_with_progress(url, ReplayWindow(households, first, last), console)
    console.print(sentence(summary))


def replay_with_progress(url: str, window: ReplayWindow, console: Console) -> ReplaySummary:
    """Replay a window of the year and show how far it is."""
    with console.status("Reading a year of baskets"):
        mall = read_mall()
    with progress_bar(console, "Replaying 2017") as advance:
        return asyncio.run(replay(url, mall, window, advance))


def sentence(summary: ReplaySummary) -> str:
    """Return what a replay did as a sentence."""
    return (
        f"{summary.members:,} members: {summary.grants:,} grants and {summary.redemptions:,} redemptions with "
        f"{summary.lines:,} lines were added; {summary.known_before:,} were there before."
    )
