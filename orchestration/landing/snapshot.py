"""One PostgreSQL snapshot seen through DuckDB: the export views and what was visible, read as one.

DuckDB's attachment runs one connection in one REPEATABLE READ READ ONLY transaction for the length of a
DuckDB transaction, so everything read here sees one state; leaving the block checks that it did.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import duckdb
import psycopg
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from orchestration.landing.batches import in_order
from orchestration.landing.cursor import Origin
from orchestration.refusal import Refusal
from orchestration.sql import quoted

_ROLE = "pointmart_landing"

_ORIGIN = """
select
    (select system_identifier::text from pg_control_system()),
    current_database()::text,
    (select oid::bigint from pg_database where datname = current_database())
"""

_COLUMNS = """
select table_name::text, column_name::text, udt_name::text
from information_schema.columns where table_schema = 'export'
order by table_name, ordinal_position
"""


class SourceUnreachable(Refusal):
    """PostgreSQL does not answer, or not to this user."""


class DatabaseNotMigrated(Refusal):
    """An export view is missing."""


class SnapshotChanged(Refusal):
    """Two reads of one landing saw different states."""


@dataclass(frozen=True)
class Snapshot:
    """An open snapshot.

    Attributes:
        connection: the DuckDB connection with the database attached as `source`.
        origin: which database it is.
        text: PostgreSQL's text of the snapshot, from which it can tell later what was visible.
        views: the columns of each export view that the role may read, with their types.
    """

    connection: duckdb.DuckDBPyConnection
    origin: Origin
    text: str
    views: dict[str, dict[str, str]]

    def columns(self, view: str) -> dict[str, str]:
        """Return the columns of an export view in order, with PostgreSQL's internal name of their type.

        Raises:
            DatabaseNotMigrated: there is no such view, or not for this role.
        """
        if view not in self.views:
            raise DatabaseNotMigrated(
                f"database {self.origin.database} has no view export.{view}; "
                "migrate it, or correct POINTMART_DATABASE_URL"
            )
        return self.views[view]

    def has_foreign_stamps(self, view: str) -> bool:
        """Return whether a view shows rows of transactions that, by their number, cannot be visible.

        Asked so that the index on xid answers it, the joined views included.
        """
        return self.has_rows_since(view, self.text)

    def has_rows_since(self, view: str, since: str) -> bool:
        """Return whether a view shows rows that were not visible in another snapshot, given by its text."""
        ((found,),) = _ask(
            self.connection,
            f"select exists (select from export.{view} where {_not_visible_in(since)})",
        )
        return bool(found)

    def copy(self, view: str, since: str | None, batch: int, target: Path) -> int:
        """Write the rows of a view that were not visible in an earlier snapshot to Parquet; return how many.

        Args:
            since: the text of the earlier snapshot; None takes all rows.
            batch: the number each row bears in the column `batch`.

        Raises:
            DatabaseNotMigrated: there is no such view.
            duckdb.Error: the file cannot be written.
        """
        names = ", ".join(
            'xid::text::bigint as "xid"' if c == "xid" else f'"{c}"' for c in self.columns(view)
        )
        condition = "true" if since is None else _not_visible_in(since)
        written = self.connection.execute(
            "copy (select * replace (xid::ubigint as xid), $batch::bigint as batch "
            f"from postgres_query('source', $query) {in_order(self.columns(view))}) "
            f"to '{quoted(target)}' (format parquet, compression zstd)",
            {"batch": batch, "query": f"select {names} from export.{view} where {condition}"},
        ).fetchone()
        return int(written[0]) if written else 0


@contextmanager
def opened(database_url: str) -> Iterator[Snapshot]:
    """Open one snapshot of a database for the block, as the landing role.

    Raises:
        SourceUnreachable: PostgreSQL refuses the connection or the role.
        SnapshotChanged: the reads did not all see one state.
    """
    conninfo = _as_landing_role(database_url)
    with duckdb.connect(config={"autoinstall_known_extensions": False}) as connection:
        connection.execute(f"load '{quoted(_extension())}'")
        connection.execute(f"attach '{quoted(conninfo)}' as source (type postgres, read_only)")
        connection.execute("begin")
        ((before,),) = _ask(connection, "select pg_current_snapshot()::text")
        ((system_identifier, database, oid),) = _ask(connection, _ORIGIN)
        views: dict[str, dict[str, str]] = {}
        for view, column, type_ in _ask(connection, _COLUMNS):
            views.setdefault(view, {})[column] = type_
        yield Snapshot(connection, Origin(system_identifier, database, oid), before, views)
        ((after,),) = _ask(connection, "select pg_current_snapshot()::text")
        if before != after:
            raise SnapshotChanged(
                "PostgreSQL gave more than one snapshot to one landing; connect without a statement-level pooler"
            )


def _as_landing_role(database_url: str) -> str:
    """Return connection parameters that assume the landing role, after trying them once.

    psycopg's messages do not repeat the password of the URL; DuckDB's do.
    """
    try:
        options = str(conninfo_to_dict(database_url).get("options") or "")
        conninfo = make_conninfo(database_url, options=f"{options} -c role={_ROLE}".strip())
        psycopg.connect(conninfo, connect_timeout=10).close()
    except psycopg.Error as error:
        reason = " ".join(str(error).split())
        raise SourceUnreachable(
            f"PostgreSQL cannot be used ({reason}); start it or correct POINTMART_DATABASE_URL"
        ) from error
    return conninfo


def _not_visible_in(snapshot: str) -> str:
    """Return the condition on a row's transaction; the first half is what the index on xid answers."""
    return f"xid >= pg_snapshot_xmin('{snapshot}') and not pg_visible_in_snapshot(xid, '{snapshot}')"


def _ask(connection: duckdb.DuckDBPyConnection, query: str) -> list[tuple[Any, ...]]:
    return connection.execute("select * from postgres_query('source', $query)", {"query": query}).fetchall()


def _extension() -> Path:
    spec = find_spec("duckdb_extension_postgres_scanner")
    if spec is None or spec.origin is None:
        raise SourceUnreachable("DuckDB's PostgreSQL extension is not installed; run `make install`")
    folder = Path(spec.origin).parent / "extensions" / f"v{duckdb.__version__}"
    return folder / "postgres_scanner.duckdb_extension"
