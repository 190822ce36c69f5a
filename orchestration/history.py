"""Dagster's persistent instance in the data folder, so that its web interface shows every run."""

import sqlite3
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager

import dagster as dg
from sqlalchemy import event
from sqlalchemy.engine import Engine

from orchestration import durable
from orchestration.release.freshness import LONGEST_LAG_SECONDS, Freshness
from orchestration.settings import DataFolder

# Captured output would start a process per step to mirror the terminal.
_INSTANCE = """\
telemetry:
  enabled: false
compute_logs:
  module: dagster.core.storage.noop_compute_log_manager
  class: NoOpComputeLogManager
"""
_COMMAND_LINE = {"pointmart/started_by": "command line"}


def prepare(folder: DataFolder) -> None:
    """Write Dagster's instance settings, so that its own tools find the same history."""
    path = folder.dagster / "dagster.yaml"
    if not path.exists() or path.read_text(encoding="utf-8") != _INSTANCE:
        durable.write_text(path, _INSTANCE)


def initialise(folder: DataFolder) -> None:
    """Create the history's tables; two of Dagster's tools that start together would both try, and one fail."""
    with opened(folder) as instance:
        instance.get_runs(limit=1)
        instance.all_instigator_state()


@contextmanager
def opened(folder: DataFolder) -> Iterator[dg.DagsterInstance]:
    """Open the instance for the block."""
    prepare(folder)
    with _files_kept_open(), dg.DagsterInstance.from_config(str(folder.dagster)) as instance:
        yield instance


@contextmanager
def _files_kept_open() -> Iterator[None]:
    """Keep each SQLite file that is opened within the block open until its end.

    Dagster opens one anew for each of a run's thousand events. Whoever closes a file last carries the log of its
    changes over and waits for the disk, which took most of a small run. A power cut may now cost the last events,
    and never the file.
    """
    held: dict[str, sqlite3.Connection] = {}
    with ExitStack() as stack:

        def connected(connection: object, _: object) -> None:
            if not isinstance(connection, sqlite3.Connection):
                return
            connection.execute("pragma synchronous = normal")
            ((_, _, file), *_) = connection.execute("pragma database_list").fetchall()
            if file not in held:
                held[file] = stack.enter_context(closing(sqlite3.connect(file, check_same_thread=False)))
            # Only who has read from a file has it open.
            held[file].execute("pragma schema_version").fetchall()

        event.listen(Engine, "connect", connected)
        stack.callback(event.remove, Engine, "connect", connected)
        yield


def run_tags() -> dict[str, str]:
    """Return the tags of a run started by the command line."""
    return dict(_COMMAND_LINE)


def close_dead_runs(instance: dg.DagsterInstance) -> None:
    """Mark runs of the command line that never ended as failed; call it while holding the lock."""
    unfinished = dg.RunsFilter(
        statuses=[dg.DagsterRunStatus.STARTED, dg.DagsterRunStatus.STARTING], tags=run_tags()
    )
    for run in instance.get_runs(unfinished):
        instance.report_run_failed(run, "The process ended before the run did.")


# The check is defined beside the others in `defs/checks.py`; refreshes report it from outside of any run.
RELEASE = dg.AssetKey(["releases", "current"])
LAG_CHECK = "release_is_within_a_minute_of_the_mall"


def report_lag(folder: DataFolder, freshness: Freshness, lag_seconds: float) -> None:
    """Show in the web interface that the release has become late, or is no longer.

    Refreshes are not in the history: one would add 1.8 MB every twenty seconds. That the release is late
    or has caught up is, and those moments are few.
    """
    with opened(folder) as instance:
        instance.report_runless_asset_event(
            dg.AssetCheckEvaluation(
                check_name=LAG_CHECK,
                asset_key=RELEASE,
                passed=lag_seconds <= LONGEST_LAG_SECONDS,
                severity=dg.AssetCheckSeverity.WARN,
                metadata={
                    "data_lag_seconds": lag_seconds,
                    "release_id": freshness.release_id,
                    "problem": freshness.problem or "none",
                },
            )
        )
