"""A member's points by bucket, at any moment and as known at any moment, from the append-only facts.

The identity of a balance: available + held + pending + unswept = balance = the sum of the member's entries.
"""

from datetime import datetime
from uuid import UUID

from transactional.clock import business_date
from transactional.database import Connection
from transactional.members.domain import UnknownMember

# $3 is the moment, $4 the business day it falls on, $5 until when what was recorded counts (null: all of it).
# A lot past its last day is expired and a hold past its end is released at read time, before anything sweeps
# them. Points that are held of an expired lot are held: they can still be captured. What a return counts
# against expired points makes them fewer, as if they had not been earned.
_BUCKETS = """
with known as materialized (
    select t.tenant_id, t.transfer_id, t.member_id, t.kind
    from mall.member_transfer t
    where t.tenant_id = $1 and t.member_id = $2 and t.effective_at <= $3
        and ($5::timestamptz is null or t.recorded_at <= $5)
), moved as (
    select k.kind, e.account_id, e.lot_id, e.amount
    from known k
    join mall.entry e on e.tenant_id = k.tenant_id and e.transfer_id = k.transfer_id
), held as (
    select s.lot_id, sum(s.points) as points
    from mall.hold h
    cross join lateral unnest(h.lot_ids, h.lot_points) as s(lot_id, points)
    where h.tenant_id = $1 and h.member_id = $2 and h.effective_at <= $3 and $3 < h.expires_at
        and ($5::timestamptz is null or h.recorded_at <= $5)
        and (h.resolved_at is null or $3 < h.resolved_at or h.resolution_recorded_at > $5)
    group by s.lot_id
), lot as (
    select
        m.remaining,
        coalesce(h.points, 0) as held,
        m.remaining - coalesce(h.points, 0) as free,
        l.active_from > $3 as is_pending,
        l.active_from <= $3 and coalesce(l.expires_on < $4, false) as is_expired
    from (select lot_id, sum(amount) as remaining from moved where account_id = $2 group by lot_id) m
    join mall.lot l on l.tenant_id = $1 and l.account_id = $2 and l.lot_id = m.lot_id
    left join held h on h.lot_id = m.lot_id
), buckets as (
    select
        coalesce(sum(free) filter (where not is_pending and not is_expired), 0) as available,
        coalesce(sum(held), 0) as held,
        coalesce(sum(free) filter (where is_pending), 0) as pending,
        coalesce(sum(free) filter (where is_expired), 0) as unswept,
        coalesce(sum(remaining), 0) as balance
    from lot
), program as (
    select
        coalesce(sum(m.amount) filter (where a.kind = 'expired'), 0) as swept,
        -coalesce(sum(m.amount) filter (where a.kind = 'receivable'), 0) as owed,
        -coalesce(sum(m.amount) filter (
            where m.account_id = $2 and m.kind in ('redeem', 'refund', 'exchange_out')), 0) as spent
    from moved m
    join mall.account a on a.tenant_id = $1 and a.account_id = m.account_id
)
select b.available, b.held, b.pending, b.unswept + p.swept as expired, p.spent, b.unswept, b.balance,
    p.owed as owed_points
from buckets b, program p
"""
_CHANGED_AT = """
select a.changed_at
from mall.account a
join mall.member m on m.tenant_id = a.tenant_id and m.member_id = a.account_id
where a.tenant_id = $1 and a.account_id = $2 and m.erased_at is null
"""


async def present_of(
    connection: Connection, *, tenant_id: UUID, member_id: UUID, clock_says: datetime
) -> datetime:
    """Return the moment that is now for a member's account.

    It is not before the account's newest change: while a clock is behind, what was spent is spent.

    Raises:
        UnknownMember: the tenant has no such member, or it was erased.
    """
    row = await connection.fetchrow(_CHANGED_AT, tenant_id, member_id)
    if row is None:
        raise UnknownMember(member_id)
    changed_at: datetime | None = row["changed_at"]
    return clock_says if changed_at is None else max(clock_says, changed_at)


async def balance_at(
    connection: Connection,
    *,
    tenant_id: UUID,
    member_id: UUID,
    moment: datetime,
    known_at: datetime | None = None,
) -> dict[str, int]:
    """Return the buckets of a member's points at a moment, now or past.

    Args:
        known_at: what was recorded later does not count; None means that all of it counts.
    """
    row = await connection.fetchrow(_BUCKETS, tenant_id, member_id, moment, business_date(moment), known_at)
    assert row is not None
    return {bucket: int(points) for bucket, points in row.items()}


async def database_time(connection: Connection) -> datetime:
    """Return the time by the clock that recorded_at is read from."""
    now: datetime = await connection.fetchval("select clock_timestamp()")
    return now
