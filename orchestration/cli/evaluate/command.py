"""The command line of evaluations."""

import time
from datetime import date, datetime
from pathlib import Path
from typing import Annotated, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import typer

from orchestration.cli.evaluate.output import make_console, require_folder
from orchestration.cli.progress import progress_bar, spinner

app = typer.Typer(
    no_args_is_help=True, help="Judge models and policies on data of your own, or on a simulated world."
)

_KS = (10, 20)
_LEAST_LENGTH = 20


@app.callback()
def evaluations() -> None:
    """Judge models and policies on data of your own, or on a simulated world."""


@app.command("ranking")
def ranking(
    interactions: Annotated[
        Path,
        typer.Option(
            help="Parquet or CSV: member_id, item_id, occurred_at[, quantity, unit_price]. A time without a zone is UTC."
        ),
    ],
    out: Annotated[Path, typer.Option(help="The folder for recommendations.parquet and scores.json.")],
    items: Annotated[
        Path | None, typer.Option(help="Parquet or CSV: item_id[, category, brand, unit_price].")
    ] = None,
    cutoff: Annotated[
        datetime | None,
        typer.Option(
            formats=["%Y-%m-%d"], help="The first day of the test; only days before it are learnt from."
        ),
    ] = None,
    leave_last_out: Annotated[
        bool,
        typer.Option(
            "--leave-last-out",
            help="Instead of a cutoff: the last item of each member with 5 or more is the test.",
        ),
    ] = False,
    horizon_days: Annotated[int, typer.Option(min=1, max=3_660, help="Days of the test window.")] = 28,
    k: Annotated[
        list[int] | None,
        typer.Option(
            min=1, max=1_000, help="Length at which lists are scored, again for each; 10 and 20 if left out."
        ),
    ] = None,
    novel_only: Annotated[
        bool, typer.Option("--novel-only", help="Lists without what the member took before.")
    ] = False,
    seed: Annotated[int, typer.Option(min=0, max=2**32 - 1, help="The same seed gives the same lists.")] = 0,
    timezone: Annotated[str, typer.Option(help="The zone whose days are business days.")] = "Asia/Shanghai",
) -> None:
    """Train on what was before, recommend to everybody, and score all models on what came after."""
    if (cutoff is None) != leave_last_out:
        raise typer.BadParameter("give either --cutoff or --leave-last-out")
    _require_zone(timezone)
    require_folder(out)
    _evaluate(
        interactions, items, None if cutoff is None else cutoff.date(), out=out, horizon_days=horizon_days,
        ks=tuple(sorted(set(k or _KS))), novel_only=novel_only or leave_last_out, seed=seed, timezone=timezone,
    )  # fmt: skip


@app.command("demand")
def demand(
    history: Annotated[
        Path,
        typer.Option(
            help="Parquet or CSV, a row a day or a week: series_id, date, quantity[, in_stock, is_open, promotion, "
            "unit_price, …]. A column with one value a series is a group."
        ),
    ],
    horizon: Annotated[
        int, typer.Option(min=1, max=1_000, help="How many days, of weekly rows weeks, are forecast.")
    ],
    cutoffs: Annotated[
        str,
        typer.Option(
            help="First days that are forecast, such as 2025-01-01,2025-04-01; only what is before one is learnt from."
        ),
    ],
    out: Annotated[Path, typer.Option(help="The folder for forecasts.parquet and scores.json.")],
    known_future: Annotated[
        Path | None,
        typer.Option(
            help="The same columns without quantity: what is known ahead. Its columns also count as known ahead "
            "where the history has them."
        ),
    ] = None,
    calendar: Annotated[
        str,
        typer.Option(help="A country such as CN, DE or US-CA, or a Parquet or CSV file: date, name[, kind]."),
    ] = "CN",
    announced: Annotated[
        str,
        typer.Option(
            help="Columns of the history that were known before the day came, such as promotion,is_open."
        ),
    ] = "",
    missing: Annotated[
        Literal["auto", "zero", "unobserved"],
        typer.Option(
            help="What a day without a row says: zero (nothing was sold), unobserved, or auto, as the rows tell."
        ),
    ] = "auto",
    holidays: Annotated[
        str,
        typer.Option(help="Occasions whose days are scored apart, in place of the calendar's big ones."),
    ] = "",
    rival_series: Annotated[
        int,
        typer.Option(min=0, help="To how many series AutoETS and MSTL are fitted; they take a second each."),
    ] = 60,
    seed: Annotated[
        int, typer.Option(min=0, max=2**32 - 1, help="The same seed gives the same forecasts.")
    ] = 0,
) -> None:
    """Forecast demand from each cutoff with what was known then, and score it beside other methods on what came after."""
    days = [_day(text) for text in _listed(cutoffs)]
    if not days:
        raise typer.BadParameter("give at least one day", param_hint="--cutoffs")
    require_folder(out)
    # scikit-learn takes seconds to import; other commands need not wait for it.
    from orchestration.cli.evaluate.demand.command import evaluate_demand

    evaluate_demand(
        history, known_future, calendar=calendar, horizon=horizon, cutoffs=days, out=out,
        announced=tuple(_listed(announced)), missing=missing, big=tuple(_listed(holidays)) or None,
        rival_series=rival_series, seed=seed,
    )  # fmt: skip


def _listed(text: str) -> list[str]:
    return [part.strip() for part in text.split(",") if part.strip()]


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise typer.BadParameter(f"{text!r} is no day such as 2025-01-31", param_hint="--cutoffs") from error


def _evaluate(
    interactions: Path, items: Path | None, cutoff: date | None, *, out: Path, horizon_days: int,
    ks: tuple[int, ...], novel_only: bool, seed: int, timezone: str,
) -> None:  # fmt: skip
    # scikit-learn takes seconds to import; other commands need not wait for it.
    from orchestration.cli.evaluate.document import Run, document_of, write
    from orchestration.cli.evaluate.history import known_items, read_history, read_items
    from orchestration.cli.evaluate.recommendations import write_recommendations
    from orchestration.cli.evaluate.report import show
    from orchestration.cli.evaluate.window import cut_at, cut_last
    from orchestration.release.build import code_version
    from recommender.ranking.model import SLICES
    from recommender.ranking.recipe import Recipe
    from recommender.ranking.trial import hold_trial
    from recommender.ranking.two_stage import TwoStage

    console = make_console()
    began = time.monotonic()
    with spinner(console, "reading") as report:
        history = read_history(interactions, timezone, is_order_told=cutoff is None)
        frame = None if items is None else read_items(items, history)
        window = cut_last(history) if cutoff is None else cut_at(history, cutoff, horizon_days)
        read = time.monotonic()
        slices = ("novel",) if novel_only else SLICES
        two_stage = TwoStage(
            known_items(frame, history, cutoff), horizon_days=horizon_days, is_next=cutoff is None,
            slices=slices, seed=seed,
        )  # fmt: skip
        recipe = Recipe(two_stage, report=report)
        trial = hold_trial(recipe, window.snapshot, slices=slices, ks=ks, seed=seed, report=report)
    scored = time.monotonic()
    length = max(_LEAST_LENGTH, *ks)
    with progress_bar(console, "Writing lists") as advance:
        rows = write_recommendations(
            recipe, out / "recommendations.parquet", members=recipe.member_ids_.tolist(), length=length,
            exclude_seen=novel_only, advance=advance,
        )  # fmt: skip
    run = Run(
        items_file=None if items is None else str(items),
        ks=ks,
        novel_only=novel_only,
        seed=seed,
        code_version=code_version(),
        recommendations={"rows": rows, "members": len(window.past.member_ids), "length": length},
        seconds={
            "reading": read - began,
            "training and scoring": scored - read,
            "writing lists": time.monotonic() - scored,
            "in all": time.monotonic() - began,
        },
    )
    write(document_of(trial, history, window, run), out / "scores.json")
    show(trial, ks, console)
    console.print(
        f"{rows:,} rows are in {out / 'recommendations.parquet'} and all figures in {out / 'scores.json'}, "
        f"after {time.monotonic() - began:,.0f} s.",
        highlight=False, soft_wrap=True,
    )  # fmt: skip


def _require_zone(timezone: str) -> None:
    try:
        ZoneInfo(timezone)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise typer.BadParameter(
            f"there is no time zone {timezone!r}; give a name such as Asia/Shanghai or UTC",
            param_hint="--timezone",
        ) from error
