"""Asks carriers for the parcels that are under way, so that a push that was lost is made up for."""

from datetime import datetime, timedelta
from uuid import UUID

from transactional.database import Pools, tenant_transaction
from transactional.fulfilment.carriers.domain import Carrier, CarrierUnavailable
from transactional.fulfilment.carriers.settings import Carriers
from transactional.fulfilment.refusals import UnknownShipment
from transactional.fulfilment.tracking import record
from transactional.problems import Problem
from transactional.worker.job import JobContext

_STEP = 50
_EVERY = timedelta(hours=4)
_FIRST_WAIT = timedelta(minutes=5)

_DUE = """
select s.tenant_id, s.shipment_id, s.carrier, t.code
from mall.shipment s
join mall.tenant t using (tenant_id)
where s.ended_at is null and s.ask_next_at <= $1
order by s.ask_next_at
limit $2
"""
_WHOM = """
select s.carrier, s.tracking_number, t.code
from mall.shipment s join mall.tenant t using (tenant_id)
where s.tenant_id = $1 and s.shipment_id = $2
"""
# The next time is when the promise is due, if that is sooner: nobody is blamed for news that got lost.
_ASKED = """
update mall.shipment set asked_at = $3, ask_failures = 0,
    ask_next_at = case when due_at > $3 then least($4, due_at) else $4 end
where tenant_id = $1 and shipment_id = $2
"""
_FAILED = """
update mall.shipment set ask_failures = ask_failures + 1,
    ask_next_at = $3::timestamptz + least($4::interval * power(2, least(ask_failures, 10)), $5::interval)
where tenant_id = $1 and shipment_id = $2
"""


async def ask_for_shipment(
    pools: Pools, carriers: Carriers, *, tenant_id: UUID, shipment_id: UUID, now: datetime
) -> UUID | None:
    """Ask the carrier for everything it knows of a parcel; return the redemption to be told, None if nothing is new.

    Raises:
        UnknownShipment: the tenant has none with this id.
        UnknownCarrier: the tenant has no account at its carrier.
        CarrierUnavailable, CarrierRefused: the carrier did not tell; it is asked again later.
    """
    async with tenant_transaction(pools.api, tenant_id) as connection:
        row = await connection.fetchrow(_WHOM, tenant_id, shipment_id)
    if row is None:
        raise UnknownShipment(shipment_id)
    try:
        carrier: Carrier = carriers.of(row["code"], row["carrier"])
        told = await carrier.ask(row["tracking_number"])
    except Problem:
        async with tenant_transaction(pools.api, tenant_id) as connection:
            await connection.execute(_FAILED, tenant_id, shipment_id, now, _FIRST_WAIT, _EVERY)
        raise
    events = [one.event for one in told if one.tracking_number == row["tracking_number"]]
    async with tenant_transaction(pools.api, tenant_id) as connection:
        changed = await record(
            connection, tenant_id=tenant_id, shipment_id=shipment_id, events=events, source="pull", now=now
        )
        await connection.execute(_ASKED, tenant_id, shipment_id, now, now + _EVERY)
    return changed


async def ask_carriers(context: JobContext) -> int:
    """Ask for the parcels whose turn it is and return how many answers came.

    A carrier that does not answer about one parcel is not asked about the tenant's others in the same run.
    """
    answered = 0
    away: set[tuple[str, str]] = set()
    for row in await context.pools.committer.fetch(_DUE, context.clock(), _STEP):
        account = (row["code"], row["carrier"])
        if context.stopping.is_set() or account in away:
            continue
        try:
            await ask_for_shipment(
                context.pools,
                context.carriers,
                tenant_id=row["tenant_id"],
                shipment_id=row["shipment_id"],
                now=context.clock(),
            )
            answered += 1
        except CarrierUnavailable:
            away.add(account)
        except Problem:
            # It is noted with the shipment, which has to wait for its next turn.
            continue
    return answered
