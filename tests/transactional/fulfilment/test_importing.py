"""Parcels of the past come to what the same news would have made of them one by one."""

from datetime import timedelta
from uuid import UUID

import pytest

from transactional.fulfilment.asking import ask_carriers
from transactional.fulfilment.breaches import open_compensations
from transactional.fulfilment.importing import News, PastParcel, PastParcels
from transactional.fulfilment.states import Event, ShipmentStatus

from .conftest import HOUR

_PARCEL = "status, province, region, shipped_at, due_at, delivered_at, ended_at, is_behind"
_EVENT = "event_key, kind, occurred_at, source"
_COMPENSATION = "clock, party, supplier_id, carrier, member_id, due_at, opened_at, points"


# When each thing happened and when it was told, in hours after the redemption; the last is when all is looked at.
@pytest.mark.parametrize(
    ("told", "looked"),
    [
        # Late at both steps, told in another order and twice.
        ([("collected", 50, 51), ("out_for_delivery", 110, 110), ("in_transit", 70, 111), ("delivered", 111, 112),
          ("delivered", 111, 113)], 200),
        # In time, while it is on its way.
        ([("collected", 10, 10), ("in_transit", 20, 21)], 50),
        ([("collected", 10, 10), ("lost", 90, 91)], 100),
        # Packed and never collected.
        ([("collected", 90, 91)], 60),
    ],
    ids=["late", "under way", "lost", "waiting"],
)  # fmt: skip
async def test_what_is_imported_is_what_would_have_been_told(
    client, shop, ordered, parcel, push, depot, clock, context, owner, told, looked
):
    await owner.execute("update mall.stock set on_hand = 9 where item_id = $1", shop.pot)
    begun = clock.now
    live = await parcel(await ordered(), province="新疆")
    moments = sorted({at for _, _, at in told if at <= looked} | {*range(49, looked, 24), looked})
    for hours in moments:
        clock.now = begun + hours * HOUR
        for kind, happened, at in told:
            if at == hours:
                await push(depot.scan("SB0001", kind, begun + happened * HOUR))
        # As the worker does: who is late is found once the carrier was asked.
        await ask_carriers(context)
        await open_compensations(context)
    rows = await _rows(owner, UUID(live["shipment_id"]), UUID(live["redemption_id"]))

    other = UUID(await ordered(key="r2"))
    past = await PastParcels.begin(owner, tenant_id=shop.tenant_id)
    news = [
        News(
            begun + at * HOUR,
            Event(f"{kind}@{(begun + happened * HOUR).isoformat()}", ShipmentStatus(kind), begun + happened * HOUR),
            "push",
        )
        for kind, happened, at in told
    ]  # fmt: skip
    shipment_id = UUID(int=7)
    past.add(
        PastParcel(
            shipment_id, other, shop.member, shop.pot, 1, "sandbox", "SB0002", "新疆", begun,
            begun + timedelta(minutes=1), tuple(news),
        )
    )  # fmt: skip
    await past.flush(begun)
    assert await owner.fetchval("select count(*) from mall.shipment") == 1
    await past.finish(clock.now)
    assert await _rows(owner, shipment_id, other) == rows


async def _rows(owner, shipment_id, redemption_id):
    parcels = await owner.fetch(f"select {_PARCEL} from mall.shipment where shipment_id = $1", shipment_id)
    events = await owner.fetch(
        f"select {_EVENT} from mall.shipment_event where shipment_id = $1 order by event_key", shipment_id
    )
    opened = await owner.fetch(
        f"select {_COMPENSATION} from mall.compensation where redemption_id = $1 order by clock",
        redemption_id,
    )
    # Where a parcel is behind, the worker tells its redemption; nobody needs to of the past.
    return (
        [{**dict(row), "is_behind": None} for row in parcels],
        [dict(row) for row in events],
        [{**dict(row), "opened_at": None} for row in opened],
    )
