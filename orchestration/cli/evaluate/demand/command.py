"""`pointmart evaluate demand`: reads, forecasts from each cutoff, scores, writes and shows."""

import time
from collections.abc import Sequence
from datetime import date
from pathlib import Path

from orchestration.cli.evaluate.demand.calendar_file import calendar_of
from orchestration.cli.evaluate.demand.cutoffs import Settings, places_of
from orchestration.cli.evaluate.demand.dataset import read_dataset
from orchestration.cli.evaluate.demand.document import Run, document_of
from orchestration.cli.evaluate.demand.files import forecast_file
from orchestration.cli.evaluate.demand.protocol import run
from orchestration.cli.evaluate.demand.quantities import Missing
from orchestration.cli.evaluate.demand.report import show, show_cutoff, show_data, show_shelf
from orchestration.cli.evaluate.demand.rivals import require_rivals
from orchestration.cli.evaluate.document import write
from orchestration.cli.evaluate.output import make_console
from orchestration.cli.progress import spinner
from orchestration.refusal import Refusal
from orchestration.release.build import code_version


class OccasionUnknown(Refusal):
    """A holiday window was asked for around an occasion that the calendar does not have."""


def evaluate_demand(
    history: Path, known_future: Path | None, *, calendar: str, horizon: int, cutoffs: Sequence[date], out: Path,
    announced: tuple[str, ...], missing: Missing, big: tuple[str, ...] | None, rival_series: int, seed: int,
) -> None:  # fmt: skip
    """Forecast from each cutoff with what was known then, and judge the forecasts beside other methods.

    Raises:
        Refusal: a file, a cutoff, an occasion or the calendar cannot be used.
    """
    if rival_series:
        require_rivals()
    console = make_console()
    began = time.monotonic()
    with spinner(console, "reading") as report:
        dataset = read_dataset(history, known_future, announced=announced, missing=missing)
        dates = dataset.panel.dates
        last = dates[-1] + dataset.panel.step_days * (horizon + 1)
        settings = Settings(calendar_of(calendar, dates[0], last), cutoffs, horizon, seed, rival_series, big)
        _require_occasions(settings)
        places_of(dataset, cutoffs)
    read = time.monotonic()
    show_data(dataset, console)
    with spinner(console, "forecasting") as report, forecast_file(out / "forecasts.parquet") as forecasts:
        outcome = run(dataset, settings, forecasts.write, report, lambda told: show_cutoff(told, console))
    ended = time.monotonic()
    with spinner(console, "drawing resamples"):
        told = Run(
            None if known_future is None else str(known_future), announced, calendar, code_version(), forecasts.rows,
            {"reading": read - began, "forecasting and scoring": ended - read, "in all": ended - began},
        )  # fmt: skip
        write(document_of(dataset, settings, outcome, told), out / "scores.json")
    show(outcome, settings, console)
    show_shelf(outcome.shelf, dataset.grid.step_days, console)
    console.print(
        f"{forecasts.rows:,} rows are in {out / 'forecasts.parquet'} and all figures in {out / 'scores.json'}, "
        f"after {time.monotonic() - began:,.0f} s.",
        highlight=False, soft_wrap=True,
    )  # fmt: skip


def _require_occasions(settings: Settings) -> None:
    known = [occasion.id for occasion in settings.calendar.occasions()]
    for name in settings.big or ():
        if name not in known:
            raise OccasionUnknown(f"the calendar has no occasion {name}; it has: {', '.join(known)}")
