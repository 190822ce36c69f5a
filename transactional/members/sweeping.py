"""Looks after erased members: what was being written of them while they were erased goes too.

An event or an answer that began before the erasure may commit after it, and locking the member for each would cost
every event. So for two days after an erasure its rows are looked for again.
"""

from datetime import datetime, timedelta

import asyncpg

from transactional.engine.writing.erasures import forget

_LOOK_BACK = timedelta(days=2)
_RECENT = """
select tenant_id, member_id from mall.member where erased_at is not null and erased_at > $1
order by tenant_id, member_id
"""


async def forget_stragglers(pool: asyncpg.Pool, now: datetime) -> int:
    """Delete personal rows of recently erased members and return how many there were.

    Args:
        pool: of the committer's role, which sees all tenants.
    """
    async with pool.acquire() as connection, connection.transaction():
        rows = await connection.fetch(_RECENT, now - _LOOK_BACK)
        return await forget(connection, [(row["tenant_id"], row["member_id"]) for row in rows])
