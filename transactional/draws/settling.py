"""Lets the tickets of draws that have ended go on, page by page; what a crash leaves is found by the next run."""

from datetime import datetime

import asyncpg

from transactional.draws.commands import SettleTicket
from transactional.engine.committer import Committer
from transactional.engine.sweeping import sweep
from transactional.redemption.sweeping import commands_of

# Once a draw has ended no ticket of it is sold any more, so what is found here is all there is.
_AT_STAKE = """
from mall.redemption r
join mall.member m on m.tenant_id = r.tenant_id and m.member_id = r.member_id
where r.tenant_id = d.tenant_id and r.draw_id = d.draw_id and r.status = 'paid' and m.erased_at is null
"""
# The inner limit keeps the planner from reading the tickets of draws that are still open.
_TICKETS = f"""
select t.tenant_id, t.draw_id, t.redemption_id
from mall.draw d
cross join lateral (
    select r.tenant_id, r.draw_id, r.redemption_id
    {_AT_STAKE} and ($1::uuid is null or (r.draw_id, r.redemption_id) > ($1, $2::uuid))
    order by r.redemption_id
    limit $3
) t
where d.settled_at is null and (d.revealed_at is not null or d.cancelled_at is not null)
    and ($1 is null or d.draw_id >= $1)
order by t.draw_id, t.redemption_id
limit $3
"""
_SETTLED = f"""
update mall.draw d
set settled_at = $1
where d.settled_at is null and (d.revealed_at is not null or d.cancelled_at is not null)
    and not exists (select {_AT_STAKE})
"""


async def settle_tickets(pool: asyncpg.Pool, committer: Committer, now: datetime) -> int:
    """Complete or cancel the tickets of all draws that have ended and return how many there were.

    Args:
        pool: of the committer's role, which sees all tenants.
    """

    settled = await sweep(pool, committer, _TICKETS, commands=commands_of(SettleTicket, now), count=bool)
    await pool.execute(_SETTLED, now)
    return settled
