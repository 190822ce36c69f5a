"""The invoices' work in the background: months that are over are charged and invoiced, and what was not paid is told."""

from datetime import date, timedelta
from uuid import UUID

from transactional.clock import business_date
from transactional.database import tenant_transaction
from transactional.fees.domain import month_of
from transactional.invoices.operations import issue_invoice
from transactional.invoices.refusals import NothingToInvoice
from transactional.invoices.telling import tell
from transactional.worker.job import Job, JobContext

_EVERY = timedelta(minutes=10)
# Months from a tenant's first confirmation on that are over and were not invoiced.
_DUE = """
select t.tenant_id, m::date as month
from mall.tenant t
join (select tenant_id, min(confirmed_on) as since from mall.fee_confirmation group by tenant_id) c using (tenant_id)
cross join generate_series(date_trunc('month', greatest(c.since, t.live_on)::timestamp),
    $1::timestamp - interval '1 month', interval '1 month') m
where t.live_on is not null
    and not exists (select from mall.invoice i where i.tenant_id = t.tenant_id and i.month = m::date)
order by m, t.tenant_id
"""
# Invoices whose last day to pay is over, of which something is left and nothing was told.
_OVERDUE = """
select i.tenant_id, i.invoice_id
from mall.invoice i
where i.due_on < $1
    and not exists (select from mall.invoice_overdue o where o.tenant_id = i.tenant_id and o.invoice_id = i.invoice_id)
    and i.amount_fen
        > coalesce((select sum(c.amount_fen) from mall.credit_note c
            where c.tenant_id = i.tenant_id and c.invoice_id = i.invoice_id), 0)
        + coalesce((select sum(p.amount_fen) from mall.invoice_payment p
            where p.tenant_id = i.tenant_id and p.invoice_id = i.invoice_id), 0)
order by i.due_on, i.tenant_id
"""
_NOTE_OVERDUE = """
insert into mall.invoice_overdue (tenant_id, invoice_id, told_at) values ($1, $2, $3)
on conflict (tenant_id, invoice_id) do nothing returning true
"""


def invoice_jobs() -> tuple[Job, ...]:
    """Return the jobs of invoices."""
    return (Job("issue-invoices", _EVERY, issue_due), Job("tell-overdue-invoices", _EVERY, tell_overdue))


async def issue_due(context: JobContext) -> int:
    """Issue every invoice that is due.

    Returns:
        0: what becomes due meanwhile can wait for the next interval.
    """
    now = context.clock()
    async with context.pools.committer.acquire() as connection:
        due: list[tuple[UUID, date]] = [
            tuple(row) for row in await connection.fetch(_DUE, month_of(business_date(now)))
        ]
    for tenant_id, month in due:
        if context.stopping.is_set():
            break
        async with tenant_transaction(context.pools.api, tenant_id) as connection:
            try:
                await issue_invoice(connection, tenant_id=tenant_id, month=month, now=now)
            except NothingToInvoice:
                # The tariff that was confirmed begins later.
                continue
    return 0


async def tell_overdue(context: JobContext) -> int:
    """Tell of each invoice that was not paid in time, once.

    Returns:
        0: what becomes overdue meanwhile can wait for the next interval.
    """
    now = context.clock()
    async with context.pools.committer.acquire() as connection:
        overdue: list[tuple[UUID, UUID]] = [
            tuple(row) for row in await connection.fetch(_OVERDUE, business_date(now))
        ]
    for tenant_id, invoice_id in overdue:
        if context.stopping.is_set():
            break
        async with tenant_transaction(context.pools.api, tenant_id) as connection:
            if await connection.fetchval(_NOTE_OVERDUE, tenant_id, invoice_id, now):
                await tell(connection, tenant_id=tenant_id, invoice_id=invoice_id, happened="overdue")
    return 0
