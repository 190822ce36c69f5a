"""The worker's part: what the clock has done to campaigns is written down and told."""

from datetime import timedelta

from transactional.campaigns.telling import tell_begun_and_over
from transactional.worker.job import Job, JobContext


def campaign_jobs() -> tuple[Job, ...]:
    """Return the jobs of campaigns."""
    return (Job("tell-campaigns", timedelta(seconds=5), _tell),)


async def _tell(context: JobContext) -> int:
    async with context.pools.committer.acquire() as connection, connection.transaction():
        return await tell_begun_and_over(connection, now=context.clock())
