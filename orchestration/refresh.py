"""A refresh: land, build, publish, with the predictions of the last training; nothing new, nothing built."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime

from orchestration.landing.cursor import Cursor, read_cursor
from orchestration.landing.land import Landed, land
from orchestration.refusal import Refusal
from orchestration.release.freshness import Freshness, read_freshness, write_freshness
from orchestration.release.manifest import BrokenRelease
from orchestration.release.publish import publish
from orchestration.release.shelf import Shelf, UnknownRelease
from orchestration.settings import DataFolder
from orchestration.training.tables import provide_missing
from orchestration.warehouse.build import build
from orchestration.warehouse.changes import Changes, find_changes
from orchestration.warehouse.merging import merge_landed
from orchestration.warehouse.news import first_fact_date
from orchestration.warehouse.project import Project


class ReleaseHeld(Refusal):
    """Somebody went back to an older release, so none is published over it."""


class NothingHappened(Refusal):
    """All of the days that are to be computed anew lie before the first fact."""


@dataclass(frozen=True)
class Refreshed:
    """What a refresh did.

    Attributes:
        rows: rows it landed, by view.
        release_id: the release it published; None if it published none.
        is_complete: whether the current release now has all that was landed.
    """

    rows: dict[str, int]
    release_id: str | None
    is_complete: bool

    @property
    def row_count(self) -> int:
        """Return the rows it landed."""
        return sum(self.rows.values())


def refresh(
    project: Project, database_url: str, clock: Callable[[], datetime], code_version: str, *, is_retry: bool
) -> Refreshed:
    """Bring the current release up to the database; call it while holding the lock.

    The prediction tables are built too, from the files of the last training: an erasure since then reaches them
    at once, and their tests are about the release that they are in.

    Args:
        is_retry: whether to build again what failed before, although nothing has been landed since.

    Raises:
        ReleaseHeld: nothing was changed.
        Refusal, OSError, duckdb.Error: the previous release stays, what was landed is kept.
    """
    folder = project.folder
    shelf = Shelf(folder.releases)
    if held := shelf.held_id():
        raise ReleaseHeld(
            f"the mall was set back to release {held}, so newer figures are held back; "
            "`pointmart pipeline run` publishes again"
        )
    before = read_cursor(folder.cursor)
    was_complete = before is not None and before.snapshot in complete_snapshots(folder)
    landed = land(folder, database_url, clock())
    if not landed.is_new and (was_complete or not is_retry):
        if was_complete:
            _note_complete(folder, landed.cursor, clock())
        return Refreshed(landed.rows, None, was_complete)
    return _build_and_publish(project, landed, find_changes(project), clock, code_version)


def reprocess(
    project: Project,
    database_url: str,
    clock: Callable[[], datetime],
    code_version: str,
    *,
    first: date,
    last: date,
) -> Refreshed:
    """Compute the figures of the business days from first to last anew from what was landed; call it with the lock.

    What came meanwhile is landed and built with them.

    Raises:
        NothingHappened: no fact that has landed is of these days or earlier ones; nothing was landed or built.
        Refusal, OSError, duckdb.Error: the previous release stays, what was landed is kept.
    """
    began = first_fact_date(project.folder)
    if began is None or last < began:
        known = f"the first that has landed is of {began}" if began else "none has landed"
        raise NothingHappened(
            f"there is no fact from {first} to {last}: {known}; `pointmart pipeline run` lands and builds what is new"
        )
    landed = land(project.folder, database_url, clock())
    changes = find_changes(project).covering(first, last)
    return _build_and_publish(project, landed, changes, clock, code_version)


def _build_and_publish(
    project: Project, landed: Landed, changes: Changes, clock: Callable[[], datetime], code_version: str
) -> Refreshed:
    folder = project.folder
    provide_missing(folder.ml)
    outcome = build(project, project.nodes(), changes)
    if outcome.refusal is not None:
        raise outcome.refusal
    manifest = publish(folder, code_version, clock())
    _note_complete(folder, landed.cursor, clock())
    merge_landed(folder)
    return Refreshed(landed.rows, manifest.release_id, is_complete=True)


def complete_snapshots(folder: DataFolder) -> set[str]:
    """Return the snapshots of landings that the current release is known to hold completely."""
    shelf = Shelf(folder.releases)
    current = shelf.current_id()
    if current is None:
        return set()
    try:
        snapshots = {str(shelf.manifest(current).landing["snapshot"])}
    except (BrokenRelease, UnknownRelease):
        return set()  # the next release takes its place
    known = read_freshness(folder.freshness)
    if known is not None and known.release_id == current:
        snapshots.add(known.snapshot)
    return snapshots


def _note_complete(folder: DataFolder, cursor: Cursor, now: datetime) -> None:
    current = Shelf(folder.releases).current_id() or ""
    write_freshness(
        folder.freshness,
        Freshness(current, cursor.snapshot, cursor.landed_at, now, is_behind=False, problem=None),
    )
