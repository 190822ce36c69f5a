"""What a release's tables hold, as row counts and hashes that do not depend on row order."""

from dataclasses import dataclass
from hashlib import sha256

import duckdb


@dataclass(frozen=True)
class TableContent:
    """The rows of a table and a hash of them."""

    rows: int
    content_hash: str


def contents(connection: duckdb.DuckDBPyConnection, database: str) -> dict[str, TableContent]:
    """Return the content of each table in schema `marts` of an attached database, by `marts.<table>`."""
    names = connection.execute(
        "select table_name from information_schema.tables "
        "where table_catalog = $1 and table_schema = 'marts' order by 1",
        [database],
    ).fetchall()
    return {f"marts.{name}": _content(connection, database, name) for (name,) in names}


def _content(connection: duckdb.DuckDBPyConnection, database: str, table: str) -> TableContent:
    columns = connection.execute(
        "select column_name, data_type from information_schema.columns "
        "where table_catalog = $1 and table_schema = 'marts' and table_name = $2 order by ordinal_position",
        [database, table],
    ).fetchall()
    row = ", ".join(_canonical(name, data_type) for name, data_type in columns)
    # Sum and exclusive-or of the rows' hashes: neither depends on order, and the sum sees repeated rows.
    found = connection.execute(
        "select count(*), sum(h::hugeint)::varchar, bit_xor(h)::varchar "
        f'from (select hash({row}) as h from "{database}".marts."{table}")'
    ).fetchone()
    digest = sha256(repr((columns, found)).encode()).hexdigest()
    return TableContent(int(found[0]) if found else 0, digest)


def _canonical(name: str, data_type: str) -> str:
    """Return a column as hashed: floats with nine digits, since parallel sums differ in their last bits."""
    if data_type in ("DOUBLE", "FLOAT"):
        return f"""format('{{:.8e}}', "{name}" + 0.0)"""
    return f'"{name}"'
