"""`pointmart evaluate stock`: the ordering rule that ships before a shop whose true demand is known."""

import time
from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from orchestration.cli.days import parse_day
from orchestration.cli.evaluate.output import make_console, require_folder
from orchestration.cli.experiment.command import Industry
from orchestration.cli.progress import spinner

_LAST_DAY = date(2026, 10, 31)
_SERVICE_LEVELS = (0.95,)
_FACTORS = (1.2, 1.5, 2.0)


def stock(
    members: Annotated[int, typer.Option(min=200, max=1_000_000, help="Members of the tenant.")] = 20_000,
    past_days: Annotated[
        int, typer.Option(min=420, max=3_000, help="Days before the trial, which are learnt from.")
    ] = 600,
    days: Annotated[int, typer.Option(min=84, max=730, help="Days in which the rules order.")] = 365,
    industry: Annotated[Industry, typer.Option(help="Of the tenant.")] = Industry.BANK,
    service_level: Annotated[
        list[float] | None,
        typer.Option(
            min=0.5,
            max=0.999,
            help="Share of orders that last until the next one; again for each. 0.95 if left out.",
        ),
    ] = None,
    factor: Annotated[
        list[float] | None,
        typer.Option(
            min=0.1, max=20.0, help="Of the naive rule, again for each; 1.2, 1.5 and 2 if left out."
        ),
    ] = None,
    seed: Annotated[int, typer.Option(min=0, help="The same seed gives the same figures.")] = 7,
    until: Annotated[
        date, typer.Option(parser=parse_day, metavar="DAY", help="The last day of the trial.")
    ] = _LAST_DAY,
    out: Annotated[Path, typer.Option(help="The file for all figures.")] = Path("build/stock.json"),
) -> None:
    """Let orders by the forecast compete with orders by four weeks' means, in a simulated shop for a year."""
    require_folder(out.parent)
    # scikit-learn takes seconds to import; other commands need not wait for it.
    from orchestration.cli.evaluate.document import write
    from orchestration.cli.stock_trial.arm import Order, run_arm
    from orchestration.cli.stock_trial.report import document_of, show
    from orchestration.cli.world.plan import WorldPlan

    console = make_console()
    began = time.monotonic()
    number = list(Industry).index(industry)
    world = WorldPlan(number + 1, members, past_days + days, seed, until)
    orders = [Order(world, number, past_days, factor=by) for by in factor or _FACTORS]
    orders += [
        Order(world, number, past_days, service_level=level) for level in service_level or _SERVICE_LEVELS
    ]
    with spinner(console, "beginning") as report:
        arms = [run_arm(order, report) for order in orders]
    write(document_of(arms, orders[0]), out)
    show(arms, console)
    console.print(
        f"All figures are in {out}, after {time.monotonic() - began:,.0f} s.", highlight=False, soft_wrap=True
    )
