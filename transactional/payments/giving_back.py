"""Has providers pay cash back, again and again until they have."""

from datetime import datetime, timedelta

import asyncpg

from transactional.payments.domain import RefundOrder, RefundOutcome
from transactional.payments.operations import note_returned
from transactional.payments.refusals import ProviderUnavailable
from transactional.problems import Problem
from transactional.worker.job import JobContext

_STEP = 50
# Alipay wants three seconds between two refunds of one payment.
_GAP = timedelta(seconds=5)
_FIRST_WAIT, _LONGEST_WAIT = timedelta(seconds=30), timedelta(hours=1)

# Of each payment at most one refund, and none while another has just been paid.
_DUE = """
select * from (
    select distinct on (c.tenant_id, c.payment_id) c.tenant_id, c.refund_id, c.payment_id, c.amount_fen, c.attempts,
        c.next_attempt_at, p.amount_fen as total_fen, p.provider, t.code
    from mall.cash_refund c
    join mall.payment p using (tenant_id, payment_id)
    join mall.tenant t using (tenant_id)
    where c.status = 'due' and c.next_attempt_at <= $1
        and not exists (
            select from mall.cash_refund o
            where o.tenant_id = c.tenant_id and o.payment_id = c.payment_id and o.done_at > $2)
    order by c.tenant_id, c.payment_id, c.next_attempt_at, c.refund_id
) due
order by next_attempt_at
limit $3
"""
_SPACE = """
update mall.cash_refund set next_attempt_at = $3
where tenant_id = $1 and payment_id = $2 and status = 'due' and next_attempt_at < $3
"""
_TRY_AGAIN = """
update mall.cash_refund set attempts = attempts + 1, next_attempt_at = $3, last_error = $4
where tenant_id = $1 and refund_id = $2 and status = 'due'
"""


async def pay_refunds(context: JobContext) -> int:
    """Ask providers to pay back what is due and return how many did.

    Sending a refund again is how its result is found where no news of it comes. A provider that does not answer
    about one is not asked about the merchant's others in the same run.
    """
    now = context.clock()
    paid = 0
    away: dict[tuple[str, str], str] = {}
    for row in await context.pools.committer.fetch(_DUE, now, now - _GAP, _STEP):
        if context.stopping.is_set():
            break
        merchant = (row["code"], row["provider"])
        error = away.get(merchant)
        if error is None:
            try:
                error = await _pay_back(context, row, context.clock())
            except Problem as problem:
                error = str(problem)
                if isinstance(problem, ProviderUnavailable):
                    away[merchant] = error
        if error is None:
            paid += 1
            continue
        await context.pools.committer.execute(
            _TRY_AGAIN,
            row["tenant_id"],
            row["refund_id"],
            context.clock() + wait_after(row["attempts"]),
            error[:2000],
        )
    return paid


async def _pay_back(context: JobContext, row: asyncpg.Record, now: datetime) -> str | None:
    """Send a refund and return why it is not paid yet, or None if it is."""
    tenant_id, payment_id = row["tenant_id"], row["payment_id"]
    provider = context.providers.of(row["code"], row["provider"])
    await context.pools.committer.execute(_SPACE, tenant_id, payment_id, now + _GAP)
    order = RefundOrder(
        refund_id=row["refund_id"],
        payment_id=payment_id,
        amount_fen=row["amount_fen"],
        total_fen=row["total_fen"],
        reason="积分兑换退款",
        notify_url=context.providers.notify_url(row["provider"], tenant_id),
    )
    match (await provider.refund(order)).outcome:
        case RefundOutcome.PENDING:
            return "the provider has not paid it yet"
        case RefundOutcome.FAILED:
            return (
                "the provider could not pay it back; finish this refund in the merchant's own console there"
            )
    await note_returned(
        context.committer,
        tenant_id=tenant_id,
        payment_id=payment_id,
        refund_id=order.refund_id,
        now=context.clock(),
    )
    return None


def wait_after(attempts: int) -> timedelta:
    """Return how long to wait after so many attempts before this one: twice as long each time, up to an hour."""
    return min(_FIRST_WAIT * int(2 ** min(attempts, 10)), _LONGEST_WAIT)
