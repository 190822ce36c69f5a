"""When a batch begins beside another one."""

import asyncio
from uuid import UUID

import pytest

from transactional.engine.book import Answer
from transactional.engine.committer import Committer
from transactional.engine.sweeping import NO_BODY
from transactional.ledger.commands import SweepHold

from .conftest import NOON

COMMAND = SweepHold(tenant_id=UUID(int=1), key=None, body_hash=NO_BODY, at=NOON, hold_id=UUID(int=2))


class _Held(Committer):
    """Notes how large batches are, and has each wait until all may end."""

    def __init__(self) -> None:
        super().__init__(pool=None)
        self.sizes = []
        self.may_end = asyncio.Event()

    async def _tried(self, commit, commands):
        self.sizes.append(len(commands))
        await self.may_end.wait()
        return [Answer(200, b"{}", NO_BODY)] * len(commands)


class _Clients:
    """Ask a committer, each for one command."""

    def __init__(self, committer: Committer) -> None:
        self._committer = committer
        self._asked = []

    async def ask(self, count: int) -> None:
        self._asked += [asyncio.create_task(self._committer.submit(COMMAND)) for _ in range(count)]
        for _ in range(3):
            await asyncio.sleep(0)

    async def answers(self) -> int:
        return len(await asyncio.gather(*self._asked))


@pytest.mark.parametrize(("under_way", "enough"), [(1, 32), (32, 32), (40, 40), (64, 64), (300, 64)])
async def test_a_batch_begins_beside_another_once_enough_wait(under_way, enough):
    committer = _Held()
    clients = _Clients(committer)
    await clients.ask(under_way)
    await clients.ask(enough - 1)
    before = list(committer.sizes)
    await clients.ask(1)
    committer.may_end.set()
    assert await clients.answers() == under_way + enough
    assert (before, committer.sizes) == ([under_way], [under_way, enough])


async def test_what_waits_is_taken_when_a_batch_ends():
    committer = _Held()
    clients = _Clients(committer)
    await clients.ask(1)
    await clients.ask(5)
    before = list(committer.sizes)
    committer.may_end.set()
    assert await clients.answers() == 6
    assert (before, committer.sizes) == ([1], [1, 5])
