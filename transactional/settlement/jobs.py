"""The settlement's work in the background: days that are over are stated (T+1)."""

from datetime import timedelta

from transactional.database import tenant_transaction
from transactional.settlement.operations import state
from transactional.worker.job import Job, JobContext

# A day is over once a day; a run reads a tenant's whole history, so it is not looked at more often than catching up needs.
_EVERY = timedelta(hours=1)


def settlement_jobs() -> tuple[Job, ...]:
    """Return the jobs of settlement."""
    return (Job("state-settlements", _EVERY, state_all),)


async def state_all(context: JobContext) -> int:
    """State what every tenant owes, each in a transaction of its own.

    Returns:
        0: what becomes due meanwhile can wait for the next interval.
    """
    now = context.clock()
    async with context.pools.committer.acquire() as connection:
        tenants = await connection.fetch("select tenant_id from mall.tenant order by tenant_id")
    for (tenant_id,) in tenants:
        if context.stopping.is_set():
            break
        async with tenant_transaction(context.pools.committer, tenant_id) as connection:
            await state(connection, tenant_id=tenant_id, now=now)
    return 0
