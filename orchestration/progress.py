"""The run on the terminal: one line per step with its seconds; everything else goes to the log file."""

import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import dagster as dg
from dagster import DagsterEvent, DagsterEventType
from rich.console import Console
from rich.markup import escape
from rich.status import Status

# Steps as a person knows them; a step of another name is shown by it.
_WORDS = {
    "landing": "land new rows",
    "landing__entry_landing_is_fresh": "check: the landing is fresh",
    "landing__entry_views_keep_their_contract": "check: views against their contract",
    "landing__entry_nothing_lies_in_quarantine": "check: rows in quarantine",
    "landing__entry_landed_volume_is_usual": "check: rows of the last day",
    "warehouse": "build and test the warehouse",
    "ranking": "train recommendations",
    "demand": "train demand forecasts",
    "ml__model_scores": "score the models",
    "marts__fct_entries_rows_agree_with_the_landing": "check: rows agree with the landing",
    "ml__model_scores_models_are_not_worse_than_their_baselines": "check: models against their baselines",
    "warehouse_2": "bring predictions into the warehouse",
    "marts__fct_kpis_daily_daily_figures_are_usual": "check: figures of the last day",
    "releases__current_release_is_within_a_minute_of_the_mall": "check: the release is fresh",
    "releases__current": "audit and publish the release",
    "write_back": "write back to the mall",
}


class StepLines(logging.Handler):
    """Shows the step at work, and a line with its seconds once it is done."""

    def __init__(self, console: Console, status: Status) -> None:
        """Write to a console and its status line."""
        super().__init__()
        self._console = console
        self._status = status
        self._started: dict[str, float] = {}

    def emit(self, record: logging.LogRecord) -> None:
        """Show a step's start, success or failure, and what a step warns of; other records are not for the terminal."""
        meta = getattr(record, "dagster_meta", {})
        event: DagsterEvent | None = meta.get("dagster_event")
        if event is None and record.levelno == logging.WARNING and meta.get("step_key") in _WORDS:
            self._console.print(f"[yellow]![/] {escape(meta['orig_message'])}", highlight=False)
        if event is None or event.step_key is None:
            return
        words = _WORDS.get(event.step_key, event.step_key)
        if event.event_type == DagsterEventType.STEP_START:
            self._started[event.step_key] = time.monotonic()
            self._status.update(words)
        elif event.event_type in (DagsterEventType.STEP_SUCCESS, DagsterEventType.STEP_FAILURE):
            seconds = time.monotonic() - self._started.get(event.step_key, time.monotonic())
            mark = "[green]✓[/]" if event.event_type == DagsterEventType.STEP_SUCCESS else "[red]✗[/]"
            self._console.print(f"{mark} {words:<44} {seconds:>6.1f} s", highlight=False)


@contextmanager
def shown_on(console: Console) -> Iterator[dg.LoggerDefinition]:
    """Give a Dagster logger that shows the steps of a run on the console during the block."""
    with console.status("prepare") as status:

        def steps(_: dg.InitLoggerContext) -> logging.Logger:
            logger = logging.Logger("pointmart.steps")
            logger.addHandler(StepLines(console, status))
            return logger

        yield dg.LoggerDefinition(steps, description="One line per step.")


class _LogFile(logging.FileHandler):
    """A log file whose own trouble, such as a full disk, stays off the terminal: the step that meets it says so."""

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 - the name logging calls
        """Give the record up."""


@contextmanager
def logged_to(path: Path) -> Iterator[None]:
    """Send what libraries log during the block to a file and nowhere else."""
    root = logging.getLogger()
    before = root.handlers[:]
    handler = _LogFile(path, delay=True, encoding="utf-8")
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s %(message)s"))
    level = root.level
    root.handlers[:] = [handler]
    root.setLevel(logging.INFO)
    try:
        yield
    finally:
        root.handlers[:] = before
        root.setLevel(level)
        with suppress(OSError):
            handler.close()
