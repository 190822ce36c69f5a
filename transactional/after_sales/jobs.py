"""The worker's jobs about cases."""

from datetime import timedelta

from transactional.after_sales.deciding import make_refunds
from transactional.after_sales.operations import tell_overdue
from transactional.worker.job import Job


def after_sales_jobs() -> tuple[Job, ...]:
    """Return the jobs about cases."""
    return (
        Job("tell-overdue-cases", timedelta(seconds=30), tell_overdue),
        Job("make-case-refunds", timedelta(seconds=10), make_refunds),
    )
