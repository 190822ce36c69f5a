"""Large dated marts in a release: a Parquet file for each month, shared by all releases in which it is the same.

So a release costs what changed and not what there is. A file is named by what it holds and never changes; a release
reads its files through a view, under the same name as any mart.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import duckdb

from orchestration import durable
from orchestration.refusal import Refusal
from orchestration.release.content import Columns, RowSums, columns_of, row_sums, table_content
from orchestration.sql import quoted
from orchestration.warehouse.months import month_of

PARTS = "parts"
# A smaller mart is copied whole in less time than its files would take to open.
FROM_ROWS = 1_000_000


class PartMismatch(Refusal):
    """A part does not hold the rows of the warehouse."""


@dataclass(frozen=True)
class Part:
    """One month of a mart as a file.

    Attributes:
        file: its name below the folder of parts.
        token: the warehouse's word for the last build that changed the month.
    """

    month: str
    file: str
    bytes: int
    token: str
    rows: int
    hash_sum: str
    hash_xor: str

    @property
    def sums(self) -> RowSums:
        """Return the sums of its rows."""
        return RowSums(self.rows, int(self.hash_sum), int(self.hash_xor))


@dataclass(frozen=True)
class PartedMart:
    """A mart that is released in parts: its months with their tokens, and the SQL expression of a row's day."""

    name: str
    day: str
    tokens: dict[date, str]


def parted_marts(connection: duckdb.DuckDBPyConnection, database: str) -> list[PartedMart]:
    """Return the dated marts of an attached warehouse that are large enough to be released in parts."""
    try:
        rows = connection.execute(
            f"select mart, day, map_from_entries(list((month, token))) from {database}.built.dated_month group by all"
        ).fetchall()
    except duckdb.CatalogException:
        return []
    found = [PartedMart(mart, day, dict(tokens)) for mart, day, tokens in rows]
    return [mart for mart in found if _rows(connection, f"{database}.{mart.name}") >= FROM_ROWS]


def write_parts(
    connection: duckdb.DuckDBPyConnection, database: str, mart: PartedMart, folder: Path, former: Iterable[Part]
) -> list[Part]:  # fmt: skip
    """Write the months of a mart that no former release has, and return the parts it consists of.

    Raises:
        PartMismatch: a file does not hold the rows of the warehouse.
        OSError, duckdb.Error: disk full or not writable.
    """
    known = {part.month: part for part in former if (folder / part.file).exists()}
    kept = [
        known[month.isoformat()]
        for month, token in mart.tokens.items()
        if month.isoformat() in known and known[month.isoformat()].token == token
    ]
    unsure = sorted(set(mart.tokens) - {date.fromisoformat(part.month) for part in kept})
    if not unsure:
        return sorted(kept, key=lambda part: part.month)
    columns = columns_of(connection, database, mart.name)
    # By its days, not its months: so the warehouse's other rows are not even read.
    among = " or ".join(_within(mart.day, month) for month in unsure)
    sums = row_sums(connection, columns, f"(from {database}.{mart.name} where {among})", month_of(mart.day))
    for month, found in sums.items():
        target = folder / _file(mart.name, month, table_content(columns, found).content_hash)
        if not target.exists():
            rows = f"from {database}.{mart.name} where {_within(mart.day, month)}"
            _write(connection, columns, rows, target, found)
        kept.append(
            Part(
                month.isoformat(), str(target.relative_to(folder)), target.stat().st_size, mart.tokens[month],
                found.rows, str(found.hash_sum), str(found.hash_xor),
            )
        )  # fmt: skip
    return sorted(kept, key=lambda part: part.month)


def _within(day: str, month: date) -> str:
    return f"({day} between date '{month}' and last_day(date '{month}'))"


def view_of(name: str, database: str, folder: Path, parts: Iterable[Part]) -> str:
    """Return the statement that makes a mart of its parts."""
    files = ", ".join(f"'{quoted(folder / part.file)}'" for part in parts)
    return f"create view {database}.{name} as from read_parquet([{files}])"


def parts_from(fields: Mapping[str, list[dict[str, Any]]]) -> dict[str, list[Part]]:
    """Return parts as a manifest keeps them."""
    return {name: [Part(**part) for part in parts] for name, parts in fields.items()}


def remove_unused(folder: Path, used: set[str]) -> None:
    """Delete the files that no release names."""
    for path in folder.glob("*/*.parquet"):
        if str(path.relative_to(folder)) not in used:
            path.unlink(missing_ok=True)


def _file(name: str, month: date, content_hash: str) -> str:
    return f"{name.removeprefix('marts.')}/{month:%Y-%m}-{content_hash[:16]}.parquet"


def _write(
    connection: duckdb.DuckDBPyConnection, columns: Columns, rows: str, target: Path, expected: RowSums
) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    with durable.written_whole(target) as temporary:
        connection.execute(
            f"copy ({rows} order by all) to '{quoted(temporary)}' (format parquet, compression zstd)"
        )
        written = row_sums(connection, columns, f"read_parquet('{quoted(temporary)}')")[None]
        if written != expected:
            raise PartMismatch(
                f"the file {target} does not hold the rows of the warehouse; the release is not switched, "
                "run the pipeline again"
            )


def _rows(connection: duckdb.DuckDBPyConnection, relation: str) -> int:
    row = connection.execute(f"select count(*) from {relation}").fetchone()
    return int(row[0]) if row else 0
