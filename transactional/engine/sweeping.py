"""Finds rows whose time has come, page by page, and has each decided: the frame of all sweepers.

A sweep is safe to repeat and to run in several processes, because the commands decide by what they find under
the account's lock. Rows that change meanwhile are found by the next sweep.
"""

import asyncio
from collections.abc import Callable, Sequence
from typing import Any

import asyncpg
import msgspec

from transactional.engine.book import Answer
from transactional.engine.commands import Command
from transactional.engine.committer import Committer

# Small enough that a page does not make clients wait.
PAGE = 200
# Background work has no idempotency key and nothing to compare.
NO_BODY = bytes(32)


async def sweep(
    pool: asyncpg.Pool,
    committer: Committer,
    query: str,
    *arguments: Any,
    commands: Callable[[Sequence[Any]], Sequence[Command]],
    count: Callable[[dict[str, Any]], int],
    page: int = PAGE,
) -> int:
    """Have every due row decided and return how much was done.

    Args:
        query: finds due rows after a (time, id) cursor in its last two columns, oldest first; its parameters are
            `arguments`, the two values of the cursor (null at first) and how many rows.
        commands: makes the commands of a page.
        count: tells from an answer's body how much a command did.

    Raises:
        CommitUnavailable, Overloaded: nothing of a page was taken; the rest is left to the next sweep.
    """
    done = 0
    cursor: tuple[Any, Any] = (None, None)
    while True:
        rows = await pool.fetch(query, *arguments, *cursor, page)
        answers = await asyncio.gather(
            *(committer.submit(command) for command in commands(rows)), return_exceptions=True
        )
        failed = [answer for answer in answers if isinstance(answer, BaseException)]
        # One row that cannot be decided, which the committer has logged, must not keep the others waiting.
        if failed and len(failed) == len(answers):
            raise failed[0]
        done += sum(_count(answer, count) for answer in answers if isinstance(answer, Answer))
        if len(rows) < page:
            return done
        cursor = (rows[-1][-2], rows[-1][-1])


def _count(answer: Answer, count: Callable[[dict[str, Any]], int]) -> int:
    return 0 if answer.status >= 400 else count(msgspec.json.decode(answer.body))
