"""Brings back what an authorisation covers from its first day on. Nothing has to run when one lapses."""

from datetime import timedelta

from transactional.worker.job import Job, JobContext


def brand_authorisation_jobs() -> tuple[Job, ...]:
    """Return the jobs of brand authorisations."""
    return (Job("relist-authorised", timedelta(minutes=1), relist),)


async def relist(context: JobContext) -> int:
    """List again what had ended and is covered now.

    Returns:
        0: what becomes covered meanwhile can wait for the next interval.
    """
    async with context.pools.committer.acquire() as connection, connection.transaction():
        await connection.execute("select mall.relist_authorised($1)", context.clock())
    return 0
