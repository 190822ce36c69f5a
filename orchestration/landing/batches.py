"""The landed files: immutable Parquet batches, `landing/<view>/<first xid>.parquet`."""

from pathlib import Path

import pyarrow as pa
from pyarrow import parquet

from orchestration.refusal import Refusal

VIEWS = (
    "tenant", "member", "item", "offer", "stock", "stock_movement",
    "lot", "entry", "redemption", "redemption_line", "event", "feedback",
)  # fmt: skip


class BrokenBatch(Refusal):
    """A landed file cannot be read, or a view's files are gone."""


def batch_path(landing: Path, view: str, from_xid: int) -> Path:
    """Return the file of the batch that begins at a transaction.

    The name says only where the batch begins: repeated after a crash it may reach further, and must then
    replace the batch that was never counted.
    """
    return landing / view / f"{from_xid:020d}.parquet"


def batches(landing: Path, view: str) -> list[Path]:
    """Return the batch files of a view, oldest first."""
    return sorted((landing / view).glob("*.parquet"))


def row_count(landing: Path, view: str) -> int:
    """Count the landed rows of a view, all versions, from the files' footers.

    Raises:
        BrokenBatch: naming the file that is damaged.
    """
    return sum(_rows(path) for path in batches(landing, view))


def check_batches(landing: Path) -> None:
    """Check that every view has batches and that each file is whole.

    Raises:
        BrokenBatch: naming the file or the view.
    """
    for view in VIEWS:
        if not batches(landing, view):
            raise BrokenBatch(
                f"the landed files of {landing / view} are gone; restore them from a backup, "
                f"or delete the folder {landing} to land everything again"
            )
        row_count(landing, view)


def _rows(path: Path) -> int:
    try:
        return int(parquet.read_metadata(path).num_rows)
    except (OSError, pa.ArrowException) as error:
        raise BrokenBatch(
            f"the landed file {path} is damaged; restore it from a backup, "
            f"or delete the folder {path.parent.parent} to land everything again"
        ) from error
