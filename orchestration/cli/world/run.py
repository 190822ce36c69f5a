"""Makes a world: tenants in processes of their own, side by side, with their truth beside the database."""

import asyncio
import gc
import json
import multiprocessing
import queue
from collections.abc import Callable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from multiprocessing.queues import Queue
from pathlib import Path
from typing import Any

import asyncpg

from orchestration.cli.world.day import KEY
from orchestration.cli.world.founding import found
from orchestration.cli.world.makings import Makings
from orchestration.cli.world.parameters import parameters
from orchestration.cli.world.plan import TenantSummary, WorldPlan
from orchestration.cli.world.planner import Hire
from orchestration.cli.world.platform import set_up_platform
from orchestration.cli.world.presets import preset_of
from orchestration.cli.world.tenant import TenantLife
from orchestration.cli.world.voices import Scribe
from orchestration.refusal import Refusal
from transactional.tenants.operations import find_tenant
from transactional.texts.sentiment import load_model
from transactional.vault import Vault

WORKERS = 2
# Among the truth: the model that scores what members say.
SENTIMENT_FILE = "sentiment.json"
# Jobs of the worker that would change what an import keeps in memory, or miss in the database what it is yet to write.
_RIVALS = (
    "time-out-redemptions", "sweep-holds", "expire-lots", "expire-all-lots", "close-flash-sales", "open-compensations",
    "issue-invoices", "state-settlements",
)  # fmt: skip
_SETTINGS = {
    # Made-up history can be made again, so no commit waits for the disk.
    "synchronous_commit": "off",
    # As in the committer's pool: rows are found by key.
    "plan_cache_mode": "force_generic_plan", "jit": "off",
    "enable_seqscan": "off", "enable_hashjoin": "off", "enable_mergejoin": "off",
}  # fmt: skip

Progress = Callable[[int, int], None]


class WorldUnfinished(Refusal):
    """A world was begun in this database and not finished."""


class OtherWorld(Refusal):
    """A whole world of another plan, or of an older version, is in this database.

    Attributes:
        told: the world that is there, in a few words.
    """

    def __init__(self, told: str) -> None:
        super().__init__(
            f"this database has a simulated world already, of {told}; simulate into an empty data folder"
        )
        self.told = told


@dataclass(frozen=True)
class Words:
    """How a world keeps what members say, as processes can be told of it.

    Attributes:
        vault_key: the installation's, 32 bytes.
        model: the file of the model that scores texts; None learns one for the world, in its truth.
    """

    vault_key: bytes
    model: Path | None = None

    def scribe(self) -> Scribe:
        """Return who seals and scores."""
        return Scribe(Vault(self.vault_key), None if self.model is None else load_model(self.model))


def simulate(
    url: str, plan: WorldPlan, truth: Path, words: Words, progress: Progress
) -> list[TenantSummary] | None:
    """Make the world and write its truth; None if it is there already.

    Args:
        truth: the folder of the truth's files.
        progress: called with (days lived, days in all) of all tenants together.

    Raises:
        OtherWorld: the tenants of another are there.
        WorldUnfinished: tenants of a world are there that nobody finished.
    """
    codes = [preset_of(number).code for number in range(plan.tenants)]
    known = asyncio.run(_known(url, codes))
    file = truth / "parameters.json"
    if known:
        kept = _kept_plan(file)
        if kept is None:
            raise WorldUnfinished(
                f"this database has tenants of an unfinished simulated world ({', '.join(known)}); "
                "simulate into an empty data folder"
            )
        if known == codes and kept == json.loads(json.dumps(asdict(plan), default=str)):
            return None
        raise OtherWorld("{tenants} tenants and {members} members each until {until}".format_map(kept))
    truth.mkdir(parents=True, exist_ok=True)
    file.unlink(missing_ok=True)
    if words.model is None:
        words = replace(words, model=learnt_model(truth))
    asyncio.run(set_up_platform(url, plan))
    context = multiprocessing.get_context("spawn")
    days: Queue[int] = context.Queue()
    with (
        _alone(url),
        ProcessPoolExecutor(WORKERS, mp_context=context, initializer=_begin_worker, initargs=(days,)) as pool,
    ):
        tasks = [pool.submit(_make, url, plan, number, truth, words) for number in range(plan.tenants)]
        for lived in _lived(days, tasks):
            progress(lived, plan.tenants * plan.days)
        summaries = [task.result() for task in tasks]
    # Written last: whoever finds it finds the whole world.
    file.write_text(
        json.dumps(parameters(plan) | {"made": [asdict(s) for s in summaries]}, indent=2, default=str)
    )
    return summaries


def learnt_model(truth: Path) -> Path:
    """Learn the model that scores what members of a world say, and return its file among the truth."""
    # scikit-learn takes seconds to import; who finds the world made need not wait for it.
    from orchestration.cli.world.moods import learn

    learn(model := truth / SENTIMENT_FILE)
    return model


async def make_tenant(
    url: str,
    plan: WorldPlan,
    number: int,
    truth: Path,
    lived: Callable[[int], None],
    scribe: Scribe,
    hire: Hire | None = None,
) -> TenantSummary:
    """Make one tenant of a world with its truth, in this process; `hire` makes the planner who orders goods."""
    made = Makings(plan, number, hire)
    connection = await asyncpg.connect(url, server_settings=_SETTINGS)
    try:
        founded = await found(connection, plan, made, scribe)
        summary = await TenantLife(connection, plan, made, founded).live(lived)
    finally:
        await connection.close()
    founded.truth.write(
        truth, made.preset.code, first=plan.first, key=KEY, members=made.members, member_ids=founded.setting.members,
        catalogue=made.catalogue, item_ids=founded.setting.items,
    )  # fmt: skip
    return summary


# What a worker process was given when it began.
_worker: "dict[str, Queue[int]]" = {}


def _begin_worker(days: "Queue[int]") -> None:
    _worker["days"] = days
    # Nearly everything a worker makes lives until it is written; looking for cycles among it takes a fifth of the time.
    gc.disable()


def _make(url: str, plan: WorldPlan, number: int, truth: Path, words: Words) -> TenantSummary:
    def lived(_: int) -> None:
        _worker["days"].put(1)

    summary = asyncio.run(make_tenant(url, plan, number, truth, lived, words.scribe()))
    gc.collect()
    return summary


def _lived(days: "Queue[int]", tasks: "list[Future[TenantSummary]]") -> Iterator[int]:
    """Yield how many days were lived by all, until all tasks have ended."""
    lived = 0
    while True:
        try:
            lived += days.get(timeout=0.2)
            yield lived
        except queue.Empty:
            done, pending = wait(tasks, timeout=0, return_when=FIRST_COMPLETED)
            if not pending or any(task.exception() for task in done):
                for task in pending:
                    task.cancel()
                return


@contextmanager
def _alone(url: str) -> Iterator[None]:
    """Keep the worker's sweeps waiting, by holding the locks of their jobs."""

    async def lock() -> asyncpg.Connection:
        connection = await asyncpg.connect(url)
        for name in _RIVALS:
            await connection.execute(
                "select pg_advisory_lock(hashtextextended('pointmart job ' || $1, 0))", name
            )
        return connection

    with asyncio.Runner() as runner:
        connection = runner.run(lock())
        try:
            yield
        finally:
            runner.run(connection.close())


async def _known(url: str, codes: list[str]) -> list[str]:
    connection = await asyncpg.connect(url)
    try:
        return [code for code in codes if await find_tenant(connection, code) is not None]
    finally:
        await connection.close()


def _kept_plan(file: Path) -> dict[str, Any] | None:
    """Return the plan of the world whose truth is there, or None if none was finished."""
    if not file.exists():
        return None
    kept: dict[str, Any] = json.loads(file.read_text())["plan"]
    return kept
