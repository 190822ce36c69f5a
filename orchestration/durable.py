"""Files that are whole or absent: written under a temporary name, flushed to disk, then renamed."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

# A leading dot keeps half-written files out of every `*.parquet` glob.
_TEMPORARY = ".{name}.tmp"


@contextmanager
def written_whole(path: Path) -> Iterator[Path]:
    """Give a temporary path to write to; when the block ends well it becomes `path`, durably.

    If the block deletes the temporary file, `path` is left as it was.

    Raises:
        OSError: the folder cannot be written or the disk is full; `path` is unchanged.
    """
    temporary = path.with_name(_TEMPORARY.format(name=path.name))
    try:
        yield temporary
        if temporary.exists():
            flush(temporary)
            temporary.replace(path)
            flush(path.parent)
    finally:
        temporary.unlink(missing_ok=True)


def write_text(path: Path, text: str) -> None:
    """Replace a file's text as a whole.

    Raises:
        OSError: the folder cannot be written or the disk is full; the old text is unchanged.
    """
    with written_whole(path) as temporary:
        temporary.write_text(text, encoding="utf-8")


def flush(path: Path) -> None:
    """Flush a file or a folder's names to disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def remove_temporaries(folder: Path) -> None:
    """Delete what an interrupted run left half-written in a folder and its folders."""
    for leftover in folder.rglob(_TEMPORARY.format(name="*")):
        leftover.unlink(missing_ok=True)
