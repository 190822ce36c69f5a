"""Hashes of requests are kept with the installation's key; a retry finds its first answer whenever that was kept."""

from random import Random
from uuid import uuid4

import pytest

from tests.transactional.conftest import NOON, VAULT_KEY
from transactional.engine.committer import commit_batch
from transactional.engine.kept_hash import keyed
from transactional.engine.lean import hash_of
from transactional.ledger.commands import Earn
from transactional.request_hash import request_hash_key
from transactional.requests.keying import request_jobs
from transactional.settings import WorkerSettings
from transactional.worker.job import JobContext

KEY = request_hash_key(WorkerSettings(database_url="", vault_key=VAULT_KEY).vault())
KEPT = "select key, body_hash, is_keyed from mall.idempotency_key order by key"


@pytest.fixture
def context(app, clock, database_url) -> JobContext:
    settings = WorkerSettings(database_url=database_url, vault_key=VAULT_KEY)
    return JobContext(app.state.pools, app.state.committer, clock, settings, Random(7))


def earning(shop, key, asked):
    return Earn(
        tenant_id=shop.tenant_id, key=key, body_hash=asked, at=NOON, member_id=shop.member, transfer_id=uuid4(),
        points=5, kind="earn",
    )  # fmt: skip


async def test_what_is_kept_of_a_request_tells_nothing_without_the_key(client, shop, owner, monkeypatch):
    made = []

    def noted(operation, asked):
        made.append(hash_of(operation, asked))
        return made[-1]

    monkeypatch.setattr("transactional.ledger.requested.hash_of", noted)
    first = await client.earn(shop.member, 5, "a", reference="13800138000")
    assert [tuple(row) for row in await owner.fetch(KEPT)] == [("a", keyed(KEY, made[0]), True)]
    again = await client.earn(shop.member, 5, "a", reference="13800138000")
    assert (again.text, again.headers["Idempotent-Replayed"]) == (first.text, "true")
    other = await client.earn(shop.member, 5, "a", reference="13800138001")
    assert (other.status_code, other.json()["type"]) == (422, "urn:pointmart:problem:idempotency-conflict")


async def test_what_was_kept_before_is_found_and_keyed_by_the_worker(app, shop, owner, context):
    asked, other = b"a" * 32, b"b" * 32

    async def commit(*commands, hash_key=KEY):
        async with app.state.pools.committer.acquire() as connection:
            return await commit_batch(connection, commands, hash_key=hash_key)

    await commit(earning(shop, "old", asked), hash_key=None)
    assert [tuple(row) for row in await owner.fetch(KEPT)] == [("old", asked, False)]

    async def ask_again():
        answers = await commit(earning(shop, "old", asked), earning(shop, "old", other))
        return [(answer.status, answer.replayed) for answer in answers]

    assert await ask_again() == [(201, True), (422, False)]
    (job,) = request_jobs(context.settings)
    assert [await job.run(context) for _ in range(2)] == [1, 0]
    assert [tuple(row) for row in await owner.fetch(KEPT)] == [("old", keyed(KEY, asked), True)]
    assert await ask_again() == [(201, True), (422, False)]
    # Two of one batch, of which the first is not kept yet.
    both = await commit(earning(shop, "new", asked), earning(shop, "new", asked), earning(shop, "new", other))
    assert [(answer.status, answer.replayed) for answer in both] == [(201, False), (201, True), (422, False)]
    assert await owner.fetchval("select sum(balance) from mall.account where kind = 'member'") == 10


async def test_a_dry_run_knows_what_was_kept(client, shop):
    await client.earn(shop.member, 5, "a")
    items = [
        {"operation": "earn", "idempotency_key": "a", "member_id": str(shop.member), "points": points}
        for points in (5, 6)
    ]
    tried = await client.post("/v1/points/batches", json={"items": items}, params={"dry_run": "true"})
    assert [(one["status"], one["replayed"]) for one in tried.json()["results"]] == [
        (201, True),
        (422, False),
    ]


def test_without_a_vault_hashes_are_kept_as_they_are():
    assert request_hash_key(None) is None
    assert request_jobs(WorkerSettings(database_url="")) == ()
