"""The worker's job about surveys."""

from datetime import timedelta

from transactional.surveys.inviting import invite_members
from transactional.worker.job import Job


def survey_jobs() -> tuple[Job, ...]:
    """Return the job about surveys."""
    return (Job("invite-to-surveys", timedelta(seconds=30), invite_members),)
