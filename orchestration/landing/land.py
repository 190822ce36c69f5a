"""A landing run: one snapshot, one batch per view, the cursor last."""

from dataclasses import dataclass
from datetime import datetime

from orchestration import durable
from orchestration.landing import snapshot
from orchestration.landing.batches import VIEWS, BrokenBatch, batch_path, batches, check_batches
from orchestration.landing.cursor import Cursor, check_origin, read_cursor, write_cursor
from orchestration.landing.stamps import check_stamps
from orchestration.settings import DataFolder


@dataclass(frozen=True)
class Landed:
    """What a landing run brought: new rows (or versions) by view, and the cursor after it."""

    rows: dict[str, int]
    cursor: Cursor


def land(folder: DataFolder, database_url: str, landed_at: datetime) -> Landed:
    """Land every row committed since the last run, each exactly once.

    The rows taken are those with previous xmin <= xid < current xmin: transactions below the current xmin
    have all ended, so none of them can add a row later, however long others stay open.

    Raises:
        OtherDatabase, ForeignStamps, SourceUnreachable, DatabaseNotMigrated, BrokenBatch, BrokenCursor:
            nothing changed.
        OSError, duckdb.Error: disk full or not writable; the cursor stays, the next run repeats the batches.
    """
    durable.remove_temporaries(folder.landing)
    previous = read_cursor(folder.cursor)
    from_xid = previous.xmin if previous else 0
    if previous:
        check_batches(folder.landing)
    else:
        _check_nothing_counted(folder)
    with snapshot.opened(database_url) as source:
        if previous:
            check_origin(previous, source.origin, source.xmin, folder.cursor)
        check_stamps(source)
        rows = {view: _land_view(folder, source, view, from_xid) for view in VIEWS}
    complete_until = min(landed_at, source.oldest_writer_since or landed_at)
    cursor = Cursor(source.origin, source.xmin, landed_at, complete_until)
    write_cursor(folder.cursor, cursor)
    return Landed(rows, cursor)


def _land_view(folder: DataFolder, source: snapshot.Snapshot, view: str, from_xid: int) -> int:
    target = batch_path(folder.landing, view, from_xid)
    if source.xmin == from_xid:
        return 0  # no transaction since: the batch of this name, if any, begins the next range
    target.parent.mkdir(exist_ok=True)
    with durable.written_whole(target) as temporary:
        count = source.copy(view, from_xid, temporary)
        if count == 0 and from_xid > 0:
            temporary.unlink()
    if count == 0 and from_xid > 0:
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
