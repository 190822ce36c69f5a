"""What the worker does about cash: ask for news that got lost, close what nobody paid, pay refunds."""

import logging
from datetime import datetime, timedelta
from uuid import UUID

import asyncpg

from transactional.payments.domain import Outcome, RefundOrder, RefundOutcome
from transactional.payments.operations import note_returned, take_news
from transactional.payments.refusals import UnknownMerchant, UnknownPayment
from transactional.payments.settings import PaymentProviders
from transactional.problems import Problem
from transactional.worker.job import Job, JobContext

_STEP = 50
# Asked this long before the deadline, a payment whose news got lost is still in time, and nobody can pay any more:
# providers are told to stop taking the money earlier still.
_LEAD = timedelta(seconds=20)
_FIRST_WAIT, _LONGEST_WAIT = timedelta(seconds=30), timedelta(hours=1)

_UNSETTLED = """
select p.tenant_id, p.payment_id, p.provider, t.code
from mall.payment p
join mall.redemption r using (tenant_id, redemption_id)
join mall.tenant t using (tenant_id)
where p.provider_reference is null and not p.is_settled
    and r.deadline <= $1
order by p.tenant_id, p.payment_id
limit $2
"""
_SETTLED = "update mall.payment set is_settled = true where tenant_id = $1 and payment_id = $2"
_DUE = """
select c.tenant_id, c.refund_id, c.payment_id, c.amount_fen, c.attempts, p.amount_fen as total_fen, p.provider, t.code
from mall.cash_refund c
join mall.payment p using (tenant_id, payment_id)
join mall.tenant t using (tenant_id)
where c.status = 'due' and c.next_attempt_at <= $1
order by c.next_attempt_at
limit $2
"""
_TRY_AGAIN = """
update mall.cash_refund set attempts = attempts + 1, next_attempt_at = $3, last_error = $4
where tenant_id = $1 and refund_id = $2 and status = 'due'
"""

_log = logging.getLogger(__name__)


def payment_jobs() -> tuple[Job, ...]:
    """Return the jobs about cash."""
    return (
        Job("settle-payments", timedelta(seconds=5), settle_payments),
        Job("pay-refunds", timedelta(seconds=5), pay_refunds),
    )


async def settle_payments(context: JobContext) -> int:
    """Ask about payments whose time is nearly over, and close what nobody paid.

    A payment that was made although its news got lost is taken, or paid back if it is too late.
    """
    now = context.clock()
    pool = context.pools.committer
    settled = 0
    for row in await pool.fetch(_UNSETTLED, now + _LEAD, _STEP):
        try:
            await _settle(context, row, now)
            settled += 1
        except Problem as problem:
            _log.warning("payment %s is not settled yet: %s", row["payment_id"], problem)
    return settled


async def _settle(context: JobContext, row: asyncpg.Record, now: datetime) -> None:
    tenant_id, payment_id = row["tenant_id"], row["payment_id"]
    try:
        merchant = context.providers.of(row["code"], row["provider"])
        notice = await merchant.query(payment_id)
        if notice.outcome is Outcome.SUCCEEDED:
            await take_news(context.committer, notice, tenant_id=tenant_id, provider=row["provider"], now=now)
            return
        await merchant.close(payment_id)
    except (UnknownMerchant, UnknownPayment):
        # It was never asked for, so nobody can pay it.
        pass
    await context.pools.committer.execute(_SETTLED, tenant_id, payment_id)


async def pay_refunds(context: JobContext) -> int:
    """Ask providers to pay back what is due, again and again until they have, and return how many they did."""
    now = context.clock()
    paid = 0
    for row in await context.pools.committer.fetch(_DUE, now, _STEP):
        try:
            is_paid = await _pay_back(context.providers, row)
            error = "the provider has not paid it yet"
        except Problem as problem:
            is_paid, error = False, str(problem)
        if is_paid:
            await note_returned(
                context.committer,
                tenant_id=row["tenant_id"],
                payment_id=row["payment_id"],
                refund_id=row["refund_id"],
                now=now,
            )
            paid += 1
            continue
        await context.pools.committer.execute(
            _TRY_AGAIN, row["tenant_id"], row["refund_id"], now + wait_after(row["attempts"]), error[:2000]
        )
    return paid


async def _pay_back(providers: PaymentProviders, row: asyncpg.Record) -> bool:
    tenant_id: UUID = row["tenant_id"]
    order = RefundOrder(
        refund_id=row["refund_id"],
        payment_id=row["payment_id"],
        amount_fen=row["amount_fen"],
        total_fen=row["total_fen"],
        reason="积分兑换退款",
        notify_url=providers.notify_url(row["provider"], tenant_id),
    )
    status = await providers.of(row["code"], row["provider"]).refund(order)
    return status.outcome is RefundOutcome.SUCCEEDED


def wait_after(attempts: int) -> timedelta:
    """Return how long to wait after so many attempts before this one: twice as long each time, up to an hour."""
    return min(_FIRST_WAIT * int(2 ** min(attempts, 10)), _LONGEST_WAIT)
