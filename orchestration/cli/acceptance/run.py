"""Runs the kit: prepares, measures the three areas one after another, and records what came of it with the mall."""

import secrets
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid4

import httpx

from orchestration.cli.acceptance.accuracy import compare_redemptions
from orchestration.cli.acceptance.listening import listening
from orchestration.cli.acceptance.mall import Mall
from orchestration.cli.acceptance.measures import Found, Plan
from orchestration.cli.acceptance.preparing import prepare
from orchestration.cli.acceptance.stability import try_stability
from orchestration.cli.acceptance.syncing import register, sync_points
from orchestration.refusal import Refusal
from transactional.clock import Clock
from transactional.onboarding.domain import Measure
from transactional.onboarding.promises import Promise, broken_promises, is_accepted

# Under load so few accounts are asked for that connections meet at them.
_HOT = 8


class RunNotRecorded(Refusal):
    """The mall does not take the result."""


@dataclass(frozen=True)
class Result:
    """What a run of the kit came to."""

    run_id: UUID
    tenant: str
    url: str
    plan: Plan
    started_at: datetime
    finished_at: datetime
    measures: tuple[Measure, ...]
    differences: tuple[str, ...]

    @property
    def is_passed(self) -> bool:
        """Tell whether all that is promised was measured against that at least, and every threshold is met."""
        return is_accepted(self.measures)

    @property
    def below_promise(self) -> list[Promise]:
        """Return what keeps the run from counting, whatever was met."""
        return broken_promises(self.measures)


@dataclass(frozen=True)
class Webhook:
    """Where the mall pushes to, and the port of this machine that it leads to."""

    url: str
    port: int


async def run_kit(
    client: httpx.AsyncClient,
    *,
    tenant: str,
    url: str,
    plan: Plan,
    clock: Clock,
    webhook: Webhook | None = None,
) -> Result:
    """Measure a tenant in test mode; with a webhook, compare what is pushed too.

    Raises:
        MallUnreachable, KeyRefused, TenantIsLive, OtherTenant, NothingToRedeem: it cannot be measured.
        NobodyRegistered: the mall registers no members.
        NotListening: nothing can be pushed here.
    """
    mall, started_at, run = Mall(client), clock(), secrets.token_hex(6)
    sandbox = await prepare(mall, tenant=tenant, now=started_at)
    count = max(plan.members, plan.redemptions)
    accounts = await register(mall, run=run, count=count, connections=plan.connections)
    (spender,) = await register(mall, run=f"{run}-spender", count=1, connections=1)
    synced = await sync_points(mall, accounts, sandbox, plan, run)
    async with AsyncExitStack() as stack:
        listener = None
        if webhook is not None:
            listener = await stack.enter_async_context(listening(mall, url=webhook.url, port=webhook.port))
        accurate = await compare_redemptions(mall, accounts[: plan.redemptions], sandbox, run, listener)
    stable = await try_stability(mall, accounts[-_HOT:], spender, sandbox, plan, run)
    parts: tuple[Found, ...] = (synced, accurate, stable)
    return Result(
        uuid4(),
        tenant,
        url,
        plan,
        started_at,
        clock(),
        tuple(measure for part in parts for measure in part.measures),
        tuple(line for part in parts for line in part.differences),
    )


async def record(client: httpx.AsyncClient, result: Result) -> None:
    """Have the mall keep the result as the tenant's; sent twice it is kept once.

    Raises:
        RunNotRecorded: it does not.
    """
    body = {
        "run_id": str(result.run_id),
        "started_at": result.started_at.isoformat(),
        "finished_at": result.finished_at.isoformat(),
        "checks": [
            {
                "area": measure.area,
                "measure": measure.measure,
                # What never came took endlessly long, which JSON cannot say.
                "value": min(measure.value, 1e12),
                "comparison": measure.comparison,
                "threshold": measure.threshold,
            }
            for measure in result.measures
        ],
    }
    answer = await Mall(client).post("/v1/onboarding/acceptance", body)
    if not answer.is_ok:
        raise RunNotRecorded(
            f"the mall did not record the result ({answer.status}: {answer.body}); the report was written all the same"
        )
