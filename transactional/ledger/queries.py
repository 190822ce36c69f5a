"""Statements, lots and holds."""

import base64
import binascii
import json
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

from transactional.clock import business_date
from transactional.database import Connection
from transactional.ledger.account import Hold
from transactional.ledger.refusals import UnknownHold
from transactional.problems import InvalidRequest

_STATEMENT = """
select t.transfer_id, t.kind, t.redemption_id, t.reference, t.reverses_id, t.reason, t.effective_at,
    t.recorded_at,
    (select coalesce(sum(e.amount), 0) from mall.entry e
     where e.tenant_id = t.tenant_id and e.transfer_id = t.transfer_id and e.account_id = t.member_id)
     as points
from mall.member_transfer t
where t.tenant_id = $1 and t.member_id = $2
    and ($3::timestamptz is null or (t.effective_at, t.transfer_id) < ($3, $4::uuid))
order by t.effective_at desc, t.transfer_id desc
limit $5
"""
_LOTS = """
with held as (
    select s.lot_id, sum(s.points) as points
    from mall.hold h
    cross join lateral unnest(h.lot_ids, h.lot_points) as s(lot_id, points)
    where h.tenant_id = $1 and h.member_id = $2 and h.status = 'open' and $3 < h.expires_at
    group by s.lot_id
), swept as (
    select distinct e.lot_id
    from mall.transfer t
    join mall.entry e on e.tenant_id = t.tenant_id and e.transfer_id = t.transfer_id and e.account_id = t.member_id
    where t.tenant_id = $1 and t.member_id = $2 and t.kind = 'expire'
        and t.redemption_id is distinct from t.transfer_id
)
select l.lot_id, l.issued_points as issued, l.remaining_points as remaining,
    coalesce(h.points, 0)::bigint as held, l.active_from, l.expires_on,
    case
        when l.remaining_points = 0 and s.lot_id is null then 'used'
        when l.expires_on < $4 then 'expired'
        when l.active_from > $3 then 'pending'
        else 'active'
    end as state
from mall.lot l
left join held h on h.lot_id = l.lot_id
left join swept s on s.lot_id = l.lot_id
where l.tenant_id = $1 and l.account_id = $2 and ($5::uuid is null or l.lot_id < $5)
order by l.lot_id desc
limit $6
"""
# What is held is not told: whether it expires is decided when the hold ends.
_EXPIRING = """
with held as (
    select s.lot_id, sum(s.points) as points
    from mall.hold h
    cross join lateral unnest(h.lot_ids, h.lot_points) as s(lot_id, points)
    where h.tenant_id = $1 and h.member_id = $2 and h.status = 'open' and $3 < h.expires_at
    group by s.lot_id
)
select l.expires_on, sum(l.remaining_points - coalesce(h.points, 0))::bigint as points
from mall.lot l
left join held h on h.lot_id = l.lot_id
where l.tenant_id = $1 and l.account_id = $2 and l.active_from <= $3 and l.expires_on between $4 and $5
group by l.expires_on
having sum(l.remaining_points - coalesce(h.points, 0)) > 0
order by l.expires_on
"""
_HOLD = """
select h.hold_id, h.member_id, h.points, h.captured_points, h.status, h.redemption_id, h.reference,
    h.effective_at, h.expires_at, h.resolved_at, h.recorded_at, a.changed_at
from mall.hold h
join mall.account a on a.tenant_id = h.tenant_id and a.account_id = h.member_id
where h.tenant_id = $1 and h.hold_id = $2
"""


async def richest_member(connection: Connection, *, tenant_id: UUID) -> UUID | None:
    """Return the member of a tenant with most points."""
    found: UUID | None = await connection.fetchval(
        "select account_id from mall.account where tenant_id = $1 and kind = 'member' order by balance desc limit 1",
        tenant_id,
    )
    return found


async def lots_of(
    connection: Connection,
    *,
    tenant_id: UUID,
    member_id: UUID,
    moment: datetime,
    limit: int,
    after: UUID | None,
) -> list[dict[str, Any]]:
    """Return a member's lots as they are at a moment that is now, newest first, from after a lot on."""
    rows = await connection.fetch(_LOTS, tenant_id, member_id, moment, business_date(moment), after, limit)
    return [dict(row) for row in rows]


async def expiring(
    connection: Connection, *, tenant_id: UUID, member_id: UUID, moment: datetime, until: date
) -> list[dict[str, Any]]:
    """Return how many points that are available at a moment that is now expire on which days, up to a day."""
    rows = await connection.fetch(_EXPIRING, tenant_id, member_id, moment, business_date(moment), until)
    return [dict(row) for row in rows]


async def hold_by_id(
    connection: Connection, *, tenant_id: UUID, hold_id: UUID, clock_says: datetime
) -> dict[str, Any]:
    """Return a hold as it is now; past its end it is expired, whether or not that was written down.

    Raises:
        UnknownHold: the tenant has none with this id.
    """
    row = await connection.fetchrow(_HOLD, tenant_id, hold_id)
    if row is None:
        raise UnknownHold(hold_id)
    found = dict(row)
    hold = Hold(
        hold_id,
        row["points"],
        (),
        row["effective_at"],
        row["expires_at"],
        row["status"],
        row["captured_points"],
        row["resolved_at"],
    )
    changed_at = found.pop("changed_at")
    found["status"] = hold.state(clock_says if changed_at is None else max(clock_says, changed_at))
    if found["status"] == "expired":
        found["resolved_at"] = hold.expires_at
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
