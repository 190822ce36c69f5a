"""A whole pipeline run: land, build, train, publish, with one sentence for whatever stops it."""

import errno
import logging

import dagster as dg
import duckdb
from rich.console import Console

from orchestration import history, lock, progress
from orchestration.definitions import JOB, build_definitions, platform_at
from orchestration.refusal import Refusal
from orchestration.release.summary import ReleaseSummary, summarise
from orchestration.settings import DataFolder, PipelineSettings
from orchestration.warehouse.project import parse


class PipelineStopped(Refusal):
    """A step failed; the previous release stays."""


def run_pipeline(settings: PipelineSettings, console: Console) -> ReleaseSummary:
    """Run the whole pipeline from the database that the settings name, showing each step on the console.

    Raises:
        Refusal: one sentence says what stopped it; the previous release stays, nothing landed is lost.
    """
    folder = settings.folder
    folder.create()
    with lock.held(folder.lock), progress.logged_to(folder.logs / "pipeline.log"):
        with progress.shown_on(console) as steps:
            platform = platform_at(folder, settings.database_url)
            definitions = build_definitions(parse(folder), {"platform": platform}, {"steps": steps})
            _execute(definitions, folder)
        return summarise(folder.releases)


def _execute(definitions: dg.Definitions, folder: DataFolder) -> None:
    with history.opened(folder) as instance:
        history.close_dead_runs(instance)
        try:
            definitions.resolve_job_def(JOB).execute_in_process(
                instance=instance,
                run_config={"loggers": {"steps": {}}},
                tags=history.run_tags(),
            )
        except Exception as error:
            logging.getLogger("pointmart").exception("the run stopped")
            raise as_refusal(error, folder) from error


def as_refusal(error: Exception, folder: DataFolder) -> Refusal:
    """Return what stopped a step as one sentence."""
    if isinstance(error, Refusal):
        return error
    stays = f"the previous release stays; details are in {folder.logs}"
    reason = " ".join(str(error).split())[:300]
    if getattr(error, "errno", None) == errno.ENOSPC or "No space left" in reason:
        return PipelineStopped(f"the disk of {folder.root} is full; free some space and run again; {stays}")
    if isinstance(error, OSError | duckdb.Error):
        return PipelineStopped(f"a file in {folder.root} cannot be read or written ({reason}); {stays}")
    return PipelineStopped(f"a step failed unexpectedly ({type(error).__name__}: {reason}); {stays}")
