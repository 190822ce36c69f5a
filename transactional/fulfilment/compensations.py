"""Opens a compensation for a broken promise, once; names who is responsible; credits points through the ledger, once."""

from collections.abc import Sequence
from datetime import datetime
from hashlib import sha256
from typing import Literal
from uuid import UUID

import msgspec

from transactional.clock import business_date
from transactional.database import Connection, tenant_transaction
from transactional.fulfilment.refusals import CompensationSettled, UnknownCompensation
from transactional.identifiers import derived
from transactional.ledger.commands import Earn
from transactional.worker.job import JobContext

Outcome = Literal["paid", "waived"]
_STEP = 100

# Of a parcel that is late its carrier is responsible.
_OPEN_DELIVERY = """
with opened as (
    insert into mall.compensation (tenant_id, clock, subject_id, redemption_id, shipment_id, member_id, party, carrier,
        due_at, opened_at, points)
    select s.tenant_id, 'delivery', s.shipment_id, s.redemption_id, s.shipment_id, r.member_id, 'carrier', s.carrier,
        s.due_at, $3, coalesce(t.compensation_points, 0)
    from mall.shipment s
    join mall.redemption r using (tenant_id, redemption_id)
    left join mall.fulfilment_terms t using (tenant_id)
    where s.tenant_id = $1 and s.shipment_id = any($2) and s.due_at < coalesce(s.delivered_at, $3)
    on conflict (tenant_id, clock, subject_id) do nothing
    returning *
)
"""
# Of a redemption that was not shipped in time the supplier is responsible that all its goods come from: of each item
# that is shipped, the first by rank of the suppliers with terms on the day. Else it is the platform.
_OPEN_SHIPPING = """
with source as (
    select l.line_no, (
        select t.supplier_id
        from mall.supplier_terms t
        join mall.supplier s using (tenant_id, supplier_id)
        where t.tenant_id = l.tenant_id and t.item_id = l.item_id and s.status = 'active'
            and $5 between t.valid_from and coalesce(t.valid_until, $5)
        order by t.rank, t.terms_id
        limit 1
    ) as supplier_id
    from mall.redemption_line l
    join mall.offer o using (tenant_id, item_id)
    where l.tenant_id = $1 and l.redemption_id = $2 and o.handover = 'shipping' and l.quantity > l.refunded_quantity
), responsible as (
    select case when count(distinct supplier_id) = 1 and count(*) = count(supplier_id)
        then (array_agg(supplier_id))[1] end as supplier_id
    from source
), opened as (
    insert into mall.compensation (tenant_id, clock, subject_id, redemption_id, member_id, party, supplier_id, due_at,
        opened_at, points)
    select r.tenant_id, 'shipping', $6, r.redemption_id, r.member_id,
        case when p.supplier_id is null then 'platform' else 'supplier' end, p.supplier_id, $3, $4,
        coalesce(t.compensation_points, 0)
    from mall.redemption r
    cross join responsible p
    left join mall.fulfilment_terms t using (tenant_id)
    where r.tenant_id = $1 and r.redemption_id = $2
    on conflict (tenant_id, clock, subject_id) do nothing
    returning *
)
"""
_TELL = """
insert into mall.outbox (tenant_id, topic, subject_id, payload)
select tenant_id, 'compensation.opened', compensation_id, jsonb_build_object('compensation_id', compensation_id,
    'clock', clock, 'redemption_id', redemption_id, 'shipment_id', shipment_id, 'member_id', member_id,
    'party', party, 'supplier_id', supplier_id, 'carrier', carrier, 'due_at', due_at, 'points', points)
from opened returning 1
"""
# What was credited stays with the member; what was not is not owed.
_KEPT = """
update mall.compensation set outcome = 'waived', settled_at = $4, settled_by = 'carrier',
    note = 'the carrier told later that it was in time',
    credit_refusal = case when credited_at is null then coalesce(credit_refusal, 'it was in time') end
where tenant_id = $1 and clock = $2 and subject_id = $3 and outcome is null
"""
_TO_CREDIT = """
select tenant_id, compensation_id, member_id, points from mall.compensation
where points > 0 and credited_at is null and credit_refusal is null
order by opened_at, compensation_id limit $1
"""
_NOTE_CREDIT = """
update mall.compensation set credited_at = case when $3::text is null then $4::timestamptz end, credit_refusal = $3
where tenant_id = $1 and compensation_id = $2 and credited_at is null and credit_refusal is null
"""


async def open_for_delivery(
    connection: Connection, *, tenant_id: UUID, shipment_ids: Sequence[UUID], now: datetime
) -> int:
    """Open the compensations of parcels that are or came late, inside the caller's transaction; return how many."""
    return len(await connection.fetch(_OPEN_DELIVERY + _TELL, tenant_id, list(shipment_ids), now))


async def open_for_shipping(
    connection: Connection,
    *,
    tenant_id: UUID,
    redemption_id: UUID,
    case_id: UUID | None = None,
    due_at: datetime,
    now: datetime,
) -> int:
    """Open the compensation of a redemption that was not shipped by `due_at`; return 1, or 0 if it is open already.

    With `case_id` it is that of the replacement of a case.
    """
    opened = await connection.fetch(
        _OPEN_SHIPPING + _TELL,
        tenant_id,
        redemption_id,
        due_at,
        now,
        business_date(due_at),
        case_id or redemption_id,
    )
    return len(opened)


async def waive_kept(
    connection: Connection,
    *,
    tenant_id: UUID,
    clock: Literal["shipping", "delivery"],
    subject_id: UUID,
    now: datetime,
) -> None:
    """Waive the compensation, if one is open, of a promise that turns out to have been kept."""
    await connection.execute(_KEPT, tenant_id, clock, subject_id, now)


async def credit_compensations(context: JobContext) -> int:
    """Credit the points of compensations and return how many there were.

    The key is the compensation's, so that whatever happens between crediting and noting it credits nothing twice.
    """
    rows = await context.pools.committer.fetch(_TO_CREDIT, _STEP)
    for row in rows:
        tenant_id, compensation_id = row["tenant_id"], row["compensation_id"]
        now = context.clock()
        answer = await context.committer.submit(
            Earn(
                tenant_id=tenant_id,
                key=f"compensation:{compensation_id}",
                body_hash=sha256(compensation_id.bytes).digest(),
                at=now,
                member_id=row["member_id"],
                transfer_id=derived(compensation_id, 1),
                points=row["points"],
                kind="grant",
                reference=f"compensation:{compensation_id}",
            )
        )
        refusal = None if answer.status < 400 else str(msgspec.json.decode(answer.body)["title"])[:200]
        async with tenant_transaction(context.pools.api, tenant_id) as connection:
            await connection.execute(_NOTE_CREDIT, tenant_id, compensation_id, refusal, now)
    return len(rows)


async def settle_compensation(
    connection: Connection,
    *,
    tenant_id: UUID,
    compensation_id: UUID,
    outcome: Outcome,
    by: str,
    note: str | None,
    now: datetime,
) -> bool:
    """Note that the responsible party has paid, or need not; return False if it was noted before.

    Raises:
        UnknownCompensation: it is not there.
        CompensationSettled: it was settled otherwise.
    """
    row = await connection.fetchrow(
        "select outcome, settled_by from mall.compensation where tenant_id = $1 and compensation_id = $2 for update",
        tenant_id,
        compensation_id,
    )
    if row is None:
        raise UnknownCompensation(compensation_id)
    if row["outcome"] is not None:
        if row["outcome"] != outcome:
            raise CompensationSettled(compensation_id, row["outcome"], row["settled_by"])
        return False
    await connection.execute(
        "update mall.compensation set outcome = $3, settled_at = $4, settled_by = $5, note = $6 "
        "where tenant_id = $1 and compensation_id = $2",
        tenant_id,
        compensation_id,
        outcome,
        now,
        by,
        note,
    )
    return True
