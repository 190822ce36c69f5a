"""A landing run: one snapshot, one batch per view, what violates a contract set aside, the cursor last."""

import logging
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from orchestration import durable
from orchestration.landing import compaction, snapshot
from orchestration.landing.batches import (
    VIEWS,
    BrokenBatch,
    batch_path,
    batches,
    check_batches,
    columns,
    row_count_of,
)
from orchestration.landing.contract import contract
from orchestration.landing.cursor import Cursor, check_origin, read_cursor, write_cursor
from orchestration.landing.days import note_day
from orchestration.landing.drift import check_views
from orchestration.landing.erasure import forget_erased
from orchestration.landing.judge import judge
from orchestration.landing.quarantine import Quarantine, remove_former_states
from orchestration.landing.stamps import check_stamps
from orchestration.settings import DataFolder

_log = logging.getLogger("pointmart.landing")


@dataclass(frozen=True)
class Landed:
    """What a landing run brought.

    Attributes:
        rows: new rows (or versions) by view.
        cursor: the cursor after it.
        quarantine: what lies in quarantine after it.
        forgotten: rows of erased members that were removed, from earlier batches and model outputs too. What was
            built from them by adding to it has to be built anew.
        news: a phrase for each column of a view that the contract does not know.
    """

    rows: dict[str, int]
    cursor: Cursor
    quarantine: Quarantine
    forgotten: int
    news: list[str]

    @property
    def is_new(self) -> bool:
        """Return whether anything has come, into the batches or into quarantine, or gone with an erased member."""
        return any(self.rows.values()) or self.quarantine.has_changed or self.forgotten > 0


def land(folder: DataFolder, database_url: str, landed_at: datetime) -> Landed:
    """Land every row committed since the last run, each exactly once.

    The rows taken are those visible now whose transaction was not visible to the last run. So each run ends
    with exactly what one snapshot shows: a row never without what it refers to, and no sum half-counted,
    however long other transactions stay open and however they cross. Rows that violate the contract of their
    view are set aside, and so is what cannot stand without them.

    Raises:
        OtherDatabase, ForeignStamps, SchemaDrift, SourceUnreachable, DatabaseNotMigrated, BrokenBatch,
            BrokenCursor: nothing changed.
        OSError, duckdb.Error: disk full or not writable; the cursor stays, the next run repeats the batches.
    """
    durable.remove_temporaries(folder.landing)
    compaction.finish(folder.landing)
    previous = read_cursor(folder.cursor)
    number = previous.next_batch if previous else 0
    if previous:
        check_batches(folder.landing, previous.views)
    else:
        _check_nothing_counted(folder)
    with snapshot.opened(database_url) as source:
        cursor = Cursor(source.origin, source.text, number + 1, VIEWS, landed_at)
        if previous:
            check_origin(previous, cursor, folder.cursor)
        check_stamps(source)
        news = check_views(source, contract())
        with ExitStack() as stack:
            files = {
                view: stack.enter_context(durable.written_whole(_target(folder, view, number)))
                for view in VIEWS
            }
            for view, file in files.items():
                since = previous.snapshot if previous and view in previous.views else None
                source.copy(view, since, number, file)
            quarantine = judge(contract(), folder.landing, number, files)
            rows = {view: row_count_of(file) for view, file in files.items()}
            for view, file in files.items():
                _drop_needless(folder, view, number, file, rows[view])
    # First: if this run ends here, the next one repeats the batch and says of which day it is.
    note_day(folder.landing, landed_at, cursor.next_batch)
    write_cursor(folder.cursor, cursor)
    remove_former_states(folder.quarantine, number)
    for words in (*news, *(quarantine.sentences() if quarantine.has_changed else ())):
        _log.warning("%s", words)
    # After the cursor: a batch that is not counted yet would be written again, with what was removed.
    forgotten = forget_erased(folder, cursor.next_batch, landed_at)
    return Landed(rows, cursor, quarantine, forgotten, news)


def _target(folder: DataFolder, view: str, number: int) -> Path:
    target = batch_path(folder.landing, view, number)
    target.parent.mkdir(exist_ok=True)
    return target


def _drop_needless(folder: DataFolder, view: str, number: int, file: Path, count: int) -> None:
    """Delete a batch without rows, unless it tells readers of columns that no earlier batch has."""
    target = batch_path(folder.landing, view, number)
    counted = [path for path in batches(folder.landing, view) if path != target]
    if count == 0 and counted and columns(file) <= columns(counted[-1]):
        file.unlink()
        # Left by a run that crashed before its cursor, its rows since replaced by newer versions.
        target.unlink(missing_ok=True)


def _check_nothing_counted(folder: DataFolder) -> None:
    """Refuse batches without a cursor, except those of a first run that crashed."""
    for view in VIEWS:
        for path in batches(folder.landing, view):
            if path != batch_path(folder.landing, view, 0):
                raise BrokenBatch(
                    f"the landing cursor {folder.cursor} is gone but {path} is there; restore the cursor, "
                    f"or delete the folder {folder.landing} to land everything again"
                )
