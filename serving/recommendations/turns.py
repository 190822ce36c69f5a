"""Who has all an answer needs is answered one after another, first come first served, with the network in between.

An answer keeps the processor for a millisecond. Were all who waited for the same look composed at once, nobody's request
would be read meanwhile, so that the next look left late, and whoever had just missed one waited for two rounds of all.
"""

import asyncio
from collections import deque

# While so many are composed the next look is there and back.
_FEW = 3


class Turns:
    """The order of those who are ready to be answered; of one event loop."""

    def __init__(self) -> None:
        self._ready: deque[asyncio.Future[None]] = deque()
        self._waiting_for_few: list[asyncio.Future[None]] = []
        self._is_giving = False

    async def take(self) -> None:
        """Wait until everybody who was ready before has had their turn."""
        loop = asyncio.get_running_loop()
        future = loop.create_future()
        self._ready.append(future)
        if not self._is_giving:
            self._is_giving = True
            loop.call_soon(self._give)
        await future

    async def few(self) -> None:
        """Wait until only a few are ready, so that who comes meanwhile goes with the same look."""
        while len(self._ready) > _FEW:
            future = asyncio.get_running_loop().create_future()
            self._waiting_for_few.append(future)
            await future

    def _give(self) -> None:
        """Give a turn, and the next one when the loop has come round."""
        while self._ready:
            future = self._ready.popleft()
            if not future.done():
                future.set_result(None)
                break
        if len(self._ready) <= _FEW:
            for waiting in self._waiting_for_few:
                if not waiting.done():
                    waiting.set_result(None)
            self._waiting_for_few.clear()
        if self._ready:
            asyncio.get_running_loop().call_soon(self._give)
        else:
            self._is_giving = False
