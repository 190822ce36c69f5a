"""Asks about payments whose news may have got lost, and closes what nobody paid."""

import logging
from datetime import datetime, timedelta
from typing import Any

import asyncpg

from transactional.payments.domain import Outcome
from transactional.payments.operations import take_news
from transactional.payments.refusals import ProviderUnavailable, UnknownMerchant, UnknownPayment
from transactional.problems import Problem
from transactional.worker.job import JobContext

_STEP = 50
# Asked this long before the deadline, a payment whose news got lost is still in time, and nobody can pay any more:
# providers are told to stop taking the money earlier still.
_LEAD = timedelta(seconds=20)
# A worker that was started without the accounts must not give up what the service's members have paid.
_PATIENCE = timedelta(days=1)

_UNSETTLED = """
select p.tenant_id, p.payment_id, p.provider, t.code, r.deadline
from mall.payment p
join mall.redemption r using (tenant_id, redemption_id)
join mall.tenant t using (tenant_id)
where p.provider_reference is null and not p.is_settled and r.deadline <= $1
    and ($2::uuid is null or (p.tenant_id, p.payment_id) > ($2, $3::uuid))
order by p.tenant_id, p.payment_id
limit $4
"""
_SETTLED = "update mall.payment set is_settled = true where tenant_id = $1 and payment_id = $2"

_log = logging.getLogger(__name__)


async def settle_payments(context: JobContext) -> int:
    """Ask about all payments whose time is nearly over, and return how many were settled.

    A payment that was made although its news got lost is taken, or paid back if it is too late. One that cannot be
    settled is left to the next run and keeps no other waiting; a provider that does not answer about one is not
    asked about the merchant's others in the same run.
    """
    now = context.clock()
    settled = 0
    away: set[tuple[str, str]] = set()
    cursor: tuple[Any, Any] = (None, None)
    while True:
        rows = await context.pools.committer.fetch(_UNSETTLED, now + _LEAD, *cursor, _STEP)
        for row in rows:
            merchant = (row["code"], row["provider"])
            if merchant in away:
                continue
            if context.stopping.is_set():
                return settled
            try:
                await _settle(context, row, context.clock())
                settled += 1
            except Problem as problem:
                if isinstance(problem, ProviderUnavailable):
                    away.add(merchant)
                _log.warning("payment %s is not settled yet: %s", row["payment_id"], problem)
        if len(rows) < _STEP:
            return settled
        cursor = (rows[-1]["tenant_id"], rows[-1]["payment_id"])


async def _settle(context: JobContext, row: asyncpg.Record, now: datetime) -> None:
    tenant_id, payment_id = row["tenant_id"], row["payment_id"]
    try:
        merchant = context.providers.of(row["code"], row["provider"])
        notice = await merchant.query(payment_id)
        if notice.outcome is Outcome.SUCCEEDED:
            await take_news(context.committer, notice, tenant_id=tenant_id, provider=row["provider"], now=now)
            return
        if notice.outcome is Outcome.REFUNDED:
            _log.error("payment %s was given back at the provider, not by us", payment_id)
        else:
            await merchant.close(payment_id)
    except UnknownMerchant:
        if now < row["deadline"] + _PATIENCE:
            raise
    except UnknownPayment:
        # It was never asked for, so nobody can pay it.
        pass
    await context.pools.committer.execute(_SETTLED, tenant_id, payment_id)
