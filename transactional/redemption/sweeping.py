"""Lets go of redemptions that waited past their deadline."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

import asyncpg

from transactional.engine.committer import Committer
from transactional.engine.sweeping import NO_BODY, sweep
from transactional.redemption.commands import OfRedemption, TimeOut

_OVERDUE = """
select r.tenant_id, r.deadline, r.redemption_id
from mall.redemption r
join mall.member m on m.tenant_id = r.tenant_id and m.member_id = r.member_id
where r.deadline <= $1 and r.status in ('created', 'in_review') and m.erased_at is null
    and ($2::timestamptz is null or (r.deadline, r.redemption_id) > ($2, $3::uuid))
order by r.deadline, r.redemption_id
limit $4
"""


async def time_out_redemptions(pool: asyncpg.Pool, committer: Committer, now: datetime) -> int:
    """Free points, stock and payment of overdue redemptions of all tenants and return how many there were.

    Args:
        pool: of the committer's role, which sees all tenants.
    """

    return await sweep(pool, committer, _OVERDUE, now, commands=commands_of(TimeOut, now), count=bool)


def commands_of(kind: type[OfRedemption], now: datetime) -> Callable[[Sequence[Any]], list[OfRedemption]]:
    """Return what makes a command of a kind for each redemption that a sweep finds."""

    def commands(rows: Sequence[Any]) -> list[OfRedemption]:
        return [
            kind(
                tenant_id=row["tenant_id"],
                key=None,
                body_hash=NO_BODY,
                at=now,
                redemption_id=row["redemption_id"],
            )
            for row in rows
        ]

    return commands
