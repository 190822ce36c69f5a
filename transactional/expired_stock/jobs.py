"""What the worker does about pieces past their last day."""

from datetime import timedelta

from transactional.expired_stock.operations import due, look_for_expired
from transactional.worker.job import Job, JobContext

# In one transaction; it keeps the places of so many items locked, which no redemption waits for.
_SLICE = 500


def expired_stock_jobs() -> tuple[Job, ...]:
    """Return the job that tells of expired pieces; days end at midnight, and people correct the books at any time."""
    return (Job("tell-of-expired-stock", timedelta(minutes=1), _look),)


async def _look(context: JobContext) -> int:
    async with context.pools.committer.acquire() as connection:
        items = await due(connection, now=context.clock())
    for first in range(0, len(items), _SLICE):
        if context.stopping.is_set():
            return 0
        async with context.pools.committer.acquire() as connection, connection.transaction():
            await look_for_expired(connection, items[first : first + _SLICE], now=context.clock())
    return 0
