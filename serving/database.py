"""The live database, read-only: schema `export` and the keys. It may be away; the release still answers."""

import logging
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

import asyncpg

_log = logging.getLogger(__name__)

# While the database is away, requests do not queue on connection attempts: one in this many seconds tries.
_RETRY_SECONDS = 1.0
_CONNECT_SECONDS = 2.0
_STATEMENT_SECONDS = 3.0

_AWAY = (
    OSError,
    TimeoutError,
    asyncpg.PostgresConnectionError,
    asyncpg.InterfaceError,
    asyncpg.OperatorInterventionError,
    asyncpg.InsufficientResourcesError,
    asyncpg.PostgresSystemError,
)


class DatabaseAway(Exception):
    """The database cannot be reached, lets nobody in, or did not answer in time."""


class Database:
    """Runs read-only statements as the role `pointmart_reader`."""

    def __init__(self, pool: asyncpg.Pool) -> None:
        self._pool = pool
        self._retry_at = 0.0

    async def rows(self, sql: str, *arguments: Any, patience: float | None = None) -> list[asyncpg.Record]:
        """Return the rows of one statement.

        Args:
            patience: seconds it may take, by default three.

        Raises:
            DatabaseAway: it cannot be reached, or could not a moment ago.
        """
        if time.monotonic() < self._retry_at:
            raise DatabaseAway
        try:
            return await self._fetch(sql, arguments, patience)
        except _AWAY as error:
            if time.monotonic() >= self._retry_at:
                _log.warning("the live database is away: %r", error)
            self._retry_at = time.monotonic() + _RETRY_SECONDS
            # Connections of a server that restarted are dead; the next attempt makes new ones.
            await self._pool.expire_connections()
            raise DatabaseAway from error

    async def _fetch(
        self, sql: str, arguments: tuple[Any, ...], patience: float | None
    ) -> list[asyncpg.Record]:
        try:
            connection = await self._pool.acquire(timeout=_CONNECT_SECONDS)
        except asyncpg.PostgresError as error:
            # Whatever a server's reason to let nobody in: a wrong password, a missing role, its own start.
            raise ConnectionError(str(error)) from error
        try:
            found: list[asyncpg.Record] = await connection.fetch(sql, *arguments, timeout=patience)
            return found
        finally:
            await self._pool.release(connection)

    async def is_reachable(self) -> bool:
        """Return whether a statement can be run now."""
        try:
            await self.rows("select 1")
        except DatabaseAway:
            return False
        return True


@asynccontextmanager
async def open_database(url: str, settings: Mapping[str, str] | None = None) -> AsyncIterator[Database]:
    """Open the pool for the block; nothing is connected before the first statement.

    Args:
        settings: of the server, for the connections of this pool.
    """
    pool = asyncpg.create_pool(
        url,
        min_size=0,
        max_size=10,
        timeout=_CONNECT_SECONDS,
        command_timeout=_STATEMENT_SECONDS,
        reset=_keep,
        server_settings={
            "role": "pointmart_reader",
            "default_transaction_read_only": "on",
            **(settings or {}),
        },
    )
    async with pool:
        yield Database(pool)


async def _keep(_: Any) -> None:
    """Leave a returned connection as it is: single reads leave nothing behind, and a reset costs a round trip."""
