"""Balances and statements, computed from the entries."""

import base64
import binascii
import json
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from transactional.clock import business_date
from transactional.database import Connection
from transactional.problems import InvalidRequest

# All five buckets come from the entries up to a moment, lot by lot, so the past is asked the same way as the
# present. A lot past its last day is expired at read time, before anything sweeps it.
_BUCKETS = """
with lot_state as (
    select
        l.active_from, l.expires_on,
        sum(e.amount) as remaining,
        coalesce(sum(e.amount) filter (where t.kind in ('redeem', 'refund')), 0) as redeemed,
        coalesce(sum(e.amount) filter (where t.kind = 'expire'), 0) as swept
    from mall.entry e
    join mall.transfer t using (tenant_id, transfer_id)
    join mall.lot l on l.tenant_id = e.tenant_id and l.account_id = e.account_id and l.lot_id = e.lot_id
    where t.tenant_id = $1 and t.member_id = $2 and e.account_id = $2 and t.effective_at <= $3
    group by l.lot_id, l.active_from, l.expires_on
)
select
    coalesce(sum(remaining) filter (where active_from <= $3 and (expires_on is null or expires_on >= $4)), 0)
        as available,
    coalesce(sum(remaining) filter (where active_from > $3), 0) as pending,
    coalesce(sum(remaining) filter (where active_from <= $3 and expires_on < $4), 0) - coalesce(sum(swept), 0)
        as expired,
    -coalesce(sum(redeemed), 0) as spent,
    coalesce(sum(remaining), 0) as balance
from lot_state
"""
_STATEMENT = """
select t.transfer_id, t.kind, t.redemption_id, t.reference, t.effective_at, t.recorded_at,
    (select sum(e.amount) from mall.entry e
     where e.tenant_id = t.tenant_id and e.transfer_id = t.transfer_id and e.account_id = t.member_id)
     as points
from mall.transfer t
where t.tenant_id = $1 and t.member_id = $2
    and ($3::timestamptz is null or (t.effective_at, t.transfer_id) < ($3, $4::uuid))
order by t.effective_at desc, t.transfer_id desc
limit $5
"""


async def balance_at(
    connection: Connection, *, tenant_id: UUID, member_id: UUID, moment: datetime
) -> dict[str, int]:
    """Return the buckets of a member's points at a moment, now or past."""
    row = await connection.fetchrow(_BUCKETS, tenant_id, member_id, moment, business_date(moment))
    assert row is not None
    # Nothing holds points yet: a redemption takes them at once.
    return {"held": 0, **{bucket: int(points) for bucket, points in row.items()}}


async def richest_member(connection: Connection, *, tenant_id: UUID) -> UUID | None:
    """Return the member of a tenant with most points."""
    found: UUID | None = await connection.fetchval(
        "select account_id from mall.account where tenant_id = $1 and kind = 'member' order by balance desc limit 1",
        tenant_id,
    )
    return found


async def statement(
    connection: Connection, *, tenant_id: UUID, member_id: UUID, limit: int, cursor: str | None
) -> dict[str, Any]:
    """Return a page of a member's transfers, newest first, and the cursor of the next page.

    Raises:
        InvalidRequest: the cursor is not one of ours.
    """
    moment, transfer_id = _decode(cursor) if cursor else (None, None)
    rows = await connection.fetch(_STATEMENT, tenant_id, member_id, moment, transfer_id, limit + 1)
    page = [dict(row) for row in rows[:limit]]
    return {
        "transfers": page,
        "next_cursor": _encode(page[-1]) if len(rows) > limit else None,
    }


def _encode(transfer: dict[str, Any]) -> str:
    text = json.dumps([transfer["effective_at"].isoformat(), str(transfer["transfer_id"])])
    return base64.urlsafe_b64encode(text.encode()).decode()


def _decode(cursor: str) -> tuple[datetime, UUID]:
    try:
        moment, transfer_id = json.loads(base64.urlsafe_b64decode(cursor))
        return datetime.fromisoformat(moment).astimezone(UTC), UUID(transfer_id)
    except (ValueError, TypeError, AttributeError, OverflowError, binascii.Error) as error:
        raise InvalidRequest("cursor: use the next_cursor of the page before, unchanged") from error
