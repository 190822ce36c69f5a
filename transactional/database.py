"""Connections: two pools with two roles, and transactions that see one tenant only."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from uuid import UUID

import asyncpg

from transactional.acting import ACTOR, ACTOR_ROLE

Connection = asyncpg.Connection | asyncpg.pool.PoolConnectionProxy

# No tenant has it: whose are what belongs to the platform, or to several tenants.
NO_TENANT = UUID(int=0)

# How the driver says that the server is not there, is stopping or broke the connection.
DATABASE_AWAY = (
    asyncpg.PostgresConnectionError,
    asyncpg.InterfaceError,
    asyncpg.CannotConnectNowError,
    asyncpg.OperatorInterventionError,
    # What it says of a connection that was told of a crash before the server closed it.
    asyncpg.InternalClientError,
    OSError,
)


class _DryRunEnds(Exception):
    """Takes a dry run's transaction back."""


@dataclass(frozen=True)
class Pools:
    """api sees the tenant of the transaction; committer writes batches of several tenants."""

    api: asyncpg.Pool
    committer: asyncpg.Pool


@asynccontextmanager
async def open_pools(url: str, *, committer_connections: int = 4) -> AsyncIterator[Pools]:
    """Open both pools for the block."""
    async with (
        asyncpg.create_pool(url, min_size=1, max_size=10, server_settings={"role": "pointmart_api"}) as api,
        committer_pool(url, committer_connections) as committer,
    ):
        yield Pools(api, committer)


# A batch's statements are planned once per connection, for planning costs more than running them for a lone request.
# Their rows are always found by key. The planner must not decide otherwise while a table is still small: the plan
# would stay when it is large.
_PLANNED_ONCE = {
    "plan_cache_mode": "force_generic_plan",
    "jit": "off",
    "enable_seqscan": "off",
    "enable_hashjoin": "off",
    "enable_mergejoin": "off",
}


class _Unchanged(asyncpg.Connection):
    """A connection whose users leave no settings, cursors or locks of the session behind.

    So nothing is to be reset when it goes back to the pool, which is a round trip for each batch.
    """

    def get_reset_query(self) -> str:
        return ""


def committer_pool(url: str, connections: int = 4) -> asyncpg.Pool:
    """Return the pool of the batch committer, to be entered with `async with`."""
    return asyncpg.create_pool(
        url,
        min_size=1,
        max_size=connections,
        connection_class=_Unchanged,
        server_settings={"role": "pointmart_committer", **_PLANNED_ONCE},
        # A prepared statement that is dropped after a while would be planned anew.
        max_cached_statement_lifetime=0,
        statement_cache_size=500,
    )


@asynccontextmanager
async def tenant_transaction(
    pool: asyncpg.Pool, tenant_id: UUID, *, dry_run: bool = False
) -> AsyncIterator[Connection]:
    """Run the block in a transaction whose row security shows the rows of one tenant, and whose audit names who asks.

    With `dry_run` everything is done and checked as otherwise and then rolled back.
    """
    with suppress(_DryRunEnds):
        async with pool.acquire() as connection, connection.transaction():
            await connection.execute(
                "select set_config('pointmart.tenant_id', $1, true), set_config('pointmart.actor', $2, true), "
                "set_config('pointmart.actor_role', $3, true)",
                str(tenant_id),
                ACTOR.get(),
                ACTOR_ROLE.get(),
            )
            yield connection
            if dry_run:
                raise _DryRunEnds
