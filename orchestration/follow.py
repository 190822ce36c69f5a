"""Refreshes back to back: keeps the current release within a minute of the database, and says when it is not."""

import logging
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from logging.handlers import RotatingFileHandler
from pathlib import Path

from orchestration import lock
from orchestration.landing.cursor import read_cursor
from orchestration.landing.waiting import is_anything_waiting
from orchestration.pipeline import as_refusal
from orchestration.refresh import Refreshed, ReleaseHeld, refresh
from orchestration.refusal import Refusal
from orchestration.release.freshness import LONGEST_LAG_SECONDS, Freshness, read_freshness, write_freshness
from orchestration.release.manifest import BrokenRelease
from orchestration.release.shelf import Shelf, UnknownRelease
from orchestration.settings import DataFolder
from orchestration.warehouse.project import Project

_log = logging.getLogger("pointmart.follow")

# Between two refreshes, so that a pipeline that waits for the lock gets it.
_PAUSE_SECONDS = 1.0
# What failed is tried again when something new was landed, else so often: a full disk may have been emptied.
_RETRY_SECONDS = 300.0
_LOG_BYTES, _LOG_FILES = 5_000_000, 3

Alarm = Callable[[Freshness, float], None]


class Follower:
    """Refreshes one data folder from one database.

    Args:
        clock: returns UTC.
        alarm: told, with the lag in seconds, whenever the release begins or ceases to be late.
    """

    def __init__(
        self,
        project: Project,
        database_url: str,
        clock: Callable[[], datetime],
        code_version: str,
        alarm: Alarm,
    ) -> None:
        self._project = project
        self._folder: DataFolder = project.folder
        self._database_url = database_url
        self._clock = clock
        self._code_version = code_version
        self._alarm = alarm
        self._failed_at: float | None = None
        self._problem: str | None = None
        self._is_late = False

    def turn(self) -> Refreshed | None:
        """Refresh once; a refusal is written down and logged once, and None returned."""
        started = time.monotonic()
        done: Refreshed | None = None
        try:
            done = self._refresh()
        except (lock.AlreadyRunning, ReleaseHeld) as error:
            self._note_problem(str(error))
        except Exception as error:  # noqa: BLE001 - the boundary: whatever stops one turn must not stop the next
            refusal = as_refusal(error, self._folder)
            if not isinstance(error, Refusal):
                _log.exception("a turn failed unexpectedly")
            self._failed_at = time.monotonic()
            self._note_problem(str(refusal))
        else:
            if done.release_id is not None:
                seconds = time.monotonic() - started
                _log.info("%d rows landed, release %s in %.1f s", done.row_count, done.release_id, seconds)
            if done.is_complete:
                self._failed_at, self._problem = None, None
            elif self._problem is not None:
                self._note_problem(self._problem)
        self._watch_lag()
        return done

    def follow(self, every_seconds: float, stop: threading.Event) -> None:
        """Take turns until told to stop, beginning one so often, or as soon as the one before has ended."""
        while not stop.is_set():
            started = time.monotonic()
            try:
                self.turn()
            except Exception:  # noqa: BLE001 - not even the trouble could be written down; the next turn may do better
                _log.exception("a turn could not be told of")
            stop.wait(max(_PAUSE_SECONDS, every_seconds - (time.monotonic() - started)))

    def _refresh(self) -> Refreshed:
        is_retry = self._failed_at is None or time.monotonic() - self._failed_at > _RETRY_SECONDS
        with lock.held(self._folder.lock, "refresh"):
            return refresh(
                self._project, self._database_url, self._clock, self._code_version, is_retry=is_retry
            )

    def _note_problem(self, problem: str) -> None:
        """Write down that the release was not renewed, and whether it should have been."""
        if problem != self._problem:
            _log.warning("%s", problem)
        self._problem = problem
        known = self._known()
        if known is None:
            return
        now = self._clock()
        is_behind = self._is_behind(known.snapshot)
        complete_until = now if is_behind is False else known.complete_until
        write_freshness(
            self._folder.freshness,
            replace(
                known, complete_until=complete_until, checked_at=now, is_behind=is_behind, problem=problem
            ),
        )

    def _known(self) -> Freshness | None:
        """Return how fresh the current release is, as far as anybody knows; None if there is no release."""
        shelf = Shelf(self._folder.releases)
        current = shelf.current_id()
        if current is None:
            return None
        known = read_freshness(self._folder.freshness)
        if known is not None and known.release_id == current:
            return known
        try:
            landing = shelf.manifest(current).landing
        except (BrokenRelease, UnknownRelease):
            return None
        landed_at = datetime.fromisoformat(landing["landed_at"])
        return Freshness(
            current, str(landing["snapshot"]), landed_at, landed_at, is_behind=None, problem=None
        )

    def _is_behind(self, snapshot: str) -> bool | None:
        cursor = read_cursor(self._folder.cursor)
        if cursor is not None and cursor.snapshot != snapshot and self._failed_at is not None:
            return True  # landed, and not published
        try:
            return is_anything_waiting(self._database_url, snapshot)
        except Exception:  # noqa: BLE001 - whatever keeps the database from answering, it is not known
            return None

    def _watch_lag(self) -> None:
        known = self._known()
        if known is None:
            return
        lag = known.lag_seconds(self._clock())
        is_late = lag > LONGEST_LAG_SECONDS
        if is_late == self._is_late:
            return
        self._is_late = is_late
        reason = known.problem or "the last refresh took so long"
        if is_late:
            _log.warning("data_lag_seconds is %.0f, more than %.0f: %s", lag, LONGEST_LAG_SECONDS, reason)
        else:
            _log.warning("data_lag_seconds is %.0f again", lag)
        self._alarm(known, lag)


@contextmanager
def logged_to(path: Path) -> Iterator[None]:
    """Send the log of a process that runs for months to a few files of bounded size.

    dbt says a line per model and test in each turn: only what it warns of is kept.
    """
    handler = RotatingFileHandler(
        path, maxBytes=_LOG_BYTES, backupCount=_LOG_FILES, encoding="utf-8", delay=True
    )
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s %(message)s"))
    root, dbt = logging.getLogger(), logging.getLogger("dbt")
    before, level, dbt_level = root.handlers[:], root.level, dbt.level
    root.handlers[:] = [handler]
    root.setLevel(logging.INFO)
    dbt.setLevel(logging.WARNING)
    try:
        yield
    finally:
        root.handlers[:] = before
        root.setLevel(level)
        dbt.setLevel(dbt_level)
        handler.close()
