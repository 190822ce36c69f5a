"""What a release's tables hold, as row counts and hashes that do not depend on row order."""

from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

import duckdb


@dataclass(frozen=True)
class TableContent:
    """The rows of a table and a hash of them."""

    rows: int
    content_hash: str


@dataclass(frozen=True)
class RowSums:
    """Rows, and the sum and the exclusive-or of their hashes: neither depends on order, and the sum sees repeated rows.

    Those of the parts of a table give those of the table.
    """

    rows: int
    hash_sum: int
    hash_xor: int

    def plus(self, other: "RowSums") -> "RowSums":
        """Return what both hold together."""
        return RowSums(self.rows + other.rows, self.hash_sum + other.hash_sum, self.hash_xor ^ other.hash_xor)


Columns = list[tuple[str, str]]


def table_names(connection: duckdb.DuckDBPyConnection, database: str) -> list[str]:
    """Return the tables in schema `marts` of an attached database, as `marts.<table>`."""
    names = connection.execute(
        "select table_name from information_schema.tables "
        "where table_catalog = $1 and table_schema = 'marts' order by 1",
        [database],
    ).fetchall()
    return [f"marts.{name}" for (name,) in names]


def contents(
    connection: duckdb.DuckDBPyConnection, database: str, names: Iterable[str] | None = None
) -> dict[str, TableContent]:
    """Return the content of tables of an attached database, of all in its schema `marts` if none are named."""
    found = {}
    for name in table_names(connection, database) if names is None else names:
        columns = columns_of(connection, database, name)
        ((sums),) = row_sums(connection, columns, f"{database}.{name}").values()
        found[name] = table_content(columns, sums)
    return found


def columns_of(connection: duckdb.DuckDBPyConnection, database: str, name: str) -> Columns:
    """Return a table's columns with their types, in order."""
    return connection.execute(
        "select column_name, data_type from information_schema.columns "
        "where table_catalog = $1 and table_schema || '.' || table_name = $2 order by ordinal_position",
        [database, name],
    ).fetchall()


def row_sums(
    connection: duckdb.DuckDBPyConnection, columns: Columns, relation: str, part: str | None = None
) -> dict[Any, RowSums]:
    """Return the sums of a relation: by the parts that an SQL expression tells apart, or of all under None."""
    row = ", ".join(_canonical(name, data_type) for name, data_type in columns)
    found = connection.execute(
        "select part, count(*), coalesce(sum(h::hugeint), 0)::varchar, coalesce(bit_xor(h), 0)::varchar "
        f"from (select hash({row}) as h, {part or 'null'} as part from {relation}) group by part"
    ).fetchall()
    sums = {key: RowSums(int(rows), int(total), int(xor)) for key, rows, total, xor in found}
    return sums if part or sums else {None: RowSums(0, 0, 0)}


def table_content(columns: Columns, sums: RowSums) -> TableContent:
    """Return the content of a table of such columns with such rows."""
    digest = sha256(repr((columns, sums)).encode()).hexdigest()
    return TableContent(sums.rows, digest)


def _canonical(name: str, data_type: str) -> str:
    """Return a column as hashed: floats with nine digits, since parallel sums differ in their last bits."""
    if data_type in ("DOUBLE", "FLOAT"):
        return f"""format('{{:.8e}}', "{name}" + 0.0)"""
    return f'"{name}"'
