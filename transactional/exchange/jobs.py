"""The exchange's work in the background: statements of days that have ended."""

from datetime import timedelta

from transactional.exchange.statements import make_statements
from transactional.worker.job import Job, JobContext


def exchange_jobs() -> tuple[Job, ...]:
    """Return the jobs of exchanges."""
    return (Job("exchange statements", timedelta(minutes=1), _statements),)


async def _statements(context: JobContext) -> int:
    return await make_statements(context.pools.committer, context.clock())
