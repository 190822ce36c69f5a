"""The worker's jobs about cash."""

from datetime import timedelta

from transactional.payments.giving_back import pay_refunds
from transactional.payments.settling import settle_payments
from transactional.worker.job import Job


def payment_jobs() -> tuple[Job, ...]:
    """Return the jobs about cash."""
    return (
        Job("settle-payments", timedelta(seconds=5), settle_payments),
        Job("pay-refunds", timedelta(seconds=5), pay_refunds),
    )
