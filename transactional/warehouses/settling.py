"""Takes from the warehouses what redemptions took from the stock, behind them.

A redemption locks the stock of the tenant alone. What all places of an item hold beyond the stock is what went out
since the item was settled, so nothing has to be remembered: settling twice, late or after a crash comes to the same.
"""

from collections import defaultdict
from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from transactional.database import Connection
from transactional.warehouses.domain import Place, settled
from transactional.warehouses.operations import default_warehouse
from transactional.warehouses.placing import Placed, place, take

ItemOfTenant = tuple[UUID, UUID]

_WANTED = "unnest($1::uuid[], $2::uuid[]) as w(tenant_id, item_id)"
_LOCK = f"""
select from {_WANTED}
join mall.warehouse_stock s on s.tenant_id = w.tenant_id and s.item_id = w.item_id
order by s.tenant_id, s.item_id, s.warehouse_id
for update of s
"""
# One statement, so one snapshot: what moves stock and places at once shows in both or in neither. The places come in
# the order in which they ship.
_READ = f"""
select s.tenant_id, s.item_id, null::uuid as warehouse_id, s.on_hand + s.allotted as quantity, 0 as rank, '' as code
from {_WANTED}
join mall.stock s on s.tenant_id = w.tenant_id and s.item_id = w.item_id
union all
select s.tenant_id, s.item_id, s.warehouse_id, s.quantity, h.rank, h.code
from {_WANTED}
join mall.warehouse_stock s on s.tenant_id = w.tenant_id and s.item_id = w.item_id
join mall.warehouse h on h.tenant_id = s.tenant_id and h.warehouse_id = s.warehouse_id
order by rank, code
"""


async def settle(connection: Connection, items: Collection[ItemOfTenant], *, now: datetime) -> int:
    """Make the places of (tenant, item) pairs add up to their stock, and return how many places changed.

    Runs inside the caller's transaction.
    """
    wanted = [tenant for tenant, _ in items], [item for _, item in items]
    await connection.execute(_LOCK, *wanted)
    totals: dict[ItemOfTenant, int] = {}
    held: dict[ItemOfTenant, list[Place]] = defaultdict(list)
    for row in await connection.fetch(_READ, *wanted):
        item = row["tenant_id"], row["item_id"]
        if row["warehouse_id"] is None:
            totals[item] = row["quantity"]
        else:
            held[item].append(Place(row["warehouse_id"], row["quantity"]))
    return await _write(connection, totals, held, now)


async def _write(
    connection: Connection,
    totals: dict[ItemOfTenant, int],
    held: dict[ItemOfTenant, list[Place]],
    now: datetime,
) -> int:
    defaults: dict[UUID, UUID] = {}
    gone: list[Placed] = []
    come: list[Placed] = []
    for (tenant_id, item_id), total in totals.items():
        places = held[tenant_id, item_id]
        if sum(p.quantity for p in places) == total:
            continue
        if tenant_id not in defaults:
            defaults[tenant_id] = await default_warehouse(connection, tenant_id=tenant_id)
        for change in settled(places, total, defaults[tenant_id]):
            into = come if change.quantity > 0 else gone
            into.append(Placed(tenant_id, change.warehouse_id, item_id, abs(change.quantity)))
    await take(connection, gone, reason="settled", at=now)
    await place(connection, come, reason="settled", at=now)
    return len(gone) + len(come)
