"""Gives outbox rows to the endpoints that chose them: each row, in slices, with nothing skipped."""

from datetime import datetime

import asyncpg

# Rows of the first transactions since the cursor. A slice ends with a whole transaction: a cursor in the middle of
# one would skip its rest. Everything below the snapshot's xmin has ended, so nothing can join it later.
_SLICE = """
select
    c.xid::text::bigint as lower,
    pg_snapshot_xmin(s.now)::text::bigint as horizon,
    pg_snapshot_xmax(s.now)::text::bigint as newest,
    first.rows,
    first.last_xid
from mall.webhook_cursor c
cross join lateral (select pg_current_snapshot() as now) s
cross join lateral (
    select count(*) as rows, max(o.xid::text::bigint) as last_xid
    from (
        select xid from mall.outbox
        where xid >= c.xid and xid < pg_snapshot_xmin(s.now)
        order by xid
        limit $1
    ) o
) first
"""
_ADVANCE = "update mall.webhook_cursor set xid = $2::text::xid8 where xid = $1::text::xid8 returning true"
# An endpoint that is deleted meanwhile waits, instead of breaking the foreign keys of the whole slice.
_KEEP_ENDPOINTS = "select from mall.webhook_endpoint where status = 'active' for key share"
_FAN_OUT = """
insert into mall.webhook_delivery
    (tenant_id, endpoint_id, message_id, topic, subject_id, payload, occurred_at, next_attempt_at)
select o.tenant_id, e.endpoint_id, o.outbox_id, o.topic, o.subject_id,
    o.payload || coalesce(o.words, '{}'), o.recorded_at, $3
from mall.outbox o
join mall.webhook_endpoint e on e.tenant_id = o.tenant_id
where o.xid >= $1::text::xid8 and o.xid < $2::text::xid8
    and e.status = 'active'
    and not pg_visible_in_snapshot(o.xid, e.since)
    and exists (
        select from unnest(e.topics) as chosen(topic)
        where chosen.topic in ('*', o.topic)
            or (chosen.topic like '%.*' and starts_with(o.topic, left(chosen.topic, -1)))
    )
order by o.recorded_at, o.outbox_id
on conflict (tenant_id, endpoint_id, message_id) do nothing
"""


class CursorAhead(Exception):
    """The cursor names transactions that this PostgreSQL has not begun."""


async def fan_out(pool: asyncpg.Pool, *, now: datetime, slice_rows: int = 5000) -> int:
    """Make deliveries of the outbox rows since the last call, and return how many rows there were.

    At `slice_rows` or more there may be others. Without new rows nothing is written.

    Raises:
        CursorAhead: the database was restored from a dump, so its transactions count from the beginning again.
    """
    async with pool.acquire() as connection:
        part = await connection.fetchrow(_SLICE, slice_rows)
        assert part is not None
        if part["lower"] > part["newest"]:
            raise CursorAhead(
                f"mall.webhook_cursor is at transaction {part['lower']}, but PostgreSQL has only begun "
                f"{part['newest']}, as after restoring a dump; set its xid to pg_snapshot_xmin(pg_current_snapshot())"
            )
        if part["rows"] == 0:
            return 0
        lower = str(part["lower"])
        upper = str(part["last_xid"] + 1 if part["rows"] >= slice_rows else part["horizon"])
        async with connection.transaction():
            if not await connection.fetchval(_ADVANCE, lower, upper):
                return 0
            await connection.execute(_KEEP_ENDPOINTS)
            await connection.execute(_FAN_OUT, lower, upper, now)
    return int(part["rows"])
