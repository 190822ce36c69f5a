"""Finds promises that were not kept and opens their compensations."""

from collections import defaultdict
from datetime import date, timedelta
from uuid import UUID

from transactional.database import tenant_transaction
from transactional.fulfilment.clocks import SHIP_WITHIN, due_at
from transactional.fulfilment.compensations import open_for_delivery, open_for_shipping
from transactional.fulfilment.terms import rest_days_of
from transactional.worker.job import JobContext

_STEP = 200
# A promise counts as broken once the carrier was asked after it was due, or could not be asked for so long.
GRACE = timedelta(hours=12)

# What came back or got lost was not delivered in time either; of that nobody is to be asked.
_LATE_DELIVERIES = """
select s.tenant_id, s.shipment_id
from mall.shipment s
where s.delivered_at is null and s.due_at < $1
    and (s.ended_at is not null or s.asked_at >= s.due_at or s.due_at < $2)
    and not exists (
        select from mall.compensation c
        where c.tenant_id = s.tenant_id and c.clock = 'delivery' and c.subject_id = s.shipment_id)
order by s.due_at
limit $3
"""
# Rest days make a promise later, never earlier. A parcel that waits to be collected is asked for first,
# and what it tells reaches the redemption first.
_LATE_SHIPPING = """
select r.tenant_id, r.redemption_id, r.paid_at
from mall.redemption r
where r.status in ('allocated', 'partially_refunded') and r.shipped_at is null and r.completed_at is null
    and r.paid_at < $1
    and ($4::timestamptz is null or (r.paid_at, r.redemption_id) > ($4, $5::uuid))
    and not exists (
        select from mall.compensation c
        where c.tenant_id = r.tenant_id and c.clock = 'shipping' and c.subject_id = r.redemption_id)
    and (r.paid_at < $2 or not exists (
        select from mall.shipment s
        where s.tenant_id = r.tenant_id and s.redemption_id = r.redemption_id and s.case_id is null and (s.is_behind
            or s.shipped_at is null and (s.asked_at is null or s.asked_at < r.paid_at + $6::interval))))
order by r.paid_at, r.redemption_id
limit $3
"""

# A replacement is promised as an order is, from its decision on.
_LATE_REPLACEMENTS = """
select c.tenant_id, c.case_id, c.redemption_id, c.decided_at
from mall.after_sales_case c
where c.outcome = 'replace' and c.closed_at is null and c.decided_at < $1
    and ($3::timestamptz is null or (c.decided_at, c.case_id) > ($3, $4::uuid))
    and not exists (
        select from mall.compensation x
        where x.tenant_id = c.tenant_id and x.clock = 'shipping' and x.subject_id = c.case_id)
    and not exists (
        select from mall.shipment s
        where s.tenant_id = c.tenant_id and s.case_id = c.case_id and s.shipped_at is not null)
order by c.decided_at, c.case_id
limit $2
"""


async def open_compensations(context: JobContext) -> int:
    """Open the compensations of parcels that are late, and of redemptions and replacements that were not shipped in time."""
    now = context.clock()
    opened = 0
    late: dict[UUID, list[UUID]] = defaultdict(list)
    for row in await context.pools.committer.fetch(_LATE_DELIVERIES, now, now - GRACE, _STEP):
        late[row["tenant_id"]].append(row["shipment_id"])
    for tenant_id, shipments in late.items():
        async with tenant_transaction(context.pools.api, tenant_id) as connection:
            opened += await open_for_delivery(
                connection, tenant_id=tenant_id, shipment_ids=shipments, now=now
            )
    return opened + await _late_shipping(context) + await _late_replacements(context)


async def _late_shipping(context: JobContext) -> int:
    now = context.clock()
    opened = 0
    days: dict[UUID, frozenset[date]] = {}
    cursor: tuple[object, object] = (None, None)
    while not context.stopping.is_set():
        rows = await context.pools.committer.fetch(
            _LATE_SHIPPING, now - SHIP_WITHIN, now - SHIP_WITHIN - GRACE, _STEP, *cursor, SHIP_WITHIN
        )
        for row in rows:
            tenant_id = row["tenant_id"]
            async with tenant_transaction(context.pools.api, tenant_id) as connection:
                if tenant_id not in days:
                    days[tenant_id] = await rest_days_of(connection, tenant_id)
                due = due_at(row["paid_at"], SHIP_WITHIN, days[tenant_id])
                if due < now:
                    opened += await open_for_shipping(
                        connection,
                        tenant_id=tenant_id,
                        redemption_id=row["redemption_id"],
                        due_at=due,
                        now=now,
                    )
        if len(rows) < _STEP:
            break
        cursor = (rows[-1]["paid_at"], rows[-1]["redemption_id"])
    return opened


async def _late_replacements(context: JobContext) -> int:
    now = context.clock()
    opened = 0
    cursor: tuple[object, object] = (None, None)
    while not context.stopping.is_set():
        rows = await context.pools.committer.fetch(_LATE_REPLACEMENTS, now - SHIP_WITHIN, _STEP, *cursor)
        for row in rows:
            tenant_id = row["tenant_id"]
            async with tenant_transaction(context.pools.api, tenant_id) as connection:
                due = due_at(row["decided_at"], SHIP_WITHIN, await rest_days_of(connection, tenant_id))
                if due < now:
                    opened += await open_for_shipping(
                        connection,
                        tenant_id=tenant_id,
                        redemption_id=row["redemption_id"],
                        case_id=row["case_id"],
                        due_at=due,
                        now=now,
                    )
        if len(rows) < _STEP:
            break
        cursor = (rows[-1]["decided_at"], rows[-1]["case_id"])
    return opened
