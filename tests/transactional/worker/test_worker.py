"""The worker: jobs side by side, one worker at a time each, through failures and outages."""

import asyncio
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import timedelta
from itertools import pairwise

import asyncpg
import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from transactional.settings import WorkerSettings
from transactional.worker import loop
from transactional.worker.app import create_worker
from transactional.worker.job import Job
from transactional.worker.loop import pause_after

MOMENT = timedelta(milliseconds=20)


@asynccontextmanager
async def working(database_url, clock, *jobs: Job):
    app = create_worker(WorkerSettings(database_url=database_url), clock, lambda _: jobs)
    async with app.router.lifespan_context(app):
        yield app


async def until(condition, seconds: float = 20) -> None:
    async with asyncio.timeout(seconds):
        while not condition():
            await asyncio.sleep(0.01)


async def health(app) -> httpx.Response:
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://worker") as client:
        return await client.get("/health")


async def test_a_job_runs_again_at_once_while_there_is_more_to_do(database_url, clock):
    steps = []

    async def run(context) -> int:
        steps.append(await context.pools.committer.fetchval("select 1"))
        return len(steps) < 5

    async with working(database_url, clock, Job("many", timedelta(hours=1), run)) as app:
        await until(lambda: len(steps) == 5)
        await asyncio.sleep(0.1)
        assert len(steps) == 5
        told = await health(app)
        assert told.status_code == 200
        assert told.json() == {
            "status": "ok",
            "jobs": {
                "many": {"succeeded_at": "2026-03-01T04:00:00+00:00", "failures": 0, "last_error": None}
            },
        }


async def test_a_failing_job_backs_off_and_stops_no_other(database_url, clock, monkeypatch, caplog):
    monkeypatch.setattr(loop, "_FIRST_PAUSE", timedelta(milliseconds=30))
    failures, steps = [], []

    async def fail(_) -> int:
        failures.append(asyncio.get_running_loop().time())
        if len(failures) < 5:
            raise ValueError("broken")
        return 0

    async def work(_) -> int:
        steps.append(1)
        return 0

    jobs = (Job("bad", MOMENT, fail), Job("good", MOMENT, work))
    async with working(database_url, clock, *jobs) as app:
        await until(lambda: len(failures) == 4)
        told = await health(app)
        assert (told.status_code, told.json()["status"]) == (503, "failing")
        assert told.json()["jobs"]["bad"]["last_error"] == "ValueError: broken"
        await until(lambda: len(failures) > 5)
        assert (await health(app)).status_code == 200
    assert len(steps) >= 10
    gaps = [later - earlier for earlier, later in pairwise(failures)]
    assert gaps[0] >= 0.03
    assert gaps[1] >= 0.06
    assert gaps[2] >= 0.12
    assert "job bad failed and is tried again in 0:00:00.030000" in caplog.text


async def test_several_workers_share_jobs_and_never_do_one_at_once(database_url, clock):
    at_once, most, turns = 0, 0, {1: 0, 2: 0, 3: 0}

    def job(worker: int) -> Job:
        async def run(_) -> int:
            nonlocal at_once, most
            at_once += 1
            most = max(most, at_once)
            turns[worker] += 1
            await asyncio.sleep(0.005)
            at_once -= 1
            return 0

        return Job("shared", timedelta(milliseconds=3), run)

    async with AsyncExitStack() as stack:
        for worker in turns:
            await stack.enter_async_context(working(database_url, clock, job(worker)))
        await until(lambda: min(turns.values()) >= 5)
    assert most == 1


async def test_a_job_whose_lock_is_lost_is_cut_off(database_url, owner, clock, monkeypatch):
    monkeypatch.setattr(loop, "_FIRST_PAUSE", timedelta(milliseconds=30))
    began, cut_off = 0, 0

    async def run(_) -> int:
        nonlocal began, cut_off
        began += 1
        try:
            await asyncio.sleep(60 if began == 1 else 0)
        except asyncio.CancelledError:
            cut_off += 1
            raise
        return 0

    async with working(database_url, clock, Job("long", MOMENT, run)):
        await until(lambda: began == 1)
        await owner.execute(
            "select pg_terminate_backend(pid) from pg_locks "
            "where locktype = 'advisory' and database = (select oid from pg_database where datname = current_database())"
        )
        await until(lambda: began >= 2)
        assert cut_off == 1


async def test_an_outage_of_the_database_is_survived(database_url, owner, clock, monkeypatch, caplog):
    monkeypatch.setattr(loop, "_FIRST_PAUSE", timedelta(milliseconds=30))
    steps = 0

    async def run(context) -> int:
        nonlocal steps
        await context.pools.committer.fetchval("select 1")
        steps += 1
        return 0

    name = await owner.fetchval("select current_database()")
    async with working(database_url, clock, Job("steady", MOMENT, run)):
        await until(lambda: steps > 2)
        system = await asyncpg.connect(database_url.replace(f"/{name}?", "/postgres?"))
        try:
            await system.execute(f"alter database {name} allow_connections false")
            await system.execute(
                "select pg_terminate_backend(pid) from pg_stat_activity where datname = $1", name
            )
            await until(lambda: "job steady" in caplog.text)
            during = steps
            await asyncio.sleep(0.2)
            assert steps <= during + 1
        finally:
            await system.execute(f"alter database {name} allow_connections true")
            await system.close()
        await until(lambda: steps > during + 3)
    assert "job steady works again" in caplog.text


async def test_a_stop_lets_the_current_step_finish_and_begins_no_other(database_url, clock):
    begun, finished, noticed = [], [], []

    async def run(context) -> int:
        begun.append(1)
        await asyncio.sleep(0.3)
        noticed.append(context.stopping.is_set())
        await context.pools.committer.fetchval("select 1")
        finished.append(1)
        return 1

    async with working(database_url, clock, Job("step", MOMENT, run)):
        await until(lambda: len(begun) == 1)
    assert (begun, finished, noticed) == ([1], [1], [True])


async def test_a_step_that_does_not_end_is_cut_off_at_a_stop(database_url, clock, monkeypatch, caplog):
    monkeypatch.setattr(loop, "_GRACE_SECONDS", 0.2)
    begun = []

    async def run(_) -> int:
        begun.append(1)
        await asyncio.sleep(60)
        return 1

    async with working(database_url, clock, Job("endless", MOMENT, run)):
        await until(lambda: len(begun) == 1)
    assert "job endless did not finish its step in time" in caplog.text


async def test_a_job_can_submit_commands_to_the_engine(database_url, clock):
    seen = []

    async def run(context) -> int:
        seen.append(context.committer.submit)
        return 0

    async with working(database_url, clock, Job("commands", MOMENT, run)):
        await until(lambda: len(seen) > 0)


@given(st.integers(1, 10_000))
def test_pauses_after_failures_double_up_to_five_minutes(failures):
    assert timedelta(seconds=1) <= pause_after(failures) <= timedelta(minutes=5)
    assert pause_after(failures) <= pause_after(failures + 1)


@pytest.mark.parametrize(("failures", "seconds"), [(1, 1), (2, 2), (4, 8), (9, 256), (10, 300)])
def test_pauses_after_failures_are_as_documented(failures, seconds):
    assert pause_after(failures) == timedelta(seconds=seconds)
