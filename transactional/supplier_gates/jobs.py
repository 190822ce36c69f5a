"""The gates' work in the background: documents near their last day are told about. None has to be closed at midnight."""

from datetime import timedelta

from transactional.supplier_gates.alerts import evaluate_alerts
from transactional.worker.job import Job, JobContext


def supplier_gate_jobs() -> tuple[Job, ...]:
    """Return the jobs of suppliers' gates."""
    return (Job("watch-supplier-documents", timedelta(minutes=10), watch),)


async def watch(context: JobContext) -> int:
    """Open and close alerts.

    Returns:
        0: what becomes due meanwhile can wait for the next interval.
    """
    async with context.pools.committer.acquire() as connection, connection.transaction():
        await evaluate_alerts(connection, now=context.clock())
    return 0
