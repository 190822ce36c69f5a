"""Measures what many connections at once leave behind: nothing lost, nothing twice, nothing below zero."""

import asyncio
import time
from collections.abc import Sequence

from orchestration.cli.acceptance.expectation import Expected, differences
from orchestration.cli.acceptance.load import Connection, Load
from orchestration.cli.acceptance.mall import Mall
from orchestration.cli.acceptance.measures import Found, Plan, none_of, p95_ms
from orchestration.cli.acceptance.preparing import Sandbox
from orchestration.cli.acceptance.reading import ledger
from orchestration.cli.acceptance.syncing import at_once
from transactional.onboarding.domain import Measure

# A redemption of one piece each, of which the balance pays so many.
_PAID = 3
_AT_ONCE = 12


async def try_stability(
    mall: Mall, accounts: Sequence[Expected], spender: Expected, sandbox: Sandbox, plan: Plan, run: str
) -> Found:
    """Let all connections ask for the accounts of a few members, and look at these afterwards.

    Args:
        accounts: few, so that connections meet.
        spender: a member without points, who tries to spend more than it is given.
    """
    overspent = await _overspend(mall, spender, sandbox, run)
    load = Load(accounts)
    until = time.perf_counter() + plan.seconds
    connections = [
        Connection(mall, load, sandbox, run=run, number=number, seed=plan.seed)
        for number in range(plan.connections)
    ]
    await asyncio.gather(*(connection.ask_until(until) for connection in connections))
    looked_at = [*accounts, spender]
    moved = await at_once(looked_at, lambda account: ledger(mall, account), plan.connections)
    wrong = await at_once(looked_at, lambda account: _balance(mall, account), plan.connections)
    breaks = await _breaks(mall)
    return Found(
        (
            Measure("stability", "load_requests", len(load.seconds), "at_least", plan.connections),
            Measure("stability", "load_p95_ms", p95_ms(load.seconds), "at_most", plan.max_p95_ms),
            none_of("stability", "load_errors", load.errors.total()),
            none_of("stability", "replays_wrong", len(load.unlike)),
            none_of("stability", "transfers_lost_or_doubled", sum(len(lines) for lines in moved)),
            none_of("stability", "overspent", len(overspent)),
            none_of("stability", "negative_balances", len(load.negative)),
            none_of("stability", "load_balances_wrong", sum(bool(lines) for lines in wrong)),
            none_of("stability", "ledger_breaks", len(breaks)),
        ),
        (
            *(f"under load: {what}, {count} times" for what, count in load.errors.most_common()),
            *load.unlike,
            *load.negative,
            *overspent,
            *(line for lines in (*moved, *wrong) for line in lines),
            *breaks,
        ),
    )


async def _overspend(mall: Mall, spender: Expected, sandbox: Sandbox, run: str) -> list[str]:
    """Redeem at once more than a balance pays; return what is wrong with what was taken."""
    points = _PAID * sandbox.price_points + sandbox.price_points - 1
    earned = await mall.earn(spender.member_id, points, f"{run}-spender", sandbox.effective_at)
    if earned.status != 201:
        return [f"the spender was not credited ({earned.status} {earned.kind})"]
    spender.move("earn", points)
    answers = await asyncio.gather(
        *(
            mall.redeem(spender.member_id, sandbox.item_id, 1, f"{run}-spend-{number}")
            for number in range(_AT_ONCE)
        )
    )
    made = [answer for answer in answers if answer.status == 201]
    for answer in made:
        spender.move("redeem", -sandbox.price_points)
        body = {"reason": "acceptance", "restock": True}
        back = await mall.post(
            f"/v1/redemptions/{answer.body['redemption_id']}/refunds",
            body,
            f"{run}-back-{len(spender.transfers)}",
        )
        if back.is_ok:
            spender.move("refund", sandbox.price_points)
    paid = min(_PAID, sandbox.stock)
    if len(made) == paid:
        return []
    return [f"of {_AT_ONCE} redemptions at once {len(made)} were made, the balance pays {paid}"]


async def _balance(mall: Mall, account: Expected) -> list[str]:
    told = await mall.balance(account.member_id)
    return differences(account.buckets, told.body, f"balance of {account.member_id} after the load")


async def _breaks(mall: Mall) -> list[str]:
    """Return what the mall itself says of its ledger: transfers that do not sum to zero."""
    told = await mall.get("/v1/onboarding")
    if not told.is_ok:
        return [f"the mall does not tell how its ledger is ({told.status})"]
    checks = {check["check"]: check["is_met"] for check in told.body["checks"]}
    return (
        [] if checks.get("ledger_adds_up") else ["the ledger does not add up: transfers do not sum to zero"]
    )
