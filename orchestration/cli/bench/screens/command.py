"""The command line of `pointmart bench screens`."""

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from orchestration.cli.bench.figures import write_figures
from orchestration.cli.ending import ended_in_order
from transactional.clock import business_date, system_clock


@ended_in_order()
def screens(
    data_dir: Annotated[
        Path | None, typer.Option(help="Look at the mall and the release of this data folder, as they are.")
    ] = None,
    tenant: Annotated[str, typer.Option(help="The code of the tenant whose people look.")] = "bench-0",
    members: Annotated[
        int, typer.Option(min=100, help="Members of the one tenant that is made up.")
    ] = 20_000,
    days: Annotated[int, typer.Option(min=60, help="Days of its past.")] = 900,
    events: Annotated[int, typer.Option(min=100, help="Looks of its members.")] = 10_000_000,
    entries: Annotated[int, typer.Option(min=100, help="Entries of its ledger.")] = 4_000_000,
    items: Annotated[int, typer.Option(min=10, help="Items of its shop.")] = 2_000,
    times: Annotated[
        int, typer.Option(min=1, help="How often each page is opened after the first time.")
    ] = 5,
    promised_seconds: Annotated[float, typer.Option(help="How long a page may take.")] = 3.0,
    out: Annotated[Path, typer.Option(help="Where the figures are written, as JSON.")] = Path(
        "build/bench/screens.json"
    ),
) -> None:
    """Measure how long each page takes to open in a headless Chromium, for people of every role.

    Promised are 1.5 s with the simulated world and 3 s with ten million events. Logins `bench.…` are made anew.
    """
    from orchestration.cli.bench.pipeline.plan import Plan as Past
    from orchestration.cli.bench.pipeline.plan import latest_end
    from orchestration.cli.bench.screens.run import Plan as ScreensPlan
    from orchestration.cli.bench.screens.run import run, show

    out.parent.mkdir(parents=True, exist_ok=True)
    past = None
    if data_dir is None:
        today = latest_end(business_date(system_clock()))
        past = Past(
            out.resolve(), today, entries=entries, events=events, redemptions=entries // 5, members=members,
            items=items, tenants=1, more_days=0, days=days,
        )  # fmt: skip
    console = Console()
    figures = run(
        ScreensPlan(out.resolve(), past, data_dir, tenant, times, promised_seconds * 1_000), console
    )
    show(figures, console)
    write_figures(figures, out)
    console.print(f"The figures are in {out}.")
