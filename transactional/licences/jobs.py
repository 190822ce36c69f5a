"""The register's work in the background: licences near their last day are told about."""

from datetime import timedelta

from transactional.licences.operations import evaluate_alerts
from transactional.worker.job import Job, JobContext


def licence_jobs() -> tuple[Job, ...]:
    """Return the jobs of licences."""
    return (Job("watch-licences", timedelta(minutes=10), watch),)


async def watch(context: JobContext) -> int:
    """Open and close alerts.

    Returns:
        0: what becomes due meanwhile can wait for the next interval.
    """
    async with context.pools.api.acquire() as connection, connection.transaction():
        await evaluate_alerts(connection, now=context.clock())
    return 0
