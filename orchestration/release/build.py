"""Building a release: marts copied out of the warehouse, compared, described, renamed as a whole."""

import shutil
import subprocess
from dataclasses import dataclass
from datetime import datetime
from functools import reduce
from hashlib import sha256
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import duckdb

from orchestration import durable
from orchestration.landing.cursor import Cursor
from orchestration.refusal import Refusal
from orchestration.release.arrays import ARRAYS, write_arrays
from orchestration.release.cards import CARDS, cards_to_release
from orchestration.release.content import (
    RowSums,
    TableContent,
    columns_of,
    contents,
    table_content,
    table_names,
)
from orchestration.release.gate import Audit
from orchestration.release.manifest import (
    MANIFEST,
    MARTS,
    BrokenRelease,
    Manifest,
    describe_file,
    read_manifest,
    write_manifest,
)
from orchestration.release.parts import PARTS, Part, parted_marts, view_of, write_parts
from orchestration.settings import DataFolder
from orchestration.sql import quoted

_TEMPORARY = ".tmp"
# Sorting goes to disk beyond it.
_MEMORY = "3GB"


class ChecksumMismatch(Refusal):
    """The copied tables are not those of the warehouse."""


@dataclass(frozen=True)
class Provenance:
    """Where a release's rows come from: the landing it stands on and the code that built it."""

    landing: Cursor
    code_version: str


def build_release(folder: DataFolder, provenance: Provenance, audit: Audit, created_at: datetime) -> Manifest:
    """Build a whole release beside the others; `current` still names the former one.

    The id sorts by time and ends with a hash of the tables, so a repeated run shows the same ending.

    Raises:
        ChecksumMismatch: the copy differs from the warehouse.
        ArrayMismatch: a mart names an item that there is not.
        OSError, duckdb.Error: disk full or not writable; no release is left half-built.
    """
    remove_unfinished(folder.releases)
    durable.remove_temporaries(folder.releases / PARTS)
    temporary = folder.releases / f"building{_TEMPORARY}"
    temporary.mkdir()
    try:
        tables, parts = _copy_marts(folder, temporary)
        files = [temporary / MARTS, *sorted((temporary / ARRAYS).iterdir())]
        digest = sha256(repr(sorted(tables.items())).encode()).hexdigest()
        manifest = Manifest(
            release_id=f"{created_at:%Y%m%dT%H%M%SZ}-{digest[:8]}",
            created_at=created_at,
            code_version=provenance.code_version,
            landing=_landing_fields(provenance.landing, created_at),
            checks=audit.checks,
            models=audit.models | {CARDS: cards_to_release(folder, created_at)},
            quality=audit.quality,
            tables=tables,
            files={str(path.relative_to(temporary)): describe_file(path) for path in files},
            parts=parts,
        )
        write_manifest(temporary, manifest)
        for path in (*files, temporary / ARRAYS, temporary / MANIFEST, temporary):
            durable.flush(path)
        target = folder.releases / manifest.release_id
        if not target.exists():  # same second, same content: it is there already
            temporary.rename(target)
            durable.flush(folder.releases)
    finally:
        shutil.rmtree(temporary, ignore_errors=True)
    return manifest


def remove_unfinished(releases: Path) -> None:
    """Delete what interrupted builds left."""
    for leftover in releases.glob(f"*{_TEMPORARY}"):
        shutil.rmtree(leftover)


def code_version() -> str:
    """Return the package's version with, from a work tree, the commit."""
    try:
        number = version("pointmart")
    except PackageNotFoundError:
        number = "0"
    found = subprocess.run(
        ["git", "-C", str(Path(__file__).parent), "rev-parse", "--short", "HEAD"],
        capture_output=True, text=True, check=False,
    ) if shutil.which("git") else None  # fmt: skip
    return f"{number}+{found.stdout.strip()}" if found and found.returncode == 0 else number


def _copy_marts(folder: DataFolder, target: Path) -> tuple[dict[str, TableContent], dict[str, list[Part]]]:
    """Copy the marts into a file, large dated ones into parts that the file reads; write the arrays of the copy."""
    shared = folder.releases / PARTS
    former = _former_parts(folder.releases)
    with duckdb.connect(config={"memory_limit": _MEMORY}) as connection:
        # Named apart from the schema: in a database called marts, `marts.x` is ambiguous.
        connection.execute(f"attach '{quoted(folder.warehouse)}' as warehouse (read_only)")
        connection.execute(f"attach '{quoted(target / MARTS)}' as copied")
        connection.execute("create schema copied.marts")
        parts = {
            mart.name: write_parts(connection, "warehouse", mart, shared, former.get(mart.name, []))
            for mart in parted_marts(connection, "warehouse")
        }
        names = [name for name in table_names(connection, "warehouse") if name not in parts]
        for name in names:
            # Sorted by their leading ids, so that a reader of one member skips the other row groups.
            connection.execute(f"create table copied.{name} as from warehouse.{name} order by all")
        for name, of_mart in parts.items():
            connection.execute(view_of(name, "copied", shared, of_mart))
        connection.execute("checkpoint copied")
        expected = contents(connection, "warehouse", names)
        copied = contents(connection, "copied", names)
        whole = {
            name: table_content(columns_of(connection, "warehouse", name), _united(of_mart))
            for name, of_mart in parts.items()
        }
        write_arrays(connection, "copied", [*names, *parts], target / ARRAYS)
    if copied != expected:
        differing = sorted(name for name in expected if copied.get(name) != expected[name])
        raise ChecksumMismatch(
            f"the copy of {', '.join(differing)} differs from the warehouse; the release is not switched, "
            "run the pipeline again"
        )
    return copied | whole, parts


def _former_parts(releases: Path) -> dict[str, list[Part]]:
    """Return the parts of the newest release that can be read; what is not found is written again."""
    for path in sorted(releases.glob(f"2*/{MANIFEST}"), reverse=True):
        try:
            return read_manifest(path.parent).parts
        except BrokenRelease:
            continue
    return {}


def _united(parts: list[Part]) -> RowSums:
    return reduce(RowSums.plus, (part.sums for part in parts), RowSums(0, 0, 0))


def _landing_fields(cursor: Cursor, created_at: datetime) -> dict[str, Any]:
    return {
        "snapshot": cursor.snapshot,
        "landed_at": cursor.landed_at.isoformat(),
        "data_lag_seconds": (created_at - cursor.landed_at).total_seconds(),
    }
