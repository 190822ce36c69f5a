"""Sends notifications to merchants: once for a tester, with repetitions for a person's payment."""

import asyncio
from collections.abc import Coroutine
from dataclasses import dataclass
from typing import Any

import httpx

from transactional.payments.sandbox.notices import Notification

# A notification keeps its signature, which merchants take for five minutes.
REPEAT_AFTER_SECONDS = (1, 3, 10, 30, 60, 120)


@dataclass(frozen=True)
class Delivery:
    """What a merchant answered to a notification; status 0 means nothing."""

    status: int
    answer: str

    @property
    def is_accepted(self) -> bool:
        """Tell whether the merchant took the notification, in either provider's words."""
        return self.status == 204 or (self.status == 200 and self.answer in ("", "success"))


class Courier:
    """Delivers notifications and remembers the last one of each order or refund, for replays."""

    def __init__(self, client: httpx.AsyncClient) -> None:
        self._client = client
        self._tasks: set[asyncio.Task[None]] = set()
        self.last: dict[str, Notification] = {}

    async def deliver(self, number: str, notice: Notification) -> Delivery:
        """Send a notification once."""
        self.last[number] = notice
        try:
            answer = await self._client.post(
                notice.url,
                content=notice.body,
                headers={**notice.headers, "Content-Type": notice.content_type},
            )
        except httpx.HTTPError as error:
            return Delivery(0, type(error).__name__)
        return Delivery(answer.status_code, answer.text[:500])

    def later(self, number: str, notice: Notification, *, seconds: float) -> None:
        """Send a notification once, after a while."""

        async def wait_and_deliver() -> None:
            await asyncio.sleep(seconds)
            await self.deliver(number, notice)

        self._start(wait_and_deliver())

    def until_accepted(self, number: str, notice: Notification) -> None:
        """Send a notification now and, until the merchant takes it, again and again for some minutes."""

        async def insist() -> None:
            for pause in (0, *REPEAT_AFTER_SECONDS):
                await asyncio.sleep(pause)
                if (await self.deliver(number, notice)).is_accepted:
                    return

        self._start(insist())

    def _start(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def stop(self) -> None:
        """Give up what is still to be sent."""
        for task in tuple(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
