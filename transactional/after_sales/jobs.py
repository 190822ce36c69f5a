"""The worker's jobs about cases."""

from datetime import timedelta

from transactional.after_sales.clock import tell_overdue
from transactional.after_sales.notes import NoteSealing
from transactional.after_sales.refunding import make_refunds
from transactional.settings import WorkerSettings
from transactional.worker.job import Job


def after_sales_jobs(settings: WorkerSettings) -> tuple[Job, ...]:
    """Return the jobs about cases; without a vault key nothing is sealed."""
    vault = settings.vault()
    sealing = () if vault is None else (Job("seal-notes", timedelta(minutes=5), NoteSealing(vault).run),)
    return (
        Job("tell-overdue-cases", timedelta(seconds=30), tell_overdue),
        Job("make-case-refunds", timedelta(seconds=10), make_refunds),
        *sealing,
    )
