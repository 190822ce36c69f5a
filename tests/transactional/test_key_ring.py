"""A key that many requests send at once is looked up once for all of them."""

import asyncio

import pytest

from transactional.access.domain import Unauthenticated, new_key
from transactional.access.operations import KeyRing


class _Counted:
    """A pool that counts how often a connection is taken."""

    def __init__(self, pool) -> None:
        self._pool = pool
        self.taken = 0

    def acquire(self):
        self.taken += 1
        return self._pool.acquire()


@pytest.fixture
def pool(app) -> _Counted:
    return _Counted(app.state.pools.api)


async def test_requests_at_once_share_one_look_up(pool, shop):
    ring = KeyRing(pool)
    tenants = await asyncio.gather(*(ring.tenant(f"Bearer {shop.key}") for _ in range(50)))
    assert set(tenants) == {shop.tenant_id}
    assert pool.taken == 1


async def test_a_client_that_goes_away_leaves_the_others_their_answer(pool, shop):
    ring = KeyRing(pool)
    first, *others = (asyncio.create_task(ring.tenant(f"Bearer {shop.key}")) for _ in range(5))
    await asyncio.sleep(0)
    first.cancel()
    assert await asyncio.gather(*others) == [shop.tenant_id] * 4
    assert first.cancelled()
    assert pool.taken == 1


async def test_a_wrong_key_is_refused_to_all_and_asked_for_again(pool, shop):
    ring = KeyRing(pool)
    wrong = f"Bearer {new_key(shop.tenant_id)}"
    for looked_up in (1, 2):
        answers = await asyncio.gather(*(ring.tenant(wrong) for _ in range(5)), return_exceptions=True)
        assert [type(answer) for answer in answers] == [Unauthenticated] * 5
        assert pool.taken == looked_up


async def test_different_keys_are_looked_up_apart(pool, shop):
    ring = KeyRing(pool)
    right, wrong = await asyncio.gather(
        ring.tenant(f"Bearer {shop.key}"),
        ring.tenant(f"Bearer {new_key(shop.tenant_id)}"),
        return_exceptions=True,
    )
    assert right == shop.tenant_id
    assert isinstance(wrong, Unauthenticated)
