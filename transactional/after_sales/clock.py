"""The clock of cases: the first answer stops it, and who was not answered in time is told of, once."""

from datetime import datetime
from uuid import UUID

from transactional.database import Connection, tenant_transaction
from transactional.worker.job import JobContext

_STEP = 500

# Told once for a case: by the worker, or by the answer that comes too late.
_OVERDUE = """
with overdue as (
    update mall.after_sales_case set overdue_at = $3
    where tenant_id = $1 and case_id = any($2) and answered_at is null and overdue_at is null and due_at < $3
    returning *
)
insert into mall.outbox (tenant_id, topic, subject_id, payload)
select tenant_id, 'after_sales.overdue', case_id, jsonb_build_object('case_id', case_id, 'redemption_id', redemption_id,
    'type', type, 'reason', reason, 'opened_at', opened_at, 'due_at', due_at)
from overdue returning 1
"""
_WAITING = """
select tenant_id, array_agg(case_id) as cases from (
    select tenant_id, case_id from mall.after_sales_case
    where answered_at is null and overdue_at is null and due_at < $1
    order by due_at limit $2
) waiting group by tenant_id
"""


async def stop_clock(connection: Connection, *, tenant_id: UUID, case_id: UUID, now: datetime) -> None:
    """Note the first answer to a case; one that comes too late is told of as overdue."""
    await connection.execute(_OVERDUE, tenant_id, [case_id], now)
    await connection.execute(
        "update mall.after_sales_case set answered_at = $3 "
        "where tenant_id = $1 and case_id = $2 and answered_at is null",
        tenant_id,
        case_id,
        now,
    )


async def tell_overdue(context: JobContext) -> int:
    """Tell of cases that nobody answered in time, each once; return how many there were."""
    now = context.clock()
    told = 0
    for row in await context.pools.committer.fetch(_WAITING, now, _STEP):
        async with tenant_transaction(context.pools.api, row["tenant_id"]) as connection:
            told += len(await connection.fetch(_OVERDUE, row["tenant_id"], row["cases"], now))
    return told
