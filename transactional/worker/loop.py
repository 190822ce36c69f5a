"""Runs jobs side by side: each at its own pace, and none is stopped by the failure of another."""

import asyncio
import logging
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from transactional.database import DATABASE_AWAY
from transactional.masking import masked
from transactional.worker.job import Job, JobContext
from transactional.worker.locks import JobLocks

# Others kill a process that does not stop within ten seconds.
_GRACE_SECONDS = 8.0
_FIRST_PAUSE = timedelta(seconds=1)
_LONGEST_PAUSE = timedelta(minutes=5)

_log = logging.getLogger(__name__)


@dataclass
class JobState:
    """How a job has been doing in this worker.

    Attributes:
        succeeded_at: when a step ended well last, here or because another worker does the job.
        failures: how many steps in a row have failed.
        last_error: what the last failure said; None after a success.
    """

    succeeded_at: datetime | None = None
    failures: int = 0
    last_error: str | None = None


def pause_after(failures: int) -> timedelta:
    """Return how long to wait after so many failures in a row (at least one): doubled each time, up to a limit."""
    return min(_FIRST_PAUSE * (1 << min(failures - 1, 20)), _LONGEST_PAUSE)


class Worker:
    """Does jobs until it is told to stop."""

    def __init__(self, context: JobContext, jobs: Sequence[Job], locks: JobLocks) -> None:
        self._context = context
        self._jobs = jobs
        self._locks = locks
        self.states = {job.name: JobState() for job in jobs}

    @asynccontextmanager
    async def running(self) -> AsyncIterator["Worker"]:
        """Do the jobs while the block runs; at its end, let each finish the step it is in."""
        tasks = [asyncio.create_task(self._keep_doing(job), name=job.name) for job in self._jobs]
        try:
            yield self
        finally:
            self._context.stopping.set()
            await _finish(tasks)

    async def _keep_doing(self, job: Job) -> None:
        state = self.states[job.name]
        while not self._context.stopping.is_set():
            try:
                done = await self._locks.holding(job.name, partial(job.run, self._context))
            except Exception as error:  # noqa: BLE001 - the boundary: a job that fails is tried again later
                state.failures += 1
                state.last_error = f"{type(error).__name__}: {error}"
                pause = pause_after(state.failures)
                _tell(job, error, pause)
            else:
                if state.failures:
                    _log.warning("job %s works again after %d failures", job.name, state.failures)
                state.succeeded_at, state.failures, state.last_error = self._context.clock(), 0, None
                pause = timedelta() if done else job.interval
            await self._rest(pause)

    async def _rest(self, pause: timedelta) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(pause.total_seconds()):
                await self._context.stopping.wait()


async def _finish(tasks: list[asyncio.Task[None]]) -> None:
    if not tasks:
        return
    _, late = await asyncio.wait(tasks, timeout=_GRACE_SECONDS)
    for task in late:
        _log.warning("job %s did not finish its step in time and was cut off", task.get_name())
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


def _tell(job: Job, error: Exception, pause: timedelta) -> None:
    if isinstance(error, DATABASE_AWAY):
        _log.warning("job %s waits %s: the database is away: %s", job.name, pause, error)
    else:
        _log.error("job %s failed and is tried again in %s", job.name, pause, exc_info=masked(error))
