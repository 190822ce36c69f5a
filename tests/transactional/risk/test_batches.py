"""Batches of several processes against a real database: counts are locked, none is lost."""

import asyncio
import json
from contextlib import AsyncExitStack
from datetime import timedelta
from uuid import UUID

import asyncpg
import pytest

from tests.transactional.conftest import NOON, open_shop
from transactional.database import committer_pool
from transactional.engine.book import Book, Judged
from transactional.engine.commands import Needs
from transactional.engine.reading.shared import read_shared
from transactional.engine.writing import risk
from transactional.engine.writing.statement import write
from transactional.identifiers import uuid7
from transactional.members.operations import register_members
from transactional.risk.defaults import NewRule, default_rules
from transactional.risk.judge import Attempt
from transactional.risk.operations import add_block, add_default_rules, add_rules, end_rule
from transactional.risk.rows import load_risk
from transactional.risk.sweep import sweep_velocity

DEVICE, ADDRESS = b"d" * 16, b"a" * 16
LONG_AGO = NOON - timedelta(days=60)
SECOND = timedelta(seconds=1)


@pytest.fixture
async def pools(database_url):
    """The pools of two server processes, in the committer's role."""
    async with AsyncExitStack() as stack:
        yield [await stack.enter_async_context(committer_pool(database_url)) for _ in range(2)]


def velocity(dimension, threshold, window=60, **more):
    return NewRule(
        kind="velocity",
        dimension=dimension,
        measure="count",
        threshold=threshold,
        window_seconds=window,
        verdict="deny",
        **more,
    )


async def put_in_force(owner, shop, *rules):
    return await add_rules(owner, tenant_id=shop.tenant_id, rules=rules, valid_from=LONG_AGO)


async def batch(pool, attempts, *, recents=None, pause=0.0, park=None):
    """Judge and write attempts in one transaction, as the committer does, and return the verdicts."""
    async with pool.acquire() as connection, connection.transaction():
        state = await load_risk(connection, attempts, recents or {})
        await read_shared(connection, Needs(attempts=list(attempts)), Book(risk=state), lock=True)
        await asyncio.sleep(pause)
        judged = [
            Judged(uuid7(a.at), park, a, state.judge(a, registered_at=LONG_AGO, points=100)) for a in attempts
        ]
        kept = [j for j in judged if j.assessment.verdict != "allow"]
        await write(connection, risk.PARTS, Book(risk=state, judged=kept))
    if recents is not None:
        recents.update(state.packed_members())
    return [j.assessment.verdict for j in judged]


def attempt(shop, at=NOON, member=None, **more):
    return Attempt(shop.tenant_id, member or shop.member, at, **more)


@pytest.mark.parametrize("more", [{"device": DEVICE}, {"ip": ADDRESS}, {}], ids=["device", "ip", "tenant"])
async def test_a_limit_holds_across_processes_from_the_very_first_attempt(pools, shop, owner, more):
    dimension = next(iter(more), "tenant")
    await put_in_force(owner, shop, velocity(dimension, 5))

    told = await asyncio.gather(
        *(batch(pools[n % 2], [attempt(shop, NOON + n * SECOND, **more)], pause=0.01) for n in range(12))
    )

    assert sorted(v for verdicts in told for v in verdicts) == ["allow"] * 5 + ["deny"] * 7


async def test_two_processes_cannot_each_let_a_last_member_onto_a_device(pools, shop, owner):
    refs = [f"F-{n}" for n in range(8)]
    members = await register_members(
        owner, tenant_id=shop.tenant_id, external_refs=refs, registered_at=[LONG_AGO] * 8
    )
    await put_in_force(owner, shop, NewRule(kind="device_accounts", threshold=3, days=30, verdict="deny"))

    told = await asyncio.gather(
        *(
            batch(pools[n % 2], [attempt(shop, member=member, device=DEVICE)], pause=0.01)
            for n, member in enumerate(members.values())
        )
    )

    assert sorted(v for verdicts in told for v in verdicts) == ["allow"] * 3 + ["deny"] * 5
    assert await owner.fetchval("select count(*) from mall.device_member") == 8


async def test_batches_that_touch_many_subjects_in_any_order_never_deadlock(pools, shop, owner):
    await put_in_force(owner, shop, velocity("device", 1_000), velocity("ip", 1_000))
    subjects = [bytes([n]) * 16 for n in range(12)]

    async def some(process, shift):
        attempts = [
            attempt(shop, device=subjects[(n * 7 + shift) % 12], ip=subjects[(n * 5 + shift * 3) % 12])
            for n in range(6)
        ]
        await batch(pools[process], attempts, pause=0.005)

    await asyncio.gather(*(some(n % 2, n) for n in range(24)))

    state_attempts = [attempt(shop, device=s, ip=s) for s in subjects]
    async with pools[0].acquire() as connection, connection.transaction():
        state = await load_risk(connection, state_attempts, {})
    now = int(NOON.timestamp())
    counted = dict.fromkeys(("device", "ip"), 0)
    for (_, dimension, _), recent in state.recents.items():
        counted[dimension] += recent.count_within(now, 60)
    assert counted == {"device": 24 * 6, "ip": 24 * 6}


async def test_a_batch_that_rolls_back_counts_nothing(pools, shop, owner):
    await put_in_force(owner, shop, velocity("device", 1))

    async with pools[0].acquire() as connection:
        transaction = connection.transaction()
        await transaction.start()
        state = await load_risk(connection, [attempt(shop, device=DEVICE)], {})
        state.judge(attempt(shop, device=DEVICE), registered_at=LONG_AGO, points=1)
        await write(connection, risk.PARTS, Book(risk=state))
        await transaction.rollback()

    assert await batch(pools[0], [attempt(shop, device=DEVICE)] * 2) == ["allow", "deny"]


async def test_members_counts_travel_with_their_accounts(pools, shop, owner):
    await put_in_force(owner, shop, velocity("member", 2))
    accounts: dict[tuple[UUID, UUID], bytes] = {}

    told = [await batch(pools[0], [attempt(shop, NOON + n * SECOND)], recents=accounts) for n in range(3)]
    other = await batch(pools[0], [attempt(shop, member=shop.other_member)], recents=accounts)

    assert [*told, other] == [["allow"], ["allow"], ["deny"], ["allow"]]
    assert set(accounts) == {(shop.tenant_id, shop.member), (shop.tenant_id, shop.other_member)}


async def test_a_rule_counts_from_the_batch_after_it_was_added_and_not_after_it_ended(pools, shop, owner):
    device = {"device": DEVICE}
    await put_in_force(owner, shop, velocity("device", 100))
    told = [await batch(pools[0], [attempt(shop, **device)])]
    [rule_id] = await put_in_force(owner, shop, velocity("device", 1))
    told.append(await batch(pools[0], [attempt(shop, NOON + SECOND, **device)]))
    ends_at = NOON + 2 * SECOND
    await end_rule(owner, tenant_id=shop.tenant_id, rule_id=rule_id, now=NOON, ends_at=ends_at)
    told.append(
        await batch(pools[0], [attempt(shop, ends_at - SECOND, **device), attempt(shop, ends_at, **device)])
    )

    assert told == [["allow"], ["deny"], ["deny", "allow"]]


async def test_blocks_are_found_by_member_address_and_device(pools, shop, owner):
    await put_in_force(owner, shop, NewRule(kind="blocked", verdict="deny", score=100))
    for dimension, subject in (("ip", ADDRESS), ("device", DEVICE), ("member", shop.other_member.bytes)):
        await add_block(
            owner, tenant_id=shop.tenant_id, dimension=dimension, subject=subject, reason="test",
            valid_from=NOON, valid_until=None,
        )  # fmt: skip

    told = await batch(
        pools[0],
        [
            attempt(shop),
            attempt(shop, ip=ADDRESS),
            attempt(shop, device=DEVICE),
            attempt(shop, member=shop.other_member),
            attempt(shop, NOON - SECOND, ip=ADDRESS),
            attempt(shop, ip=DEVICE, device=ADDRESS),
        ],
    )

    assert told == ["allow", "deny", "deny", "deny", "allow", "allow"]


async def test_tenants_in_one_batch_share_neither_counts_nor_rules_nor_blocks_nor_devices(pools, shop, owner):
    birch = await open_shop(owner, "birch")
    accounts = NewRule(kind="device_accounts", threshold=1, days=30, verdict="review")
    await put_in_force(owner, shop, velocity("device", 1), NewRule(kind="blocked", verdict="deny"), accounts)
    await put_in_force(owner, birch, velocity("device", 2), NewRule(kind="blocked", verdict="deny"), accounts)
    await add_block(
        owner, tenant_id=birch.tenant_id, dimension="ip", subject=ADDRESS, reason="test", valid_from=NOON,
        valid_until=None,
    )  # fmt: skip

    told = await batch(
        pools[0],
        [attempt(s, device=DEVICE) for _ in range(3) for s in (shop, birch)]
        + [attempt(s, ip=ADDRESS) for s in (shop, birch)],
    )

    assert told == ["allow", "allow", "deny", "allow", "deny", "deny", "allow", "deny"]


async def test_what_is_not_allowed_is_stored_with_every_rule_that_triggered(pools, shop, owner):
    rule_ids = await put_in_force(
        owner,
        shop,
        velocity("device", 1, score=60),
        NewRule(kind="missing_context", dimension="ip", verdict="allow", score=5),
    )
    parked = uuid7(NOON)

    await batch(pools[0], [attempt(shop, device=DEVICE)] * 2, park=parked)

    [row] = await owner.fetch("select * from mall.risk_assessment")
    assert (row["verdict"], row["score"], row["redemption_id"]) == ("deny", 65, parked)
    assert (row["member_id"], row["device"], row["ip"]) == (shop.member, DEVICE, None)
    assert json.loads(row["triggered"]) == [
        {"rule_id": str(rule_ids[0]), "kind": "velocity", "verdict": "deny", "score": 60, "observed": 2, "limit": 1},
        {"rule_id": str(rule_ids[1]), "kind": "missing_context", "verdict": "allow", "score": 5, "observed": 0, "limit": 1},
    ]  # fmt: skip


async def test_the_default_rules_stop_a_script_and_let_a_person_pass(pools, shop, owner):
    added = await add_default_rules(owner, tenant_id=shop.tenant_id, valid_from=LONG_AGO)
    assert len(added) == len(default_rules()) == 13
    accounts: dict[tuple[UUID, UUID], bytes] = {}

    person = [
        await batch(
            pools[0], [attempt(shop, NOON + n * 20 * SECOND, device=DEVICE, ip=ADDRESS)], recents=accounts
        )
        for n in range(8)
    ]
    script = await batch(
        pools[0], [attempt(shop, member=shop.other_member, device=b"x" * 16)] * 12, recents={}
    )

    assert person == [["allow"]] * 8
    assert script == ["allow"] * 10 + ["deny"] * 2


async def test_the_sweeper_forgets_only_what_no_window_reaches(pools, shop, owner):
    await put_in_force(owner, shop, velocity("device", 100, 31 * 86_400))
    await batch(pools[0], [attempt(shop, device=DEVICE)])
    await batch(pools[0], [attempt(shop, NOON + SECOND, device=ADDRESS)])

    async with pools[1].acquire() as connection:
        assert await sweep_velocity(connection, now=NOON + timedelta(days=31)) == 0
        assert await sweep_velocity(connection, now=NOON + timedelta(days=31) + SECOND) == 1
    assert await owner.fetchval("select subject from mall.velocity") == ADDRESS


async def test_the_committer_may_not_make_rules_and_nobody_may_edit_them(pools, shop, owner):
    await put_in_force(owner, shop, velocity("device", 1))
    async with pools[0].acquire() as connection:
        for forbidden in ("delete from mall.risk_rule", "update mall.risk_rule set valid_until = now()"):
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await connection.execute(forbidden)
    for forbidden in ("update mall.risk_rule set threshold = 99", "delete from mall.risk_rule"):
        with pytest.raises(asyncpg.RestrictViolationError):
            await owner.execute(forbidden)
