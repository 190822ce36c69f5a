"""Connections: two pools with two roles, and transactions that see one tenant only."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from uuid import UUID

import asyncpg

Connection = asyncpg.Connection | asyncpg.pool.PoolConnectionProxy


# How the driver says that the server is not there, is stopping or broke the connection.
DATABASE_AWAY = (
    asyncpg.PostgresConnectionError,
    asyncpg.InterfaceError,
    asyncpg.CannotConnectNowError,
    asyncpg.OperatorInterventionError,
    OSError,
)


@dataclass(frozen=True)
class Pools:
    """api sees the tenant of the transaction; committer writes batches of several tenants."""

    api: asyncpg.Pool
    committer: asyncpg.Pool


@asynccontextmanager
async def open_pools(url: str) -> AsyncIterator[Pools]:
    """Open both pools for the block."""
    async with (
        asyncpg.create_pool(url, min_size=1, max_size=10, server_settings={"role": "pointmart_api"}) as api,
        committer_pool(url) as committer,
    ):
        yield Pools(api, committer)


def committer_pool(url: str) -> asyncpg.Pool:
    """Return the pool of the batch committer, to be entered with `async with`."""
    return asyncpg.create_pool(url, min_size=1, max_size=2, server_settings={"role": "pointmart_committer"})


class _DryRunOver(Exception):
    """Rolls a dry run back."""


@asynccontextmanager
async def tenant_transaction(
    pool: asyncpg.Pool, tenant_id: UUID, *, dry_run: bool = False
) -> AsyncIterator[Connection]:
    """Run the block in a transaction whose row security shows the rows of one tenant.

    A dry run does everything and rolls it back at the end.
    """
    async with pool.acquire() as connection:
        with suppress(_DryRunOver):
            async with connection.transaction():
                await connection.execute("select set_config('pointmart.tenant_id', $1, true)", str(tenant_id))
                yield connection
                if dry_run:
                    raise _DryRunOver
