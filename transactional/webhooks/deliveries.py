"""What the sending job reads and writes: which deliveries are due, and what became of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import asyncpg

from transactional.webhooks.domain import Delivery, Message
from transactional.webhooks.retries import ORDERED_ATTEMPTS, Reply, Verdict

# Endpoints come in a random order, so that no busy or slow one is always served before the others.
# A claim is the next attempt's time pushed to $2: whoever comes meanwhile does not find the delivery due, and if
# the sender dies it is due again by itself.
_CLAIM = """
with due as materialized (
    select d.*, e.url, e.sealed_secret
    from (
        select e.tenant_id, e.endpoint_id, e.url, e.sealed_secret, $4::bigint - coalesce(b.busy, 0) as free
        from mall.webhook_endpoint e
        left join unnest($5::uuid[], $6::bigint[]) as b(endpoint_id, busy) on b.endpoint_id = e.endpoint_id
        where e.status = 'active' and coalesce(b.busy, 0) < $4::bigint
        order by random()
    ) e
    cross join lateral (
        select d.tenant_id, d.delivery_id
        from mall.webhook_delivery d
        where d.tenant_id = e.tenant_id and d.endpoint_id = e.endpoint_id
            and d.status = 'pending' and d.next_attempt_at <= $1
            and not exists (
                select from mall.webhook_delivery earlier
                where earlier.tenant_id = d.tenant_id and earlier.endpoint_id = d.endpoint_id
                    and earlier.subject_id = d.subject_id and earlier.status = 'pending'
                    and (earlier.occurred_at, earlier.message_id) < (d.occurred_at, d.message_id)
                    and earlier.attempts < $7::int
            )
        order by d.next_attempt_at, d.occurred_at, d.message_id
        limit e.free
        for update of d skip locked
    ) d
    limit $3
)
update mall.webhook_delivery d
set next_attempt_at = $2
from due
where d.tenant_id = due.tenant_id and d.delivery_id = due.delivery_id
returning d.tenant_id, d.delivery_id, d.endpoint_id, due.url, due.sealed_secret, d.attempts, d.message_id, d.topic,
    d.subject_id, d.payload::text as payload, d.occurred_at
"""
_SETTLE = """
update mall.webhook_delivery d
set status = r.status,
    attempts = d.attempts + 1,
    next_attempt_at = r.next_attempt_at,
    last_attempt_at = $1::timestamptz,
    last_status = r.last_status,
    last_error = r.last_error,
    settled_at = case when r.status <> 'pending' then $1::timestamptz end
from unnest($2::uuid[], $3::uuid[], $4::text[], $5::timestamptz[], $6::smallint[], $7::text[])
    as r(tenant_id, delivery_id, status, next_attempt_at, last_status, last_error)
where d.tenant_id = r.tenant_id and d.delivery_id = r.delivery_id and d.status = 'pending'
"""
_DISABLE = """
update mall.webhook_endpoint e
set status = 'disabled', disabled_reason = 'the endpoint answered 410 Gone'
from unnest($1::uuid[], $2::uuid[]) as gone(tenant_id, endpoint_id)
where e.tenant_id = gone.tenant_id and e.endpoint_id = gone.endpoint_id and e.status = 'active'
"""
_BURY_THE_REST = """
update mall.webhook_delivery d
set status = 'dead', settled_at = $3, last_error = coalesce(d.last_error, 'the endpoint was disabled')
from unnest($1::uuid[], $2::uuid[]) as gone(tenant_id, endpoint_id)
where d.tenant_id = gone.tenant_id and d.endpoint_id = gone.endpoint_id and d.status = 'pending'
"""
_FORGET = """
delete from mall.webhook_delivery
where (tenant_id, delivery_id) in (
    select tenant_id, delivery_id
    from mall.webhook_delivery
    where (status = 'delivered' and settled_at < $1) or (status = 'dead' and settled_at < $2)
    limit $3
)
"""


@dataclass(frozen=True)
class Attempt:
    """An attempt that has ended."""

    delivery: Delivery
    reply: Reply
    verdict: Verdict


async def claim(
    pool: asyncpg.Pool,
    *,
    now: datetime,
    claimed_until: datetime,
    limit: int,
    per_endpoint: int,
    busy: Mapping[UUID, int],
) -> list[Delivery]:
    """Take deliveries that are due, for this sender alone until `claimed_until`.

    At most `limit`, and to each endpoint at most `per_endpoint` less those that are `busy` already.
    """
    rows = await pool.fetch(
        _CLAIM, now, claimed_until, limit, per_endpoint, list(busy), list(busy.values()), ORDERED_ATTEMPTS
    )
    return [
        Delivery(
            tenant_id=row["tenant_id"],
            delivery_id=row["delivery_id"],
            endpoint_id=row["endpoint_id"],
            url=row["url"],
            sealed_secret=row["sealed_secret"],
            attempts=row["attempts"],
            message=Message(
                row["message_id"], row["topic"], row["subject_id"], row["payload"], row["occurred_at"]
            ),
        )
        for row in rows
    ]


async def settle(pool: asyncpg.Pool, attempts: Sequence[Attempt], *, now: datetime) -> None:
    """Keep what became of deliveries. An endpoint that is gone is disabled; what waited for it becomes dead."""
    gone = {(a.delivery.tenant_id, a.delivery.endpoint_id) for a in attempts if a.reply.is_gone}
    async with pool.acquire() as connection, connection.transaction():
        await connection.execute(
            _SETTLE,
            now,
            [a.delivery.tenant_id for a in attempts],
            [a.delivery.delivery_id for a in attempts],
            [a.verdict.status for a in attempts],
            [a.verdict.next_attempt_at for a in attempts],
            [a.reply.status for a in attempts],
            [a.reply.error for a in attempts],
        )
        if gone:
            tenants, endpoints = [tenant for tenant, _ in gone], [endpoint for _, endpoint in gone]
            await connection.execute(_DISABLE, tenants, endpoints)
            await connection.execute(_BURY_THE_REST, tenants, endpoints, now)


async def forget_settled(
    pool: asyncpg.Pool, *, delivered_before: datetime, dead_before: datetime, limit: int = 5000
) -> int:
    """Delete deliveries that were delivered or died long ago, and return how many."""
    status: str = await pool.execute(_FORGET, delivered_before, dead_before, limit)
    return int(status.rpartition(" ")[2])
