"""Session-level advisory locks: one worker at a time does a job, and a dead worker holds nothing."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import asyncpg


class LockLost(Exception):
    """The connection that held the lock ended, so another worker may do the job now."""


class JobLocks:
    """Lets one of several workers do a job."""

    def __init__(self, pool: asyncpg.Pool) -> None:
        self._pool = pool

    async def holding(self, name: str, step: Callable[[], Awaitable[int]]) -> int | None:
        """Run a step under the lock of its job and return how much it did; None if another worker holds it.

        Raises:
            LockLost: the step was cut off because the lock was lost.
        """
        # Giving the connection back to the pool gives the lock back too.
        async with self._pool.acquire() as connection:
            if not await connection.fetchval(
                "select pg_try_advisory_lock(hashtextextended('pointmart job ' || $1, 0))", name
            ):
                return None
            return await _while_connected(connection, step)


async def _while_connected(
    connection: asyncpg.pool.PoolConnectionProxy, step: Callable[[], Awaitable[int]]
) -> int:
    task = asyncio.ensure_future(step())

    def cut_off(_: object) -> None:
        task.cancel()

    connection.add_termination_listener(cut_off)
    try:
        return await task
    except asyncio.CancelledError:
        if connection.is_closed():
            raise LockLost("the connection that held the job's lock ended") from None
        raise
    finally:
        connection.remove_termination_listener(cut_off)


@asynccontextmanager
async def open_locks(url: str, jobs: int) -> AsyncIterator[JobLocks]:
    """Open the connections that hold the locks of so many jobs, each only while its job is being done."""
    async with asyncpg.create_pool(
        url, min_size=0, max_size=max(jobs, 1), server_settings={"role": "pointmart_committer"}
    ) as pool:
        yield JobLocks(pool)
