"""Merges small landed batches without making the warehouse read them again: they hold the same rows."""

from dataclasses import replace

from orchestration.landing.compaction import merge_batches
from orchestration.settings import DataFolder
from orchestration.warehouse.state import checksum_of_batches, read_built, write_built


def merge_landed(folder: DataFolder) -> dict[str, int]:
    """Merge what lies in too many batches, all of which the warehouse has read; return how many became one, by view.

    Raises:
        BrokenCursor, BrokenCompaction, OSError, duckdb.Error: every row is still there; at worst the next build is
            a full one.
    """
    built = read_built(folder.warehouse)
    is_true = built is not None and built.landed == checksum_of_batches(folder, built.views, built.next_batch)
    merged = merge_batches(folder)
    if merged and built is not None and is_true:
        landed = checksum_of_batches(folder, built.views, built.next_batch)
        write_built(folder.warehouse, replace(built, landed=landed))
    return merged
