"""Finds what expired, tells of it once, and closes what was taken off the books since."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import date, datetime
from uuid import UUID

import asyncpg

from transactional.clock import business_date
from transactional.database import Connection
from transactional.expired_stock.domain import expired
from transactional.warehouses.settling import ItemOfTenant, settle

# What is to be looked at: a last day is over that nobody looked at, or pieces wait to be taken off the books.
_DUE = """
select distinct b.tenant_id, b.item_id
from mall.receipt_batch b
where b.expires_on < $1 and not exists (
    select from mall.expired_stock e
    where e.tenant_id = b.tenant_id and e.item_id = b.item_id and e.warehouse_id = b.warehouse_id
        and e.expires_on = b.expires_on
)
union
select tenant_id, item_id from mall.expired_stock where closed_at is null
order by tenant_id, item_id
"""
# A correction since an alert opened counts for the oldest alerts of the place first; an empty place holds nothing old.
_CLOSE = """
with wanted as (
    select * from unnest($1::uuid[], $2::uuid[]) as w(tenant_id, item_id)
), waiting as (
    select e.tenant_id, e.alert_id,
        sum(e.quantity) over (
            partition by e.tenant_id, e.item_id, e.warehouse_id order by e.opened_at, e.expires_on
        ) as until_quantity,
        coalesce((
            select -sum(m.quantity) from mall.warehouse_movement m
            where m.tenant_id = e.tenant_id and m.item_id = e.item_id and m.warehouse_id = e.warehouse_id
                and m.reason = 'correction' and m.quantity < 0 and m.effective_at >= e.opened_at
        ), 0) as removed,
        coalesce((
            select p.quantity from mall.warehouse_stock p
            where p.tenant_id = e.tenant_id and p.item_id = e.item_id and p.warehouse_id = e.warehouse_id
        ), 0) as lying
    from wanted w
    join mall.expired_stock e using (tenant_id, item_id)
    where e.closed_at is null
), closed as (
    update mall.expired_stock e set closed_at = $3
    from waiting w
    where e.tenant_id = w.tenant_id and e.alert_id = w.alert_id and (w.removed >= w.until_quantity or w.lying = 0)
    returning e.*
), told as (
    insert into mall.outbox (tenant_id, topic, subject_id, payload)
    select tenant_id, 'stock.expired_removed', alert_id, jsonb_build_object('alert_id', alert_id, 'item_id', item_id,
        'warehouse_id', warehouse_id, 'expires_on', expires_on, 'quantity', quantity, 'opened_at', opened_at,
        'closed_at', closed_at)
    from closed
)
select count(*)::int from closed
"""
# Pieces that were carried away and back have come once: what was carried here and had not left from here is the most that
# was ever carried in beyond what was carried out.
_READ = """
with wanted as (
    select * from unnest($1::uuid[], $2::uuid[]) as w(tenant_id, item_id)
), moved as (
    select m.tenant_id, m.item_id, m.warehouse_id, m.quantity, m.reason = 'relocation' as is_carried,
        sum(m.quantity) filter (where m.reason = 'relocation') over (
            partition by m.tenant_id, m.item_id, m.warehouse_id order by m.effective_at, m.movement_id
        ) as carried
    from wanted w join mall.warehouse_movement m using (tenant_id, item_id)
), came as (
    select tenant_id, item_id, warehouse_id,
        coalesce(sum(quantity) filter (where quantity > 0 and not is_carried), 0) + greatest(max(carried), 0) as quantity
    from moved
    group by 1, 2, 3
), batched as (
    select b.tenant_id, b.item_id, b.warehouse_id, b.expires_on, sum(b.quantity) as quantity
    from wanted w join mall.receipt_batch b using (tenant_id, item_id)
    where b.expires_on is not null
    group by 1, 2, 3, 4
)
select b.tenant_id, b.item_id, b.warehouse_id, b.expires_on, b.quantity::bigint as quantity,
    coalesce(c.quantity, 0)::bigint as came, coalesce(p.quantity, 0)::bigint as lying,
    e.alert_id is not null as is_known, (case when e.closed_at is null then coalesce(e.quantity, 0) else 0 end)::bigint as waiting
from batched b
left join came c using (tenant_id, item_id, warehouse_id)
left join mall.warehouse_stock p using (tenant_id, item_id, warehouse_id)
left join mall.expired_stock e using (tenant_id, item_id, warehouse_id, expires_on)
order by b.tenant_id, b.item_id, b.warehouse_id, b.expires_on
"""
_OPEN = """
with opened as (
    insert into mall.expired_stock (tenant_id, item_id, warehouse_id, expires_on, quantity, opened_at, closed_at)
    select *, $6::timestamptz, case when f.quantity = 0 then $6::timestamptz end
    from unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::date[], $5::bigint[])
        as f(tenant_id, item_id, warehouse_id, expires_on, quantity)
    on conflict (tenant_id, item_id, warehouse_id, expires_on) do nothing
    returning *
), told as (
    insert into mall.outbox (tenant_id, topic, subject_id, payload)
    select tenant_id, 'stock.expired', alert_id, jsonb_build_object('alert_id', alert_id, 'item_id', item_id,
        'warehouse_id', warehouse_id, 'expires_on', expires_on, 'quantity', quantity, 'opened_at', opened_at)
    from opened where quantity > 0
)
select count(*) filter (where quantity > 0)::int from opened
"""

_Place = tuple[UUID, UUID, UUID]
_Found = tuple[UUID, UUID, UUID, date, int]


async def due(connection: Connection, *, now: datetime) -> list[ItemOfTenant]:
    """Return the (tenant, item) pairs of which something may have expired or been taken off the books."""
    rows = await connection.fetch(_DUE, business_date(now))
    return [(row["tenant_id"], row["item_id"]) for row in rows]


async def look_for_expired(connection: Connection, items: Collection[ItemOfTenant], *, now: datetime) -> int:
    """Close the alerts that are settled and open those that are due, of (tenant, item) pairs; return how many changed.

    Runs inside the caller's transaction. The last day itself is still a good one.
    """
    wanted = [tenant for tenant, _ in items], [item for _, item in items]
    await settle(connection, items, now=now)
    closed: int = await connection.fetchval(_CLOSE, *wanted, now)
    found = _found(await connection.fetch(_READ, *wanted), business_date(now))
    opened: int = await connection.fetchval(_OPEN, *_columns(found), now)
    return closed + opened


def _found(rows: Sequence[asyncpg.Record], today: date) -> list[_Found]:
    places: dict[_Place, list[asyncpg.Record]] = defaultdict(list)
    for row in rows:
        places[row["tenant_id"], row["item_id"], row["warehouse_id"]].append(row)
    return [
        (*place, last_day, quantity)
        for place, batches in places.items()
        for last_day, quantity in expired(
            {row["expires_on"]: row["quantity"] for row in batches},
            lying=batches[0]["lying"],
            came=batches[0]["came"],
            known=[row["expires_on"] for row in batches if row["is_known"]],
            set_aside=sum(row["waiting"] for row in batches),
            today=today,
        ).items()
    ]


def _columns(
    found: Sequence[_Found],
) -> tuple[list[UUID], list[UUID], list[UUID], list[date], list[int]]:
    return (
        [tenant for tenant, *_ in found],
        [item for _, item, *_ in found],
        [warehouse for _, _, warehouse, *_ in found],
        [last_day for *_, last_day, _ in found],
        [quantity for *_, quantity in found],
    )
