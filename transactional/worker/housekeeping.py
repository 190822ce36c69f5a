"""Jobs that write down what time has done: overdue redemptions, ended holds, expired lots, sales that are over; and the
chain's seal."""

from datetime import timedelta

from transactional.flash_sales.operations import close_sale
from transactional.flash_sales.queries import sales_to_close
from transactional.ledger.chain import seal
from transactional.ledger.sweeping import expire_lots, sweep_holds
from transactional.members.sweeping import forget_stragglers
from transactional.redemption.sweeping import time_out_redemptions
from transactional.risk.sweep import sweep_velocity
from transactional.worker.job import Job, JobContext


def housekeeping_jobs() -> tuple[Job, ...]:
    """Return the jobs of housekeeping."""
    second = timedelta(seconds=1)
    return (
        Job("time-out-redemptions", second, _time_out),
        Job("sweep-holds", 5 * second, _sweep_holds),
        # Lots expire at midnight; those with held points when the hold ends.
        Job("expire-lots", 60 * second, _expire_lots),
        Job("expire-all-lots", timedelta(hours=6), _expire_all_lots),
        Job("close-flash-sales", second, _close_sales),
        Job("seal-ledger", 2 * second, _seal),
        Job("forget-stragglers", timedelta(hours=1), _forget_stragglers),
        Job("sweep-velocity", timedelta(hours=1), _sweep_velocity),
    )


async def _time_out(context: JobContext) -> int:
    return await time_out_redemptions(context.pools.committer, context.committer, context.clock())


async def _sweep_holds(context: JobContext) -> int:
    return await sweep_holds(context.pools.committer, context.committer, context.clock())


async def _expire_lots(context: JobContext) -> int:
    return await expire_lots(context.pools.committer, context.committer, context.clock())


async def _expire_all_lots(context: JobContext) -> int:
    """Find what came back into lots that ended long ago, which the frequent sweep does not look at."""
    await expire_lots(context.pools.committer, context.committer, context.clock(), look_back=None)
    return 0


async def _close_sales(context: JobContext) -> int:
    async with context.pools.committer.acquire() as connection:
        now = context.clock()
        over = await sales_to_close(connection, now=now)
        for tenant_id, sale_id in over:
            await close_sale(connection, tenant_id=tenant_id, sale_id=sale_id, now=now)
    return len(over)


async def _seal(context: JobContext) -> int:
    # Sealing takes a role of its own, whatever the connection's.
    async with context.pools.api.acquire() as connection:
        return await seal(connection)


async def _sweep_velocity(context: JobContext) -> int:
    async with context.pools.committer.acquire() as connection, connection.transaction():
        return await sweep_velocity(connection, now=context.clock())


async def _forget_stragglers(context: JobContext) -> int:
    await forget_stragglers(context.pools.committer, context.clock())
    return 0
