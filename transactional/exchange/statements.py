"""Makes the statement of each pair of tenants for each business day that has ended: T+1, once, for good."""

from datetime import date, datetime, timedelta
from uuid import UUID

import asyncpg

from transactional.clock import business_date
from transactional.database import Connection
from transactional.exchange.totals import DAILY, SUMS

# A request that came before midnight is committed a little later. One that takes longer is refused.
_GRACE = timedelta(minutes=10)
_AT_ONCE = 100

_DUE = """
select tenant_id, to_tenant_id, day
from mall.exchange_day
where stated_at is null and day < $1
order by tenant_id, to_tenant_id, day
limit $2
for update skip locked
"""
_TOTALS = f"{DAILY} select {', '.join(SUMS)} from daily where direction = $5"
_INSERT = f"""
insert into mall.exchange_statement (tenant_id, partner_id, direction, day, stated_at, {", ".join(SUMS)})
values ($1, $2, $3, $4, $5, {", ".join(f"${number}" for number in range(6, 6 + len(SUMS)))})
"""


class CopiesDiffer(RuntimeError):
    """The two tenants' copies of a day do not say the same: somebody changed one of them by hand."""


async def make_statements(pool: asyncpg.Pool, now: datetime) -> int:
    """Close days that have ended, state each for both tenants and return how many there were.

    Afterwards nothing can be added to such a day. A day on which nothing came to be has no statement.

    Args:
        pool: the committer's, which sees both tenants.

    Raises:
        CopiesDiffer: nothing was stated.
    """
    async with pool.acquire() as connection, connection.transaction():
        due = await connection.fetch(_DUE, business_date(now - _GRACE), _AT_ONCE)
        for giver, receiver, day in due:
            await _state(connection, giver, receiver, day, now)
    return len(due)


async def _state(connection: Connection, giver: UUID, receiver: UUID, day: date, now: datetime) -> None:
    out = await connection.fetchrow(_TOTALS, giver, day, day, receiver, "out")
    into = await connection.fetchrow(_TOTALS, receiver, day, day, giver, "in")
    if out != into:
        raise CopiesDiffer(f"the copies of {giver} and {receiver} differ on {day}")
    if out is not None:
        await connection.execute(_INSERT, giver, receiver, "out", day, now, *out)
        await connection.execute(_INSERT, receiver, giver, "in", day, now, *out)
    await connection.execute(
        "update mall.exchange_day set stated_at = $4 where tenant_id = $1 and to_tenant_id = $2 and day = $3",
        giver,
        receiver,
        day,
        now,
    )
