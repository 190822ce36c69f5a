"""What the live database knows of a member to the second: its points, whether it wants to be known, what it just did."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from serving.database import Database
from serving.recommendations.balance import Balance, Lot
from serving.recommendations.domain import CashRule, Signal

_SIGNAL_WINDOW = timedelta(days=7)
# The snapshot in which no transaction is visible.
NOTHING_LANDED = "1:1:"

# Entries are found by the landing stamp: only the few that the release does not have are read. The array makes
# the planner drop other members' entries before it joins them to their transfers and accounts.
_MEMBER = """
select m.is_erased, m.is_personalised, m.profile,
    t.cash_points, t.cash_fen, t.cash_share_min_bp, t.cash_share_max_bp,
    l.lot_id, l.active_from, l.expires_on, coalesce(moved.points, 0) as points,
    (select coalesce(sum(h.points), 0)::bigint from export.hold h
     where h.tenant_id = $1 and h.member_id = $2 and h.status = 'open' and h.expires_at > $4) as held_points
from export.member m
join export.tenant t on t.tenant_id = m.tenant_id
left join export.lot l on l.tenant_id = m.tenant_id and l.member_id = m.member_id
left join (
    select lot_id, sum(amount)::bigint as points
    from export.entry
    where tenant_id = $1
        and xid >= pg_snapshot_xmin($3::text::pg_snapshot)
        and not pg_visible_in_snapshot(xid, $3::text::pg_snapshot)
        and lot_id = any(array(select lot_id from export.lot where tenant_id = $1 and member_id = $2))
    group by lot_id
) moved on moved.lot_id = l.lot_id
where m.tenant_id = $1 and m.member_id = $2
"""

# A refund renews the stamp of the lines it takes back, so of those the time tells whether they are landed.
_SIGNALS = """
with lines as (
    select
        l.item_id, r.effective_at,
        case when l.refunded_quantity = 0
            then not pg_visible_in_snapshot(l.xid, $3::text::pg_snapshot)
            else r.recorded_at > $5
        end as is_unlanded
    from export.redemption r
    join export.redemption_line l on l.tenant_id = r.tenant_id and l.redemption_id = r.redemption_id
    where r.tenant_id = $1 and r.member_id = $2 and r.mode <> 'draw'
        and r.status not in ('cancelled', 'refunded') and l.refunded_quantity < l.quantity
)
select 'redemption' as kind, l.item_id, i.name, l.effective_at as at, l.is_unlanded
from lines l
join export.item i on i.item_id = l.item_id
where l.is_unlanded or l.effective_at > $4
union all
select e.kind, e.item_id, i.name, e.occurred_at, not pg_visible_in_snapshot(e.xid, $3::text::pg_snapshot)
from export.event e
join export.item i on i.item_id = e.item_id
where e.tenant_id = $1 and e.member_id = $2 and e.occurred_at > $4 and e.kind in ('view', 'click', 'favourite')
order by at desc
limit 50
"""


@dataclass(frozen=True)
class LiveMember:
    """A member now.

    Attributes:
        balance: its lots with what moved on them since the landing, and what is held of all of them.
        cash: the tenant's rule of points and cash; None if it takes no cash.
    """

    is_personalised: bool
    profile: str | None
    balance: Balance
    cash: CashRule | None


async def live_member(
    database: Database, tenant_id: UUID, member_id: UUID, *, landed: str, now: datetime
) -> LiveMember | None:
    """Return a member with its points as far as a landing does not have them.

    None: the tenant has no member of that id, or it was erased.

    Args:
        landed: the text of the landing's snapshot; what was not visible in it counts.

    Raises:
        DatabaseAway: the database cannot be reached.
    """
    found = await database.rows(_MEMBER, tenant_id, member_id, landed, now)
    if not found or found[0]["is_erased"]:
        return None
    first = found[0]
    lots = [
        Lot(row["lot_id"], row["active_from"], row["expires_on"], row["points"])
        for row in found
        if row["lot_id"] is not None
    ]
    cash = None
    if first["cash_points"] is not None:
        cash = CashRule(
            first["cash_points"], first["cash_fen"], first["cash_share_min_bp"], first["cash_share_max_bp"]
        )
    return LiveMember(first["is_personalised"], first["profile"], Balance(lots, first["held_points"]), cash)


async def live_signals(
    database: Database, tenant_id: UUID, member_id: UUID, *, landed: str, landed_at: datetime, now: datetime
) -> list[Signal]:
    """Return what the member did in the last seven days, and redemptions the release does not have; newest 50.

    Args:
        landed: the text of the landing's snapshot.
        landed_at: when it was taken, UTC.

    Raises:
        DatabaseAway: the database cannot be reached.
    """
    found = await database.rows(_SIGNALS, tenant_id, member_id, landed, now - _SIGNAL_WINDOW, landed_at)
    return [
        Signal(row["kind"], row["item_id"], row["name"], now - row["at"], row["is_unlanded"]) for row in found
    ]
