"""Takes what carriers tell of parcels, pushed or asked for; telling it twice, late or in another order changes nothing."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Literal
from uuid import UUID

from transactional.database import Connection
from transactional.fulfilment.clocks import DELIVER_WITHIN, due_at
from transactional.fulfilment.compensations import open_for_delivery, waive_kept
from transactional.fulfilment.states import Event, ShipmentStatus, State, state_of
from transactional.fulfilment.terms import rest_days_of

# A carrier's clock may differ from ours by so much. What is told of a later time is not taken, nor what is older than the
# redemption: carriers give numbers out again.
MAX_DIFFERENCE = timedelta(minutes=10)
Source = Literal["push", "pull"]

_LOCK = """
select s.redemption_id, s.region, s.status, s.shipped_at, s.due_at, s.delivered_at, s.ended_at,
    coalesce(r.paid_at, r.effective_at) as paid_at
from mall.shipment s
join mall.redemption r using (tenant_id, redemption_id)
where s.tenant_id = $1 and s.shipment_id = $2
for update of s
"""
_ADD = """
insert into mall.shipment_event (tenant_id, shipment_id, event_key, kind, occurred_at, source)
select $1, $2, e.*, $6 from unnest($3::text[], $4::text[], $5::timestamptz[]) as e
on conflict (tenant_id, shipment_id, event_key) do nothing
"""
_EVENTS = (
    "select event_key, kind, occurred_at from mall.shipment_event where tenant_id = $1 and shipment_id = $2"
)
# Whoever has to be told of the new status is told once, because the row is locked and the status has changed.
_MOVE = """
with moved as (
    update mall.shipment set status = $3, shipped_at = $4, due_at = $5, delivered_at = $6, ended_at = $7,
        is_behind = true, ask_next_at = least(ask_next_at, $5)
    where tenant_id = $1 and shipment_id = $2
    returning *
)
insert into mall.outbox (tenant_id, topic, subject_id, payload, member_id, words, salt)
select m.tenant_id, 'shipment.' || m.status, m.shipment_id, jsonb_build_object('shipment_id', m.shipment_id,
    'redemption_id', m.redemption_id, 'carrier', m.carrier, 'tracking_number', null, 'status', m.status,
    'shipped_at', m.shipped_at, 'due_at', m.due_at, 'delivered_at', m.delivered_at),
    -- The number leads to the person, and goes with them.
    r.member_id, jsonb_build_object('tracking_number', m.tracking_number), gen_random_uuid()
from moved m
join mall.redemption r on r.tenant_id = m.tenant_id and r.redemption_id = m.redemption_id
where $8
"""


async def shipment_of_number(
    connection: Connection, *, tenant_id: UUID, carrier: str, tracking_number: str
) -> UUID | None:
    """Return the shipment of a carrier's number, None if the tenant has registered none."""
    found: UUID | None = await connection.fetchval(
        "select shipment_id from mall.shipment where tenant_id = $1 and carrier = $2 and tracking_number = $3",
        tenant_id,
        carrier,
        tracking_number,
    )
    return found


async def record(
    connection: Connection,
    *,
    tenant_id: UUID,
    shipment_id: UUID,
    events: Iterable[Event],
    source: Source,
    now: datetime,
) -> UUID | None:
    """Keep the events of a parcel inside the caller's transaction and let its status follow.

    A delivery that came too late opens its compensation at once; one that turns out to be in time waives it.

    Returns:
        The redemption that has to be told, None if nothing has changed.
    """
    row = await connection.fetchrow(_LOCK, tenant_id, shipment_id)
    if row is None:
        return None
    first, last = row["paid_at"] - MAX_DIFFERENCE, now + MAX_DIFFERENCE
    taken = [event for event in events if first <= event.occurred_at <= last]
    await connection.execute(
        _ADD,
        tenant_id,
        shipment_id,
        [event.key for event in taken],
        [event.kind for event in taken],
        [event.occurred_at for event in taken],
        source,
    )
    state = state_of(await _events(connection, tenant_id, shipment_id))
    before = State(ShipmentStatus(row["status"]), row["shipped_at"], row["delivered_at"], row["ended_at"])
    if state == before:
        return None
    due = row["due_at"]
    if state.shipped_at is not None and state.shipped_at != before.shipped_at:
        days = await rest_days_of(connection, tenant_id)
        due = due_at(state.shipped_at, DELIVER_WITHIN[row["region"]], days)
    await connection.execute(
        _MOVE,
        tenant_id,
        shipment_id,
        state.status,
        state.shipped_at,
        due,
        state.delivered_at,
        state.ended_at,
        state.status is not before.status,
    )
    if due is not None and state.delivered_at is not None:
        if state.delivered_at > due:
            await open_for_delivery(connection, tenant_id=tenant_id, shipment_ids=[shipment_id], now=now)
        else:
            await waive_kept(
                connection, tenant_id=tenant_id, clock="delivery", subject_id=shipment_id, now=now
            )
    redemption_id: UUID = row["redemption_id"]
    return redemption_id


async def _events(connection: Connection, tenant_id: UUID, shipment_id: UUID) -> Sequence[Event]:
    rows = await connection.fetch(_EVENTS, tenant_id, shipment_id)
    return [Event(row["event_key"], ShipmentStatus(row["kind"]), row["occurred_at"]) for row in rows]
