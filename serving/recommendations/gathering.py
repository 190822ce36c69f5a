"""Asks the live database for several callers at once, as the committer writes for several: a question that comes while
others are under way waits for the next to leave, and goes with all that wait. No timer: who is alone waits for nobody.
"""

import asyncio
from collections.abc import Awaitable, Callable, Hashable, Mapping, Sequence
from itertools import chain
from typing import Generic, TypeVar

Key = TypeVar("Key", bound=Hashable)
Value = TypeVar("Value")


class Gathering(Generic[Key, Value]):
    """Questions that are asked together.

    Args:
        ask: answers several different questions by the same statement; each has an answer.
        at_once: so many statements are under way at most, so that a slow one does not hold up all others.
        when: is awaited before a statement leaves; who comes meanwhile goes with it.
    """

    def __init__(
        self,
        ask: Callable[[Sequence[Key]], Awaitable[Mapping[Key, Value]]],
        at_once: int = 2,
        *,
        when: Callable[[], Awaitable[None]] | None = None,
    ) -> None:
        self._ask = ask
        self._when = when
        # A future for each caller: one that gives up takes the answer from nobody else.
        self._waiting: dict[Key, list[asyncio.Future[Value]]] = {}
        self._free = at_once
        self._running: set[asyncio.Task[None]] = set()

    async def get(self, key: Key) -> Value:
        """Return the answer to a question, asked after the call began.

        Raises:
            Exception: whatever `ask` raised; all who went together get it.
        """
        future: asyncio.Future[Value] = asyncio.get_running_loop().create_future()
        if key in self._waiting:
            self._waiting[key].append(future)
        else:
            self._waiting[key] = [future]
            if self._free:
                self._leave()
        return await future

    def _leave(self) -> None:
        self._free -= 1
        task = asyncio.create_task(self._answer())
        self._running.add(task)
        task.add_done_callback(self._returned)

    async def _answer(self) -> None:
        if self._when is not None:
            await self._when()
        # The loop has let everybody who is ready join before this runs.
        asked, self._waiting = self._waiting, {}
        try:
            found = await self._ask(list(asked))
        except Exception as error:  # noqa: BLE001 - it is each caller's to handle
            for future in chain.from_iterable(asked.values()):
                if not future.done():
                    future.set_exception(error)
            return
        for key, futures in asked.items():
            for future in futures:
                if not future.done():
                    future.set_result(found[key])

    def _returned(self, task: asyncio.Task[None]) -> None:
        self._running.discard(task)
        self._free += 1
        if self._waiting and self._free:
            self._leave()
