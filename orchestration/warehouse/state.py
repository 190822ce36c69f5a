"""What the warehouse was last built from, kept inside it: a copy or an older file says the truth about itself."""

import json
from dataclasses import asdict, dataclass
from hashlib import sha256
from pathlib import Path

import duckdb

from orchestration.landing.batches import batches
from orchestration.settings import DataFolder

_TABLE = "built.last"


@dataclass(frozen=True)
class Built:
    """What a successful build had read.

    Attributes:
        project: the checksum of the dbt project's files.
        next_batch: the number of the first landed batch it had not read.
        views: the export views that had been landed.
        landed: the checksum of the names, sizes and times of the batches it had read.
        predicted: the same of the models' output.
        set_aside: the checksum of the list of rows in quarantine.
    """

    project: str
    next_batch: int
    views: tuple[str, ...]
    landed: str
    predicted: str = ""
    set_aside: str = ""


def read_built(warehouse: Path) -> Built | None:
    """Return what the warehouse was last built from, or None if it is not there or was not built to its end.

    Raises:
        duckdb.Error: the file is damaged or in use.
    """
    if not warehouse.exists():
        return None
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        try:
            row = connection.execute(f"select fields from {_TABLE}").fetchone()
        except duckdb.CatalogException:
            return None
    if row is None:
        return None
    fields = json.loads(row[0])
    return Built(**{**fields, "views": tuple(fields["views"])})


def write_built(warehouse: Path, built: Built | None) -> None:
    """Say what the warehouse has been built from; None, before a build, says that it is in the making.

    Raises:
        duckdb.Error: the file cannot be written.
    """
    if built is None and not warehouse.exists():
        return
    with duckdb.connect(str(warehouse)) as connection:
        connection.execute("create schema if not exists built")
        connection.execute(f"create or replace table {_TABLE} (fields varchar)")
        if built is not None:
            connection.execute(f"insert into {_TABLE} values (?)", [json.dumps(asdict(built))])


def checksum_of_project(directory: Path) -> str:
    """Return the checksum of all that decides what dbt builds: models, macros, seeds, tests and settings."""
    digest = sha256()
    kept = {".sql", ".yml", ".csv"}
    for path in sorted(p for p in directory.rglob("*") if p.suffix in kept and "target" not in p.parts):
        digest.update(str(path.relative_to(directory)).encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()


def checksum_of_batches(folder: DataFolder, views: tuple[str, ...], next_batch: int) -> str:
    """Return the checksum of which batches before a number are there, with their sizes and times of writing.

    Batches are immutable, so another checksum means that somebody took some away or wrote some again.
    """
    digest = sha256()
    for view in views:
        for path in batches(folder.landing, view):
            if int(path.stem) < next_batch:
                status = path.stat()
                digest.update(f"{view}/{path.name}:{status.st_size}:{status.st_mtime_ns}\n".encode())
    return digest.hexdigest()


def checksum_of_predictions(folder: DataFolder) -> str:
    """Return the checksum of what the models have written, by names, sizes and times of writing."""
    digest = sha256()
    for path in sorted(folder.ml.glob("*.parquet")):
        status = path.stat()
        digest.update(f"{path.name}:{status.st_size}:{status.st_mtime_ns}\n".encode())
    return digest.hexdigest()


def checksum_of_quarantine(folder: DataFolder) -> str:
    """Return the checksum of the newest list of rows in quarantine; of nothing where there is none."""
    newest = max(folder.quarantine.glob("*.parquet"), default=None)
    return sha256(newest.read_bytes() if newest else b"").hexdigest()
