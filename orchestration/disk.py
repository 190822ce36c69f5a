"""What a full disk looks like, whichever library runs into it, and what a person is told then."""

from pathlib import Path

from orchestration.refusal import Refusal

_NO_SPACE = ("No space left on device", "database or disk is full", "Disk quota exceeded")
_TOO_LARGE = "File too large"


class DiskFull(Refusal):
    """A file could not grow any further."""


def disk_full(reason: object, root: Path) -> DiskFull | None:
    """Return the refusal if an error, by its text, comes from a lack of space under `root`.

    dbt and DuckDB hand on the system's words but neither its error number nor its exception.
    """
    text = " ".join(str(reason).split())
    stays = "the previous release stays"
    if any(words in text for words in _NO_SPACE):
        return DiskFull(f"the disk of {root} is full; free some space and run again; {stays}")
    if _TOO_LARGE in text:
        return DiskFull(
            f"a file in {root} would exceed the largest size that may be written; raise the limit on file sizes "
            f"(`ulimit -f`) or choose another disk with POINTMART_DATA_DIR, and run again; {stays}"
        )
    return None
