"""`pointmart evaluate world`: the recipe before members whose true tastes are known."""

import time
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from orchestration.cli.days import parse_day
from orchestration.cli.evaluate.output import make_console, require_folder
from orchestration.cli.progress import spinner

# A month without a festival of its own.
_LAST_DAY = date(2025, 8, 31)


class Industry(StrEnum):
    """Of the simulated tenants, in their order."""

    BANK = "bank"
    AIRLINE = "airline"
    RETAIL = "retail"
    ECOMMERCE = "ecommerce"


def world(
    members: Annotated[int, typer.Option(min=200, max=1_000_000, help="Members of the tenant.")] = 20_000,
    past_days: Annotated[int, typer.Option(min=120, max=3_000, help="Days that are learnt from.")] = 730,
    days: Annotated[int, typer.Option(min=1, max=365, help="Days of the experiment.")] = 28,
    industry: Annotated[Industry, typer.Option(help="Of the tenant.")] = Industry.BANK,
    seed: Annotated[int, typer.Option(min=0, help="The same seed gives the same figures.")] = 7,
    until: Annotated[
        date, typer.Option(parser=parse_day, metavar="DAY", help="The last day of the experiment.")
    ] = _LAST_DAY,
    out: Annotated[Path, typer.Option(help="The file for all figures.")] = Path("build/experiment.json"),
) -> None:
    """Let the recipe compete with popularity before members whose true tastes are known, in a simulated mall."""
    require_folder(out.parent)
    # scikit-learn takes seconds to import; other commands need not wait for it.
    from orchestration.cli.evaluate.document import write
    from orchestration.cli.experiment.report import document_of, show
    from orchestration.cli.experiment.trial import Plan, hold
    from orchestration.cli.world.plan import WorldPlan

    console = make_console()
    began = time.monotonic()
    number = list(Industry).index(industry)
    plan = Plan(WorldPlan(number + 1, members, past_days + days, seed, until), number, days)
    with spinner(console, "beginning") as report:
        outcome = hold(plan, report=report)
    write(document_of(outcome, plan), out)
    show(outcome, console)
    console.print(
        f"All figures are in {out}, after {time.monotonic() - began:,.0f} s.", highlight=False, soft_wrap=True
    )
