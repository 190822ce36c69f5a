"""Debits expired lots and closes holds that ended by themselves.

Both count as expired from the first moment, at read time; sweeping only writes it down.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import asyncpg

from transactional.clock import business_date
from transactional.engine.committer import Committer
from transactional.engine.sweeping import NO_BODY, sweep
from transactional.identifiers import uuid7
from transactional.ledger.commands import ExpireLots, SweepHold

# Longer than any hold or deadline, after which points can still come back into a lot.
LOOK_BACK = timedelta(days=100)

_DUE_LOTS = """
select l.tenant_id, l.account_id as member_id, l.expires_on, l.lot_id
from mall.lot l
join mall.member m on m.tenant_id = l.tenant_id and m.member_id = l.account_id
where l.expires_on < $1 and ($2::date is null or l.expires_on >= $2) and l.remaining_points > 0
    and m.erased_at is null
    and ($3::date is null or (l.expires_on, l.lot_id) > ($3, $4::uuid))
order by l.expires_on, l.lot_id
limit $5
"""
_DUE_HOLDS = """
select h.tenant_id, h.expires_at, h.hold_id
from mall.hold h
join mall.member m on m.tenant_id = h.tenant_id and m.member_id = h.member_id
where h.status = 'open' and h.redemption_id is null and h.expires_at <= $1 and m.erased_at is null
    and ($2::timestamptz is null or (h.expires_at, h.hold_id) > ($2, $3::uuid))
order by h.expires_at, h.hold_id
limit $4
"""


async def expire_lots(
    pool: asyncpg.Pool, committer: Committer, now: datetime, *, look_back: timedelta | None = LOOK_BACK
) -> int:
    """Debit what is left of expired lots of all tenants and return how many transfers that took.

    Points that are still held stay until the hold has ended.

    Args:
        pool: of the committer's role, which sees all tenants.
        look_back: how long ago a lot may have expired; None looks at all there are, which is slower and finds
            points that were refunded into a lot long after its last day.
    """
    today = business_date(now)
    oldest = None if look_back is None else today - look_back

    def commands(rows: Sequence[Any]) -> list[ExpireLots]:
        members: dict[tuple[Any, Any], Any] = {}
        for row in rows:
            members.setdefault((row["tenant_id"], row["member_id"]), row["expires_on"])
        return [
            ExpireLots(
                tenant_id=tenant_id,
                key=None,
                body_hash=NO_BODY,
                at=now,
                member_id=member_id,
                transfer_id=uuid7(now),
                oldest=last_day,
            )
            for (tenant_id, member_id), last_day in members.items()
        ]

    return await sweep(
        pool, committer, _DUE_LOTS, today, oldest,
        commands=commands, count=lambda body: int(body["transfers"]),
    )  # fmt: skip


async def sweep_holds(pool: asyncpg.Pool, committer: Committer, now: datetime) -> int:
    """Close holds of all tenants that ended by themselves and return how many.

    Holds of redemptions are left to `time_out_redemptions`, which lets go of everything together.
    """

    def commands(rows: Sequence[Any]) -> list[SweepHold]:
        return [
            SweepHold(tenant_id=row["tenant_id"], key=None, body_hash=NO_BODY, at=now, hold_id=row["hold_id"])
            for row in rows
        ]

    return await sweep(pool, committer, _DUE_HOLDS, now, commands=commands, count=bool)
