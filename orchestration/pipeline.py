"""A whole pipeline run: land, build, train, publish, with one sentence for whatever stops it."""

import logging
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date

import dagster as dg
import duckdb
from rich.console import Console

from orchestration import history, lock, progress
from orchestration.as_of import build_as_of
from orchestration.definitions import JOB, build_definitions, platform_at
from orchestration.disk import disk_full
from orchestration.refresh import reprocess
from orchestration.refusal import Refusal
from orchestration.release.summary import ReleaseSummary, summarise
from orchestration.settings import DataFolder, PipelineSettings
from orchestration.warehouse.project import parse
from orchestration.write_back.finding import mall_or_reason


class PipelineStopped(Refusal):
    """A step failed; the previous release stays."""


def run_pipeline(settings: PipelineSettings, console: Console) -> ReleaseSummary:
    """Run the whole pipeline from the database that the settings name, showing each step on the console.

    Raises:
        Refusal: one sentence says what stopped it; the previous release stays, nothing landed is lost.
    """
    folder = settings.folder
    with _working(folder, "the run stopped"):
        with progress.shown_on(console) as steps:
            mall, reason = mall_or_reason(settings)
            if reason:
                console.print(f"[yellow]![/] {reason}", highlight=False)
            platform = platform_at(
                folder,
                settings.database_url,
                mall,
                choice_days=settings.choice_days,
                holiday_budget_fen=settings.holiday_budget_fen,
            )
            definitions = build_definitions(parse(folder), {"platform": platform}, {"steps": steps})
            _execute(definitions, folder)
        return summarise(folder.releases)


def reprocess_days(settings: PipelineSettings, first: date, last: date) -> str | None:
    """Compute the business days from first to last anew from what was landed, publish, and return the release.

    Raises:
        Refusal: one sentence says what stopped it; the previous release stays, nothing landed is lost.
    """
    folder = settings.folder
    with _working(folder, "the run stopped"):
        platform = platform_at(folder, settings.database_url)
        done = reprocess(
            parse(folder),
            platform.source(),
            platform.clock,
            platform.code_version,
            first=first,
            last=last,
        )
        return done.release_id


def build_known(folder: DataFolder, day: date) -> DataFolder:
    """Build the warehouse as it was known at the end of a business day, and return the folder it lies in.

    Raises:
        Refusal: one sentence says what stopped it.
    """
    with _working(folder, f"the figures as of {day} could not be built"):
        return build_as_of(folder, day)


@contextmanager
def _working(folder: DataFolder, stopped: str) -> Iterator[None]:
    """Hold the pipeline's lock and log to its file; what stops the block is logged and becomes a sentence."""
    folder.create()
    with (
        lock.held(folder.lock, patience_seconds=lock.REFRESH_SECONDS),
        progress.logged_to(folder.logs / "pipeline.log"),
    ):
        try:
            yield
        except Exception as error:
            logging.getLogger("pointmart").exception(stopped)
            raise as_refusal(error, folder) from error


def _execute(definitions: dg.Definitions, folder: DataFolder) -> None:
    with history.opened(folder) as instance:
        history.close_dead_runs(instance)
        definitions.resolve_job_def(JOB).execute_in_process(
            instance=instance,
            run_config={"loggers": {"steps": {}}},
            tags=history.run_tags(),
        )


def as_refusal(error: BaseException, folder: DataFolder) -> Refusal:
    """Return what stopped a step as one sentence."""
    causes = list(_causes(error))
    # A step that a full disk stopped may fail once more in telling Dagster's history, on the same disk.
    if full := next(filter(None, (disk_full(cause, folder.root) for cause in causes)), None):
        return full
    if refusal := next((cause for cause in causes if isinstance(cause, Refusal)), None):
        return refusal
    stays = f"the previous release stays; details are in {folder.logs}"
    for cause in causes:
        if isinstance(cause, OSError | duckdb.Error | sqlite3.Error):
            return PipelineStopped(
                f"a file in {folder.root} cannot be read or written, as when its disk is full or damaged "
                f"({_one_line(cause)}); {stays}"
            )
    return PipelineStopped(
        f"a step failed unexpectedly ({type(error).__name__}: {_one_line(error)}); {stays}"
    )


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    """Yield an error and what it was raised from or while handling, each once: Dagster's chains may be circles."""
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        yield error
        error = error.__cause__ or error.__context__


def _one_line(error: BaseException) -> str:
    return " ".join(str(error).split())[:300]
