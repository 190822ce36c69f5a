"""What is measured before a tenant passes its test and goes live."""

from datetime import datetime
from typing import Any
from uuid import UUID

from transactional.clock import business_date
from transactional.database import Connection
from transactional.fees.domain import binding
from transactional.fees.queries import confirmed_tariffs
from transactional.onboarding.acceptance import newest_is_passed
from transactional.onboarding.domain import Check, NotOnboarding, Steps

_TRIED = """
select
    exists (select from mall.transfer where tenant_id = $1 and kind = 'earn') as has_earned,
    exists (select from mall.redemption where tenant_id = $1 and completed_at is not null) as has_redeemed,
    not exists (
        select from mall.entry where tenant_id = $1 group by transfer_id having sum(amount) <> 0
    ) as adds_up
"""
_LISTED = """
select exists (
    select from mall.offer o
    join mall.offer_opt_in p using (tenant_id, item_id, opted_in_at)
    where o.tenant_id = $1 and p.withdrawn_at is null and (o.listed_until is null or o.listed_until > $2)
)
"""


async def find_steps(connection: Connection, *, tenant_id: UUID, lock: bool = False) -> Steps:
    """Return when each step of a tenant was done; with `lock`, one transaction at a time takes the next.

    Raises:
        NotOnboarding: it has no application.
    """
    if lock:
        await connection.execute(
            "select pg_advisory_xact_lock(hashtextextended('onboarding ' || $1, 0))", str(tenant_id)
        )
    row: Any = await connection.fetchrow(
        "select applied_on, configured_on, tested_on, live_on from mall.onboarding where tenant_id = $1",
        tenant_id,
    )
    if row is None:
        raise NotOnboarding(tenant_id)
    return Steps(*row)


async def before_tested(connection: Connection, *, tenant_id: UUID) -> list[Check]:
    """Return the checks of what test members did in the sandbox."""
    tried: Any = await connection.fetchrow(_TRIED, tenant_id)
    return [
        Check("test_earn", tried["has_earned"], "let a test member earn points"),
        Check("test_redemption", tried["has_redeemed"], "let a test member redeem something to the end"),
        Check("ledger_adds_up", tried["adds_up"], "transfers do not sum to zero; tell the operators"),
    ]


async def before_live(connection: Connection, *, tenant_id: UUID, now: datetime) -> list[Check]:
    """Return everything that must be so before a tenant goes live."""
    steps = await find_steps(connection, tenant_id=tenant_id)
    today = business_date(now)
    expires_on = await connection.fetchval(
        "select qualification_expires_on from mall.onboarding where tenant_id = $1", tenant_id
    )
    tariff = binding(await confirmed_tariffs(connection, tenant_id=tenant_id), today)
    return [
        Check(
            "qualification",
            expires_on >= today,
            "the qualification has lapsed; hand in a valid one: PUT …/onboarding/qualification",
        ),
        Check("configured", steps.configured_on is not None, "settle the program"),
        *await before_tested(connection, tenant_id=tenant_id),
        Check("tested", steps.tested_on is not None, "pass the test, again if the program was changed since"),
        Check(
            "accepted",
            await newest_is_passed(connection, tenant_id=tenant_id),
            "run the acceptance kit until it passes, held against no less than is promised: pointmart acceptance run",
        ),
        Check(
            "tariff_confirmed", tariff is not None, "confirm the tariff: POST /v1/tariffs/{id}/confirmation"
        ),
        Check(
            "offers_listed",
            await connection.fetchval(_LISTED, tenant_id, now),
            "opt in to items by POST /v1/opt-ins and have them listed",
        ),
    ]
