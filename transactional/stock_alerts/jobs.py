"""What the worker does behind redemptions: it settles the warehouses, opens and closes alerts, ends reservations."""

from collections.abc import Sequence
from datetime import timedelta

from transactional.reservations.operations import sweep_reservations
from transactional.stock_alerts.operations import evaluate_alerts
from transactional.warehouses.settling import ItemOfTenant, settle
from transactional.worker.job import Job, JobContext

# In one transaction; it keeps the places of so many items locked, which no redemption waits for.
_SLICE = 500
# Below the horizon every transaction has ended, so what is not seen now is at or above it and is looked at next time.
_CHANGED = """
select tenant_id, item_id from mall.stock where xid >= $1::text::xid8
union
select tenant_id, item_id from mall.warehouse_stock where xid >= $1::text::xid8
order by tenant_id, item_id
"""
_HORIZON = "select pg_snapshot_xmin(pg_current_snapshot())::text"


def stock_jobs() -> tuple[Job, ...]:
    """Return the jobs about stock."""
    return (
        Job("release-reservations", timedelta(seconds=1), _release),
        Job("watch-stock", timedelta(seconds=5), StockWatch().run),
    )


class StockWatch:
    """Looks after the items whose stock changed since it last looked; a new process begins with all."""

    def __init__(self) -> None:
        self._since = "0"

    async def run(self, context: JobContext) -> int:
        """Settle what changed and evaluate its alerts.

        Returns:
            0: what changes meanwhile can wait for the next interval.
        """
        async with context.pools.committer.acquire() as connection:
            horizon = await connection.fetchval(_HORIZON)
            rows = await connection.fetch(_CHANGED, self._since)
        items = [(row["tenant_id"], row["item_id"]) for row in rows]
        for first in range(0, len(items), _SLICE):
            if context.stopping.is_set():
                return 0
            await _look_after(context, items[first : first + _SLICE])
        self._since = horizon
        return 0


async def _look_after(context: JobContext, items: Sequence[ItemOfTenant]) -> None:
    now = context.clock()
    async with context.pools.committer.acquire() as connection, connection.transaction():
        await settle(connection, items, now=now)
        await evaluate_alerts(connection, items, now=now)


async def _release(context: JobContext) -> int:
    async with context.pools.committer.acquire() as connection:
        return await sweep_reservations(connection, now=context.clock())
