"""What the live database knows to the second: the balance, what the member just did, what can be delivered."""

from collections.abc import Collection
from datetime import datetime, timedelta
from uuid import UUID

from serving.database import Database
from serving.recommendations.balance import Lot
from serving.recommendations.domain import Offer, Signal

_SIGNAL_WINDOW = timedelta(days=7)

# Entries are found by the landing stamp: only the few that the release does not have are read. The array makes
# the planner drop other members' entries before it joins them to their transfers and accounts.
_LOTS = """
select m.is_erased, l.lot_id, l.active_from, l.expires_on, coalesce(moved.points, 0) as points
from export.member m
left join export.lot l on l.tenant_id = m.tenant_id and l.member_id = m.member_id
left join (
    select lot_id, sum(amount)::bigint as points
    from export.entry
    where tenant_id = $1 and xid >= $3::text::xid8
        and lot_id = any(array(select lot_id from export.lot where tenant_id = $1 and member_id = $2))
    group by lot_id
) moved on moved.lot_id = l.lot_id
where m.tenant_id = $1 and m.member_id = $2
"""

_SIGNALS = """
select 'redemption' as kind, l.item_id, i.name, r.effective_at as at, l.xid >= $3::text::xid8 as is_unlanded
from export.redemption r
join export.redemption_line l on l.tenant_id = r.tenant_id and l.redemption_id = r.redemption_id
join export.item i on i.item_id = l.item_id
where r.tenant_id = $1 and r.member_id = $2 and r.status not in ('cancelled', 'refunded')
    and (l.xid >= $3::text::xid8 or r.effective_at > $4)
union all
select e.kind, e.item_id, i.name, e.occurred_at, e.xid >= $3::text::xid8
from export.event e
join export.item i on i.item_id = e.item_id
where e.tenant_id = $1 and e.member_id = $2 and e.occurred_at > $4 and e.kind in ('view', 'click', 'favourite')
order by at desc
limit 50
"""

_DELIVERABLE = """
select o.item_id, i.name, i.category, o.price_points
from export.offer o
join export.stock s on s.tenant_id = o.tenant_id and s.item_id = o.item_id
join export.item i on i.item_id = o.item_id
where o.tenant_id = $1 and s.on_hand > 0 and o.price_points <= $2
    and o.listed_from <= $3 and (o.listed_until is null or o.listed_until > $3)
"""


async def live_lots(database: Database, tenant_id: UUID, member_id: UUID, *, xmin: int) -> list[Lot] | None:
    """Return a member's lots with what moved on them from a transaction on.

    None: the tenant has no member of that id, or it was erased.

    Raises:
        DatabaseAway: the database cannot be reached.
    """
    found = await database.rows(_LOTS, tenant_id, member_id, str(xmin))
    if not found or found[0]["is_erased"]:
        return None
    return [
        Lot(row["lot_id"], row["active_from"], row["expires_on"], row["points"])
        for row in found
        if row["lot_id"] is not None
    ]


async def live_signals(
    database: Database, tenant_id: UUID, member_id: UUID, *, xmin: int, now: datetime
) -> list[Signal]:
    """Return what the member did in the last seven days, and redemptions the release does not have; newest 50.

    Raises:
        DatabaseAway: the database cannot be reached.
    """
    found = await database.rows(_SIGNALS, tenant_id, member_id, str(xmin), now - _SIGNAL_WINDOW)
    return [
        Signal(row["kind"], row["item_id"], row["name"], now - row["at"], row["is_unlanded"]) for row in found
    ]


async def deliverable_offers(
    database: Database,
    tenant_id: UUID,
    *,
    now: datetime,
    budget: int,
    item_ids: Collection[UUID] | None = None,
) -> list[Offer]:
    """Return what is listed, in stock and within the budget now: of some items, or of all the tenant's.

    Raises:
        DatabaseAway: the database cannot be reached.
    """
    if item_ids is None:
        found = await database.rows(_DELIVERABLE, tenant_id, budget, now)
    else:
        found = await database.rows(
            _DELIVERABLE + "and o.item_id = any($4)", tenant_id, budget, now, item_ids
        )
    return [Offer(row["item_id"], row["name"], row["category"], row["price_points"]) for row in found]
