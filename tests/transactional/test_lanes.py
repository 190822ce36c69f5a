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


@pytest.mark.parametrize(("under_way", "enough"), [(1, 32), (32, 32), (40, 40), (64, 64), (300, 64)])
async def test_a_batch_begins_beside_another_once_enough_wait(under_way, enough):
    committer = _Held()
    asked = []

    async def ask(count):
        asked.extend(asyncio.create_task(committer.submit(COMMAND)) for _ in range(count))
        for _ in range(3):
            await asyncio.sleep(0)

    async with committer.running():
        await ask(under_way)
        await ask(enough - 1)
        assert committer.sizes == [under_way]
        await ask(1)
        assert committer.sizes == [under_way, enough]
        committer.may_end.set()
        answers = await asyncio.gather(*asked)
    assert len(answers) == under_way + enough


async def test_what_waits_is_taken_when_a_batch_ends():
    committer = _Held()
    async with committer.running():
        asked = [asyncio.create_task(committer.submit(COMMAND))]
        await asyncio.sleep(0.01)
        asked += [asyncio.create_task(committer.submit(COMMAND)) for _ in range(5)]
        await asyncio.sleep(0.01)
        assert committer.sizes == [1]
        committer.may_end.set()
        await asyncio.gather(*asked)
    assert committer.sizes == [1, 5]
