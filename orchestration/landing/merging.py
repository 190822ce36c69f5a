"""Merges the many small batches that refreshes leave, so that reading a view does not come to mean opening files.

A merged batch has the number of its newest part, and its rows keep their own numbers. It takes the place of that
part at once; until the other parts are gone their rows are there twice, which a marker tells the next landing.
"""

from pathlib import Path

import duckdb
from pyarrow import parquet

from orchestration import durable
from orchestration.landing.batches import batches, row_count_of
from orchestration.sql import quoted

# Refreshed every 20 s, a busy view has 180 new batches an hour.
MANY = 100
# A batch of so many rows is not copied again.
_SMALL_ROWS = 250_000
_MARKER = ".merging"
_FROM = b"pointmart_merged_from"


def merge_small_batches(landing: Path, view: str) -> int:
    """Merge the newest batches of a view if there are many small ones; return how many became one.

    Raises:
        BrokenBatch: a file is damaged.
        OSError, duckdb.Error: disk full or not writable; no row is lost or doubled.
    """
    if len(batches(landing, view)) < MANY:
        return 0
    parts: list[Path] = []
    for path in reversed(batches(landing, view)):
        if row_count_of(path) >= _SMALL_ROWS:
            break
        parts.insert(0, path)
    if len(parts) < MANY:
        return 0
    _merge(landing / view / _MARKER, parts)
    return len(parts)


def finish_merging(landing: Path, view: str) -> None:
    """Remove the parts of a batch that was merged by a run which did not live to do so."""
    marker = landing / view / _MARKER
    if not marker.exists():
        return
    first, last = (marker.with_name(name) for name in marker.read_text(encoding="utf-8").split())
    told = parquet.read_metadata(last).metadata or {}
    if told.get(_FROM) == first.name.encode():
        for part in batches(landing, view):
            if first.name <= part.name < last.name:
                part.unlink()
    marker.unlink()


def _merge(marker: Path, parts: list[Path]) -> None:
    first, last = parts[0], parts[-1]
    durable.write_text(marker, f"{first.name} {last.name}")
    files = ", ".join(f"'{quoted(path)}'" for path in parts)
    with durable.written_whole(last) as temporary, duckdb.connect() as connection:
        connection.execute(
            f"copy (from read_parquet([{files}], union_by_name = true)) to '{quoted(temporary)}' "
            f"(format parquet, compression zstd, kv_metadata {{{_FROM.decode()}: '{first.name}'}})"
        )
    finish_merging(marker.parent.parent, marker.parent.name)
