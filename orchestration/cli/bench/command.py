"""The command line of the measurements."""

import tempfile
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from orchestration.cli.bench.figures import write_figures
from orchestration.cli.bench.plan import Plan
from orchestration.cli.bench.screens.command import screens
from orchestration.cli.ending import ended_in_order
from orchestration.refusal import Refusal
from transactional.clock import business_date, system_clock

app = typer.Typer(no_args_is_help=True, help="Measure what the mall promises.")

_PROMISED_LAG_SECONDS = 60.0
_PLAN = Plan(Path("build/bench/redemption.json"))


class BooksNotTrue(Refusal):
    """A measured run left the books wrong, so its speed is worth nothing."""


app.command("screens")(screens)


@app.callback()
def benches() -> None:
    """Measure what the mall promises."""


@app.command("redemption")
@ended_in_order()
def redemption(
    members: Annotated[int, typer.Option(min=100, help="Members, each with two lots.")] = _PLAN.members,
    items: Annotated[int, typer.Option(min=1, help="Items, besides the one everybody wants.")] = _PLAN.items,
    seconds: Annotated[int, typer.Option(min=1, help="How long each phase is measured.")] = _PLAN.seconds,
    warm_up: Annotated[
        int, typer.Option(min=0, help="Seconds of load before the first phase.")
    ] = _PLAN.warm_up,
    connections: Annotated[int, typer.Option(min=1, help="Clients at once.")] = _PLAN.connections,
    history_entries: Annotated[
        int, typer.Option(min=0, help="Entries stored beforehand, besides the opening lots.")
    ] = _PLAN.history_entries,
    history_redemptions: Annotated[
        int, typer.Option(min=0, help="Redemptions stored beforehand; each brings four entries.")
    ] = _PLAN.history_redemptions,
    pgbench_few: Annotated[
        int, typer.Option(min=1, max=190, help="Connections with which pgbench is measured at its best, too.")
    ] = _PLAN.pgbench_few,
    context: Annotated[
        bool, typer.Option(help="Send the member's IP address and device with each redemption.")
    ] = _PLAN.context,
    data_dir: Annotated[
        Path | None, typer.Option(help="Keep the database in this folder and use it again.")
    ] = None,
    out: Annotated[Path, typer.Option(help="Where the figures are written, as JSON.")] = _PLAN.out,
) -> None:
    """Measure the redemption engine beside pgbench, on an embedded PostgreSQL of its own with durable commits.

    With a million members it takes about nine minutes and 5 GB of disk; ten million entries of history want 15 GB.
    """
    # Loading the drivers takes time that the other commands need not spend.
    from orchestration.cli.bench.report import show
    from orchestration.cli.bench.run import run

    console = Console()
    plan = Plan(
        out.resolve(), members, items, seconds, warm_up, connections, history_entries, history_redemptions,
        pgbench_few, context, data_dir,
    )  # fmt: skip
    figures = run(plan, console)
    show(figures, console)
    write_figures(figures.document(), plan.out)
    console.print(f"The figures are in {out}.")
    if figures.wrong:
        raise BooksNotTrue("the books are not true: " + "; ".join(figures.wrong))


@app.command("pipeline")
@ended_in_order()
def pipeline(
    entries: Annotated[int, typer.Option(min=400, help="Ledger entries in all.")] = 10_000_000,
    events: Annotated[int, typer.Option(min=100, help="Behaviour events in all.")] = 10_000_000,
    redemptions: Annotated[int, typer.Option(min=100, help="Redemptions in all.")] = 2_000_000,
    members: Annotated[int, typer.Option(min=100, help="Members.")] = 200_000,
    items: Annotated[int, typer.Option(min=4, help="Items, each offered by one tenant.")] = 2_000,
    tenants: Annotated[int, typer.Option(min=1, help="Tenants.")] = 4,
    rivals: Annotated[bool, typer.Option(help="Let PostgreSQL and pandas compute the same KPIs.")] = True,
    data_dir: Annotated[
        Path | None, typer.Option(help="Keep database, landing, warehouse and releases in this new folder.")
    ] = None,
    out: Annotated[Path, typer.Option(help="Where the figures are written, as JSON.")] = Path(
        "build/bench/pipeline.json"
    ),
) -> None:
    """Measure landing, building and publishing at a tenth, three tenths and the whole of a history of 400 days.

    With ten million entries it takes about half an hour and 40 GB of disk.
    """
    from orchestration.cli.bench.pipeline import report
    from orchestration.cli.bench.pipeline.plan import Plan as PipelinePlan
    from orchestration.cli.bench.pipeline.plan import latest_end
    from orchestration.cli.bench.pipeline.run import run

    console = Console()
    plan = PipelinePlan(
        out.resolve(), latest_end(business_date(system_clock())), entries, events, redemptions, members, items,
        tenants, data_dir=data_dir.resolve() if data_dir else None, rivals=rivals,
    )  # fmt: skip
    figures = report.document(plan, run(plan, console))
    report.show(figures, console)
    write_figures(figures, plan.out)
    console.print(f"The figures are in {out}.")


@app.command("ranking")
def ranking(
    members: Annotated[int, typer.Option(min=100, help="Members.")] = 1_000_000,
    items: Annotated[int, typer.Option(min=100, help="Items.")] = 100_000,
    interactions: Annotated[int, typer.Option(min=1_000, help="What members took, in all.")] = 45_000_000,
    seed: Annotated[int, typer.Option(min=0, help="The same seed makes the same mall.")] = 7,
    out: Annotated[
        Path, typer.Option(help="Where the figures are written, as JSON; the lists lie beside.")
    ] = Path("build/bench/ranking.json"),
) -> None:
    """Measure learning the recommendations of a very large mall and writing all lists.

    What is asked for is a million members in ten minutes and 12 GB of memory.
    """
    from orchestration.cli.bench import ranking as bench

    out.parent.mkdir(parents=True, exist_ok=True)
    console = Console()
    plan = bench.Plan(members, items, interactions, seed=seed)
    figures = bench.run(plan, console, out.parent)
    bench.show(figures, console)
    write_figures(figures, out)
    console.print(f"The figures are in {out}.")


@app.command("demand")
def demand(
    series: Annotated[
        str, typer.Option(help="How many series are forecast, one number after another; the last one counts.")
    ] = "2000,6000,20000",
    days: Annotated[int, typer.Option(min=100, help="Days of history.")] = 900,
    horizon: Annotated[int, typer.Option(min=1, help="Days that are forecast.")] = 28,
    seed: Annotated[int, typer.Option(min=0, help="The same seed makes the same demand.")] = 7,
    out: Annotated[Path, typer.Option(help="Where the figures are written, as JSON.")] = Path(
        "build/bench/demand.json"
    ),
) -> None:
    """Measure the demand forecast of very many series, with all its members, weights and quantiles.

    What is asked for is 20,000 series in six minutes and 8 GB of memory.
    """
    from orchestration.cli.bench import demand as bench

    try:
        sizes = tuple(int(part) for part in series.split(","))
    except ValueError as error:
        raise typer.BadParameter("give numbers such as 2000,6000", param_hint="--series") from error
    out.parent.mkdir(parents=True, exist_ok=True)
    console = Console()
    figures = bench.run(bench.Plan(sizes, days, horizon, seed), console)
    bench.show(figures, console)
    write_figures(figures, out)
    console.print(f"The figures are in {out}.")


@app.command("answers")
def answers(
    items: Annotated[int, typer.Option(min=100, help="Items of the shop.")] = 20_000,
    members: Annotated[int, typer.Option(min=100, help="Members, each with a list.")] = 50_000,
    answers: Annotated[int, typer.Option(min=20, help="Answers, each of a member by chance.")] = 2_000,
    seed: Annotated[int, typer.Option(min=0, help="The same seed asks the same.")] = 7,
    out: Annotated[Path, typer.Option(help="Where the figures are written, as JSON.")] = Path(
        "build/bench/answers.json"
    ),
) -> None:
    """Measure the computing of one member's recommendations and the opening of a release, without a database.

    What is promised is 5 ms at 20,000 items.
    """
    from orchestration.cli.bench import answers as bench

    out.parent.mkdir(parents=True, exist_ok=True)
    console = Console()
    plan = bench.Plan(members, items, answers, seed=seed)
    with tempfile.TemporaryDirectory(prefix="answers-", dir=out.parent) as root:
        figures = bench.run(plan, console, Path(root))
    bench.show(figures, console)
    write_figures(figures, out)
    console.print(f"The figures are in {out}.")


@app.command("serving")
@ended_in_order()
def serving(
    items: Annotated[int, typer.Option(min=100, help="Items of the shop.")] = 20_000,
    members: Annotated[int, typer.Option(min=100, help="Members, each with a list and two lots.")] = 100_000,
    connections: Annotated[int, typer.Option(min=1, help="Clients at once.")] = 32,
    seconds: Annotated[int, typer.Option(min=1, help="How long each phase is measured.")] = 20,
    warm_up: Annotated[int, typer.Option(min=0, help="Seconds of load before the first phase.")] = 5,
    processes: Annotated[int, typer.Option(min=1, help="Processes of the serving API.")] = 2,
    seed: Annotated[int, typer.Option(min=0, help="The same seed asks the same.")] = 7,
    out: Annotated[Path, typer.Option(help="Where the figures are written, as JSON.")] = Path(
        "build/bench/serving.json"
    ),
) -> None:
    """Measure the serving API with live state on, the load generator on the same machine.

    Promised are 1,500 recommendations per second within 25 ms, KPIs within 50 ms and a release switch within 250 ms.
    """
    from orchestration.cli.bench.serving.run import Plan as ServingPlan
    from orchestration.cli.bench.serving.run import run, show

    out.parent.mkdir(parents=True, exist_ok=True)
    console = Console()
    plan = ServingPlan(items, members, connections, seconds, warm_up, processes, seed=seed)
    figures = run(plan, console, out.resolve())
    show(figures, console)
    write_figures(figures, out)
    console.print(f"The figures are in {out}.")


class TooLate(Refusal):
    """A redemption took longer to its figure than is promised."""


@app.command("freshness")
def freshness(
    per_second: Annotated[float, typer.Option(min=0.1, help="Redemptions per second.")] = 200,
    seconds: Annotated[float, typer.Option(min=1, help="How long the load lasts.")] = 120,
    every: Annotated[float, typer.Option(min=1, help="Seconds from one refresh to the next.")] = 20,
    members: Annotated[int, typer.Option(min=100, help="Members, each with two lots.")] = 20_000,
    items: Annotated[int, typer.Option(min=1, help="Items.")] = 500,
    history_redemptions: Annotated[int, typer.Option(min=0, help="Redemptions stored beforehand.")] = 0,
    history_entries: Annotated[int, typer.Option(min=0, help="Entries stored beforehand.")] = 0,
    data_dir: Annotated[
        Path | None, typer.Option(help="Keep the database in this folder and use it again.")
    ] = None,
    out: Annotated[Path, typer.Option(help="Where the figures are written, as JSON.")] = Path(
        "build/bench/freshness.json"
    ),
) -> None:
    """Measure from a committed redemption to the KPI that the serving API answers, on a mall of its own."""
    from orchestration.cli.bench.freshness import FreshnessPlan, measure, write

    mall = Plan(
        out.resolve(), members=members, items=items, connections=32, history_entries=history_entries,
        history_redemptions=history_redemptions, data_dir=data_dir,
    )  # fmt: skip
    plan = FreshnessPlan(per_second, seconds, every, mall)
    console = Console()
    found = measure(plan, console)
    write(found, plan)
    console.print(
        f"{found.redemptions:,} redemptions at {found.redemptions_per_s:g}/s, {found.failures} failed, "
        f"{found.releases} releases: seen after {found.lag_p50_s:g} s (median), {found.lag_max_s:g} s (longest)",
        highlight=False,
    )
    console.print(f"The figures are in {out}.")
    if found.lag_max_s > _PROMISED_LAG_SECONDS:
        raise TooLate(
            f"the longest lag was {found.lag_max_s:g} s, and {_PROMISED_LAG_SECONDS:g} s are promised"
        )
