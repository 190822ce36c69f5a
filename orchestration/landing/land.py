"""A landing run: one snapshot, one batch per view, the cursor last."""

from dataclasses import dataclass
from datetime import datetime

from orchestration import durable
from orchestration.landing import compaction, snapshot
from orchestration.landing.batches import VIEWS, BrokenBatch, batch_path, batches, check_batches, columns
from orchestration.landing.cursor import Cursor, check_origin, read_cursor, write_cursor
from orchestration.landing.erasure import forget_erased
from orchestration.landing.stamps import check_stamps
from orchestration.settings import DataFolder


@dataclass(frozen=True)
class Landed:
    """What a landing run brought: new rows (or versions) by view, the cursor after it, and what it took away.

    Attributes:
        forgotten: rows of erased members that were removed, from earlier batches and model outputs too. What was
            built from them by adding to it has to be built anew.
    """

    rows: dict[str, int]
    cursor: Cursor
    forgotten: int


def land(folder: DataFolder, database_url: str, landed_at: datetime) -> Landed:
    """Land every row committed since the last run, each exactly once.

    The rows taken are those visible now whose transaction was not visible to the last run. So each run ends
    with exactly what one snapshot shows: a row never without what it refers to, and no sum half-counted,
    however long other transactions stay open and however they cross.

    Raises:
        OtherDatabase, ForeignStamps, SourceUnreachable, DatabaseNotMigrated, BrokenBatch, BrokenCursor:
            nothing changed.
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
        rows = {}
        for view in VIEWS:
            since = previous.snapshot if previous and view in previous.views else None
            rows[view] = _land_view(folder, source, view, number, since)
    write_cursor(folder.cursor, cursor)
    # After the cursor: a batch that is not counted yet would be written again, with what was removed.
    return Landed(rows, cursor, forget_erased(folder, cursor.next_batch, landed_at))


def _land_view(
    folder: DataFolder, source: snapshot.Snapshot, view: str, number: int, since: str | None
) -> int:
    target = batch_path(folder.landing, view, number)
    target.parent.mkdir(exist_ok=True)
    counted = [path for path in batches(folder.landing, view) if path != target]
    with durable.written_whole(target) as temporary:
        count = source.copy(view, since, number, temporary)
        # A batch without rows still tells readers of columns that no earlier batch has.
        is_needed = count > 0 or not counted or not columns(temporary) <= columns(counted[-1])
        if not is_needed:
            temporary.unlink()
    if not is_needed:
        # Left by a run that crashed before its cursor, its rows since replaced by newer versions.
        target.unlink(missing_ok=True)
    return count


def _check_nothing_counted(folder: DataFolder) -> None:
    """Refuse batches without a cursor, except those of a first run that crashed."""
    for view in VIEWS:
        for path in batches(folder.landing, view):
            if path != batch_path(folder.landing, view, 0):
                raise BrokenBatch(
                    f"the landing cursor {folder.cursor} is gone but {path} is there; restore the cursor, "
                    f"or delete the folder {folder.landing} to land everything again"
                )
