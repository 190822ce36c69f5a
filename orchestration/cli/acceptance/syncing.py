"""Measures how fast points are synchronised, and whether they are all there afterwards."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from typing import TypeVar

from orchestration.cli.acceptance.expectation import Expected, differences
from orchestration.cli.acceptance.mall import Mall
from orchestration.cli.acceptance.measures import Found, Plan, none_of, p95_ms
from orchestration.cli.acceptance.preparing import Sandbox
from orchestration.refusal import Refusal
from transactional.onboarding.domain import Measure

Item = TypeVar("Item")
Made = TypeVar("Made")


class NobodyRegistered(Refusal):
    """The mall registers no members."""


async def register(mall: Mall, *, run: str, count: int, connections: int) -> list[Expected]:
    """Register test members of this run and return their accounts, which are empty.

    Raises:
        NobodyRegistered: the mall refused one.
    """

    async def one(number: int) -> Expected:
        body = {"external_ref": f"acceptance-{run}-{number}", "is_test": True}
        answer = await mall.post("/v1/members", body)
        if not answer.is_ok:
            raise NobodyRegistered(f"the mall registers no member ({answer.status}: {answer.body})")
        return Expected(answer.body["member_id"])

    return await at_once(range(count), one, connections)


async def sync_points(
    mall: Mall, accounts: Sequence[Expected], sandbox: Sandbox, plan: Plan, run: str
) -> Found:
    """Credit each member what two redemptions of two pieces cost, so many at once, and read all balances back."""
    points = 4 * sandbox.price_points

    async def credit(number: int) -> float | None:
        account = accounts[number]
        answer = await mall.earn(account.member_id, points, f"{run}-sync-{number}", sandbox.effective_at)
        if answer.status != 201:
            return None
        account.move("earn", points)
        return answer.seconds

    async def compare(account: Expected) -> list[str]:
        told = await mall.balance(account.member_id)
        return differences(account.buckets, told.body, f"balance of {account.member_id} after the sync")

    began = time.perf_counter()
    took = await at_once(range(len(accounts)), credit, plan.connections)
    elapsed = time.perf_counter() - began
    wrong = await at_once(accounts, compare, plan.connections)
    done = [seconds for seconds in took if seconds is not None]
    return Found(
        (
            Measure("points_sync", "sync_rate", round(len(done) / elapsed, 1), "at_least", plan.min_rate),
            Measure("points_sync", "sync_p95_ms", p95_ms(done), "at_most", plan.max_p95_ms),
            none_of("points_sync", "sync_errors", len(took) - len(done)),
            none_of("points_sync", "sync_balances_wrong", sum(bool(found) for found in wrong)),
        ),
        tuple(line for found in wrong for line in found),
    )


async def at_once(
    items: Sequence[Item], work: Callable[[Item], Awaitable[Made]], connections: int
) -> list[Made]:
    """Do work on items, so many at a time, and return what came of each."""
    free = asyncio.Semaphore(connections)

    async def one(item: Item) -> Made:
        async with free:
            return await work(item)

    return list(await asyncio.gather(*(one(item) for item in items)))
