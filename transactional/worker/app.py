"""The worker as a process: its jobs run while it answers /health."""

import asyncio
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from random import SystemRandom

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from transactional.clock import Clock, system_clock
from transactional.database import open_pools
from transactional.engine.committer import Committer
from transactional.fulfilment.carriers.settings import carriers_of
from transactional.payments.settings import providers_of
from transactional.request_hash import request_hash_key
from transactional.settings import WorkerSettings
from transactional.top_ups.settings import top_ups_of
from transactional.worker.job import Job, JobContext
from transactional.worker.jobs import all_jobs
from transactional.worker.locks import open_locks
from transactional.worker.loop import Worker

# One failure is a hiccup; a job that fails again and again needs somebody.
_FAILURES_THAT_MATTER = 3
# Names of hosts are looked up in threads; a name server that is slow for one host must not hold up the others.
_LOOKUP_THREADS = 64
_COMMITTER_CONNECTIONS = 8


def create_worker(
    settings: WorkerSettings,
    clock: Clock = system_clock,
    jobs: Callable[[WorkerSettings], tuple[Job, ...]] = all_jobs,
) -> Starlette:
    """Return the worker; its jobs begin when it starts and finish their step when it stops."""

    @asynccontextmanager
    async def lifetime(app: Starlette) -> AsyncIterator[None]:
        asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(_LOOKUP_THREADS))
        known = jobs(settings)
        async with (
            open_pools(settings.database_url, committer_connections=_COMMITTER_CONNECTIONS) as pools,
            open_locks(settings.database_url, len(known)) as locks,
            Committer(pools.committer, hash_key=request_hash_key(settings.vault())).running() as committer,
            providers_of(settings.payments_file, clock) as providers,
            carriers_of(settings.fulfilment_file, clock) as carriers,
            top_ups_of(settings.fulfilment_file, clock) as top_ups,
        ):
            context = JobContext(
                pools, committer, clock, settings, SystemRandom(), providers, carriers, top_ups
            )
            async with Worker(context, known, locks).running() as worker:
                app.state.worker = worker
                yield

    return Starlette(routes=[Route("/health", _health)], lifespan=lifetime)


async def _health(request: Request) -> JSONResponse:
    """Tell how each job has been doing; 503 if one fails again and again."""
    worker: Worker = request.app.state.worker
    failing = any(state.failures >= _FAILURES_THAT_MATTER for state in worker.states.values())
    document = {
        "status": "failing" if failing else "ok",
        "jobs": {
            name: {
                "succeeded_at": state.succeeded_at and state.succeeded_at.isoformat(),
                "failures": state.failures,
                "last_error": state.last_error,
            }
            for name, state in worker.states.items()
        },
    }
    return JSONResponse(document, status_code=503 if failing else 200)
