"""`pointmart simulate`: a made-up world to measure, with its truth beside it."""

import os
import time
from datetime import date, timedelta
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from orchestration.cli.database import database
from orchestration.cli.days import parse_day
from orchestration.cli.progress import progress_bar
from orchestration.cli.up import private_folder, vault_key
from orchestration.cli.world.plan import TenantSummary, WorldPlan
from orchestration.cli.world.run import Words
from orchestration.cli.world.run import simulate as make_world
from orchestration.settings import PipelineSettings
from transactional.clock import business_date, system_clock
from transactional.vault import key_of


def simulate(
    tenants: Annotated[
        int,
        typer.Option(
            min=1, max=40, help="A bank, an airline, a retailer and an e-commerce shop, then again."
        ),
    ] = 4,
    members: Annotated[int, typer.Option(min=20, max=1_000_000, help="Members of each tenant.")] = 20_000,
    days: Annotated[int, typer.Option(min=40, max=3_000, help="Days of history.")] = 900,
    seed: Annotated[int, typer.Option(min=0, help="The same seed makes the same world.")] = 7,
    until: Annotated[
        date | None,
        typer.Option(parser=parse_day, metavar="DAY", help="The last day; yesterday if left out."),
    ] = None,
    out: Annotated[
        Path | None, typer.Option(help="Folder for the truth; `truth` in the data folder if left out.")
    ] = None,
) -> None:
    """Simulate years of a mall with several tenants through its own rules, and keep the truth about them."""
    settings = PipelineSettings()
    yesterday = business_date(system_clock()) - timedelta(days=1)
    if until is not None and until > yesterday:
        # What is decided at a later time than the mall's own would stand in the way of all that happens until then.
        raise typer.BadParameter(
            f"--until is a past day, {yesterday} at the latest: the future cannot be simulated"
        )
    plan = WorldPlan(tenants, members, days, seed, until or yesterday)
    console = Console()
    with database(settings.data_dir, settings.database_url) as url:
        simulate_with_progress(url, plan, out or settings.folder.truth, words_of(settings), console)


def words_of(settings: PipelineSettings) -> Words:
    """Return how the installation keeps what members say: with its own vault's key, and its model if it has one."""
    private_folder(settings.folder).mkdir(parents=True, exist_ok=True)
    model = os.environ.get("POINTMART_SENTIMENT_MODEL")
    return Words(key_of(vault_key(settings.folder)), Path(model) if model else None)


def simulate_with_progress(
    url: str, plan: WorldPlan, truth: Path, words: Words, console: Console
) -> list[TenantSummary] | None:
    """Make a world, show how far it is and say what was made; None if it was there already."""
    began = time.monotonic()
    with progress_bar(console, "Simulating days") as advance:
        summaries = make_world(url, plan, truth, words, advance)
    if summaries is None:
        console.print(f"The simulated world is there already; its truth is in {truth}.", highlight=False)
        return None
    seconds = time.monotonic() - began
    redemptions = sum(summary.redemptions for summary in summaries)
    console.print(
        f"{len(summaries)} tenant{'s' if len(summaries) > 1 else ''} from {plan.first} to {plan.until}: {redemptions:,} redemptions, "
        f"{sum(s.earns for s in summaries):,} credits, {sum(s.refusals for s in summaries):,} refusals, "
        f"{sum(s.events for s in summaries):,} events and {sum(s.answers for s in summaries):,} answers in "
        f"{seconds:,.0f} s ({redemptions / seconds:,.0f} redemptions/s). The truth is in {truth}.",
        highlight=False,
    )
    return summaries
