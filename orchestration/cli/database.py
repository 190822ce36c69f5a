"""The database of a command: the server the settings name, or the embedded one; always migrated."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import asyncpg
import psycopg

from orchestration.cli import postgres
from orchestration.refusal import Refusal
from transactional.migrate import DatabaseAhead, MigrationChanged, ServerTooOld, migrate

_NAME = "pointmart"


class DatabaseUnreachable(Refusal):
    """The server named by the settings does not let us in."""


class SchemaMismatch(Refusal):
    """The database's schema is not one this version can work with."""


@contextmanager
def database(data_dir: Path, database_url: str | None, *, stop_at_end: bool = False) -> Iterator[str]:
    """Give the URL of a migrated database for the block.

    An embedded server that this call starts is stopped at the end; one that runs already is left running,
    unless `stop_at_end` says that nobody else needs it.

    Raises:
        PostgresDidNotStart: the embedded server could not be started.
        DatabaseUnreachable: the server that `database_url` names does not answer.
        SchemaMismatch: the schema is not one this version can work with.
    """
    if database_url is not None:
        asyncio.run(_migrate(database_url))
        yield database_url
        return
    with postgres.running(data_dir, stop_at_end=stop_at_end) as server:
        _create(server)
        url = server.url(_NAME)
        asyncio.run(_migrate(url))
        yield url


def keep_up(server: postgres.EmbeddedPostgres) -> bool:
    """Start an embedded server again if it has ended, and tell whether that was so.

    Raises:
        PostgresDidNotStart: it does not start any more.
    """
    return server.running() is None and postgres.start(server) is not None


def _create(server: postgres.EmbeddedPostgres) -> None:
    with psycopg.connect(server.url(), autocommit=True) as connection:
        if connection.execute("select 1 from pg_database where datname = %s", [_NAME]).fetchone() is None:
            connection.execute(f"create database {_NAME}")


async def _migrate(url: str) -> None:
    try:
        connection = await asyncpg.connect(url)
    except (OSError, asyncpg.PostgresError, ValueError) as error:
        raise DatabaseUnreachable(
            f"the database of POINTMART_DATABASE_URL does not answer ({error}); start it or correct the URL"
        ) from error
    try:
        await migrate(connection)
    except (MigrationChanged, DatabaseAhead, ServerTooOld) as error:
        raise SchemaMismatch(str(error)) from error
    except asyncpg.InsufficientPrivilegeError as error:
        raise SchemaMismatch(
            f"the database user lacks a privilege ({str(error).splitlines()[0]}); let it create schemas and roles (CREATEROLE)"
        ) from error
    finally:
        await connection.close()
