"""Commits commands in micro-batches: a batch is what queued while the one before was committed."""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from functools import partial

import asyncpg

from transactional.database import DATABASE_AWAY, Connection
from transactional.engine.book import Answer
from transactional.engine.commands import Command, Needs
from transactional.engine.decide import decide
from transactional.engine.reading.book import read_book
from transactional.engine.reading.points import lock_accounts
from transactional.engine.writing.book import write_book
from transactional.masking import masked
from transactional.problems import Problem

_MAX_BATCH = 512
_TRIES = 5
# Batches of one process at the same time.
_LANES = 3
# Another batch begins beside others once as many commands wait as the largest of them has, within these bounds. A batch
# costs a millisecond of processor time on either side before its first command, so the same load in a few large ones
# is cheaper than in many small ones: at 128 clients a tenth. Few clients are still shared out to two, and nobody waits
# long for a batch that took a whole burst.
_WORTH_A_LANE, _ENOUGH_FOR_A_LANE = 32, 64
# Another process wrote the same key first, locks crossed, or the connection broke in the middle. Trying the
# batch again is safe: the keys tell what was committed.
_WORTH_RETRYING = (
    asyncpg.UniqueViolationError,
    asyncpg.DeadlockDetectedError,
    asyncpg.SerializationError,
    *DATABASE_AWAY,
)

_Commit = Callable[[Connection, Sequence[Command]], Awaitable[list[Answer]]]

_log = logging.getLogger(__name__)


class CommitUnavailable(Problem):
    """The database did not take the request; what became of it is told by its key."""

    slug = "commit-unavailable"
    title = "The request could not be committed"
    status = 503

    def __init__(self) -> None:
        super().__init__("the request could not be committed; send the same request with the same key again")


class Overloaded(Problem):
    """More requests wait than can be answered in time."""

    slug = "overloaded"
    title = "Too many requests are waiting"
    status = 503

    def __init__(self) -> None:
        super().__init__("too many requests are waiting; send this one again in a second with the same key")


async def commit_batch(
    connection: Connection, commands: Sequence[Command], *, hash_key: bytes | None = None
) -> list[Answer]:
    """Decide and commit commands in one transaction, and return an answer for each."""
    async with connection.transaction():
        book = await read_book(connection, commands, hash_key=hash_key)
        answers = decide(commands, book)
        await write_book(connection, book)
    return answers


class _NothingKept(Exception):
    """Takes back what was written of commands that belong together."""


async def commit_together(
    connection: Connection,
    commands: Sequence[Command],
    *,
    hash_key: bytes | None = None,
    dry_run: bool = False,
) -> list[Answer]:
    """Decide commands in one transaction and commit all of them, or none if one is refused, or in a dry run.

    Args:
        commands: any number. Those that name the members they are about themselves, as credits and adjustments do, wait for
            nobody in a circle; others may, and are tried again.

    Returns:
        An answer for each. Where nothing was kept none of their keys is used.
    """
    needs = Needs()
    for command in commands:
        command.add_needs(needs)
    answers: list[Answer] = []
    with suppress(_NothingKept):
        async with connection.transaction():
            # All at once and in their order, for else two such transactions could wait for each other in a circle.
            await lock_accounts(connection, needs.members)
            # By batches, since nobody else is answered while one is decided.
            for start in range(0, len(commands), _MAX_BATCH):
                answers += await commit_batch(
                    connection, commands[start : start + _MAX_BATCH], hash_key=hash_key
                )
            if dry_run or any(answer.is_refusal for answer in answers):
                raise _NothingKept
    return answers


class Committer:
    """Queues commands of all requests of this process and commits them batch by batch.

    A batch begins as soon as nothing else is being committed, so a lone request waits for nobody; a second one
    begins beside it once enough is waiting, so that one is decided while the other is written.

    Args:
        hash_key: by which hashes of requests are kept; without one they are kept as they are.
    """

    def __init__(
        self, pool: asyncpg.Pool, *, hash_key: bytes | None = None, max_waiting: int = 20_000
    ) -> None:
        self.hash_key = hash_key
        self._pool = pool
        self._max_waiting = max_waiting
        self._waiting: list[tuple[Command, asyncio.Future[Answer]]] = []
        self._batches: dict[asyncio.Task[None], int] = {}
        self._is_due = False
        self._together = asyncio.Lock()

    async def submit(self, command: Command) -> Answer:
        """Commit a command and return its answer.

        Raises:
            CommitUnavailable: the database did not take it; the key tells what became of it.
            Overloaded: the queue is full; nothing was done.
        """
        if len(self._waiting) >= self._max_waiting:
            raise Overloaded
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[Answer] = loop.create_future()
        self._waiting.append((command, answer))
        if not self._is_due:
            # Not at once: what else arrives in this round of the loop belongs to the same batch.
            self._is_due = True
            loop.call_soon(self._begin_batches)
        return await answer

    async def submit_together(self, commands: Sequence[Command], *, dry_run: bool = False) -> list[Answer]:
        """Commit all commands or none, and return an answer for each, as `commit_together`.

        One such transaction at a time: while it lasts, requests about its members and campaigns wait.

        Raises:
            CommitUnavailable: the database did not take them; the keys tell what became of them.
        """
        async with self._together:
            try:
                return await self._tried(
                    partial(commit_together, hash_key=self.hash_key, dry_run=dry_run), commands
                )
            except Exception as error:
                _log.error(
                    "%d commands could not be committed together", len(commands), exc_info=masked(error)
                )
                raise CommitUnavailable from error

    @asynccontextmanager
    async def running(self) -> AsyncIterator["Committer"]:
        """Commit while the block runs; at its end, finish what waits."""
        try:
            yield self
        finally:
            while self._batches or self._is_due:
                await asyncio.sleep(0)
                if self._batches:
                    await asyncio.wait(self._batches)

    def _begin_batches(self) -> None:
        self._is_due = False
        while self._waiting and len(self._batches) < _LANES:
            if self._batches and len(self._waiting) < self._worth_a_lane():
                return
            batch, self._waiting = self._waiting[:_MAX_BATCH], self._waiting[_MAX_BATCH:]
            task = asyncio.create_task(self._answer(batch))
            self._batches[task] = len(batch)
            task.add_done_callback(self._end_batch)

    def _worth_a_lane(self) -> int:
        """Return how many commands must wait for a batch to begin beside those under way."""
        return min(max(_WORTH_A_LANE, *self._batches.values()), _ENOUGH_FOR_A_LANE)

    def _end_batch(self, task: "asyncio.Task[None]") -> None:
        del self._batches[task]
        if self._waiting:
            self._begin_batches()

    async def _answer(self, batch: list[tuple[Command, asyncio.Future[Answer]]]) -> None:
        try:
            commit = partial(commit_batch, hash_key=self.hash_key)
            answers = await self._tried(commit, [command for command, _ in batch])
        except Exception as error:  # noqa: BLE001 - the boundary: each waiting client gets a problem
            if len(batch) == 1 or isinstance(error, DATABASE_AWAY):
                _log.error("%d commands could not be committed", len(batch), exc_info=masked(error))
                for _, future in batch:
                    _settle(future, CommitUnavailable())
                return
            # One command the database refuses must not take the others with it.
            for one in batch:
                await self._answer([one])
            return
        for (_, future), answer in zip(batch, answers, strict=True):
            _settle(future, answer)

    async def _tried(self, commit: _Commit, commands: Sequence[Command]) -> list[Answer]:
        for attempt in range(_TRIES):
            try:
                async with self._pool.acquire() as connection:
                    return await commit(connection, commands)
            except _WORTH_RETRYING as error:
                if attempt == _TRIES - 1:
                    raise
                _log.warning("a batch of %d is tried again: %s", len(commands), error)
                await asyncio.sleep(0.05 * 2**attempt)
        raise AssertionError("unreachable")


def _settle(future: "asyncio.Future[Answer]", result: Answer | Exception) -> None:
    if future.done():  # the client went away
        return
    if isinstance(result, Exception):
        future.set_exception(result)
    else:
        future.set_result(result)
