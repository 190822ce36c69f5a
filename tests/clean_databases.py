"""Migrated databases that one test after another uses, each as if it had just been copied.

A copy and its drop take a fifth of a second of a processor, most of it for a thousand files; looking for rows and taking
them out again a tenth of that. What a test changed beyond rows is not put right: such a database is dropped.
"""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from itertools import count
from typing import Any

import psycopg
from psycopg import sql

from orchestration.cli.postgres import EmbeddedPostgres

_numbers = count(1)
# Catalogues grow with each temporary table.
_MOST_USES = 100
_ENDED_WITHIN_MS = 5_000

# What a migration makes, by the catalogue that lists it: as many rows, none of them written since.
_CATALOGUES = (
    "pg_class", "pg_attribute", "pg_attrdef", "pg_constraint", "pg_index", "pg_inherits", "pg_trigger", "pg_event_trigger",
    "pg_policy", "pg_rewrite", "pg_proc", "pg_type", "pg_enum", "pg_extension", "pg_default_acl", "pg_sequence",
)  # fmt: skip
_SHAPE = " union all ".join(
    f"select '{name}', count(*), max(xmin::text::bigint) from pg_catalog.{name}" for name in _CATALOGUES
) + (
    # Whoever makes a temporary table leaves an empty namespace for the next one.
    " union all select 'pg_namespace', count(*), max(xmin::text::bigint) from pg_catalog.pg_namespace "
    "where nspname !~ '^pg_(toast_)?temp_'"
    " union all select 'pg_db_role_setting', count(*), null from pg_catalog.pg_db_role_setting s "
    "join pg_catalog.pg_database d on d.oid = s.setdatabase where d.datname = current_database()"
)
_TABLES = (
    "select schemaname, tablename from pg_catalog.pg_tables "
    "where schemaname not in ('pg_catalog', 'information_schema') order by 1, 2"
)

_Row = tuple[Any, ...]
_Connection = psycopg.Connection[_Row]


class CleanDatabases:
    """Lends databases that hold what a migrated one holds, and nothing else."""

    def __init__(self, server: EmbeddedPostgres, template: str) -> None:
        self._server = server
        self._template = template
        self._uses: dict[str, int] = {}
        self._free: list[str] = []
        with psycopg.connect(server.url(template), autocommit=True) as connection:
            self._shape = _shape(connection)
            self._tables = [sql.Identifier(*row) for row in connection.execute(_TABLES).fetchall()]
            assert not connection.execute("select from pg_catalog.pg_sequences").fetchall(), (
                "a sequence would go on where the last test left it"
            )
            self._filled = {
                number: _copied(connection, self._tables[number]) for number in self._with_rows(connection)
            }

    @contextmanager
    def lent(self) -> Iterator[str]:
        """Give the URL of a clean database for the block."""
        name = self._free.pop() if self._free else self._new()
        try:
            yield self._server.url(name)
        finally:
            self._uses[name] += 1
            if self._uses[name] < _MOST_USES and self._cleaned(name):
                self._free.append(name)
            else:
                self._execute(f"drop database if exists {name} with (force)")

    def _new(self) -> str:
        name = f"test_{next(_numbers)}"
        # On a server that does not wait for the disk, copying files takes half of what logging each page does.
        self._execute(f"create database {name} template {self._template} strategy file_copy")
        self._uses[name] = 0
        return name

    def _execute(self, statement: str) -> None:
        with psycopg.connect(self._server.url(), autocommit=True) as connection:
            connection.execute(statement)

    def _cleaned(self, name: str) -> bool:
        """Take out what a test put into a database; return whether it is as it was."""
        # A test may have made its database one that nobody can use.
        with suppress(psycopg.Error), psycopg.connect(self._server.url(name)) as connection:
            ended = connection.execute(
                "select pg_terminate_backend(pid, %s) from pg_stat_activity "
                "where datname = current_database() and pid <> pg_backend_pid() and backend_type = 'client backend'",
                (_ENDED_WITHIN_MS,),
            ).fetchall()
            if not all(gone for (gone,) in ended) or _shape(connection) != self._shape:
                return False
            emptied = self._empty(connection)
            connection.commit()
            connection.autocommit = True
            if emptied:
                # So that new rows lie in the order in which they come, as in files that never had any.
                connection.execute(sql.SQL("vacuum {}").format(sql.SQL(", ").join(emptied)))
            return True
        return False

    def _empty(self, connection: _Connection) -> list[sql.Identifier]:
        """Take all rows out that were not there at first, put back those that were; return the tables it changed."""
        # Neither triggers nor references, which would refuse to lose what they guard.
        connection.execute("set local session_replication_role = replica")
        changed = [number for number in self._with_rows(connection) if number not in self._filled]
        changed += [
            number
            for number, rows in self._filled.items()
            if _copied(connection, self._tables[number]) != rows
        ]
        for number in changed:
            connection.execute(sql.SQL("delete from {}").format(self._tables[number]))
            if rows := self._filled.get(number):
                with connection.cursor().copy(
                    sql.SQL("copy {} from stdin").format(self._tables[number])
                ) as copy:
                    copy.write(rows)
        return [self._tables[number] for number in changed]

    def _with_rows(self, connection: _Connection) -> list[int]:
        exists = (sql.SQL("exists(select from {})").format(table) for table in self._tables)
        row = connection.execute(sql.SQL("select {}").format(sql.SQL(", ").join(exists))).fetchone()
        assert row is not None
        return [number for number, has_rows in enumerate(row) if has_rows]


def _shape(connection: _Connection) -> list[_Row]:
    return connection.execute(_SHAPE).fetchall()


def _copied(connection: _Connection, table: sql.Identifier) -> bytes:
    with connection.cursor().copy(sql.SQL("copy {} to stdout").format(table)) as copy:
        return b"".join(bytes(part) for part in copy)
