"""The worker's jobs about top-ups."""

from datetime import timedelta

from transactional.top_ups.sending import refund_top_ups, send_top_ups
from transactional.worker.job import Job


def top_up_jobs() -> tuple[Job, ...]:
    """Return the jobs about top-ups; members wait for them."""
    second = timedelta(seconds=1)
    return (Job("send-top-ups", second, send_top_ups), Job("refund-top-ups", 5 * second, refund_top_ups))
