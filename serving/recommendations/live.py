"""What the live database knows of a member to the second: its points, whether it wants to be known, what it just did."""

import asyncio
from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

import asyncpg

from serving.database import Database
from serving.recommendations.balance import Balance, Lot
from serving.recommendations.domain import ACTS_KEPT, ACTS_WITHIN, Act
from serving.recommendations.gathering import Gathering
from serving.recommendations.members import Member

# The snapshot in which no transaction is visible.
NOTHING_LANDED = "1:1:"

# Entries are found by the landing stamp: only the few that the release does not have are read. The array makes
# the planner drop other members' entries before it joins them to their transfers and accounts.
_MEMBERS = """
select m.member_id, m.is_erased, m.is_personalised, m.profile,
    l.lot_id, l.active_from, l.expires_on, coalesce(moved.points, 0) as points,
    (select coalesce(sum(h.points), 0)::bigint from export.hold h
     where h.tenant_id = $1 and h.member_id = m.member_id and h.status = 'open' and h.expires_at > $4) as held_points
from export.member m
left join export.lot l on l.tenant_id = m.tenant_id and l.member_id = m.member_id
left join (
    select lot_id, sum(amount)::bigint as points
    from export.entry
    where tenant_id = $1
        and xid >= pg_snapshot_xmin($3::text::pg_snapshot)
        and not pg_visible_in_snapshot(xid, $3::text::pg_snapshot)
        and lot_id = any(array(select lot_id from export.lot where tenant_id = $1 and member_id = any($2)))
    group by lot_id
) moved on moved.lot_id = l.lot_id
where m.tenant_id = $1 and m.member_id = any($2)
"""

# A refund renews the stamp of the lines it takes back, so of those the time tells whether they are landed.
_SIGNALS = f"""
select asked.member_id, s.kind, s.item_id, s.name, s.at, s.is_unlanded
from unnest($2::uuid[]) asked(member_id)
cross join lateral (
    select 'redemption' as kind, l.item_id, i.name, r.effective_at as at,
        case when l.refunded_quantity = 0
            then not pg_visible_in_snapshot(l.xid, $3::text::pg_snapshot)
            else r.recorded_at > $5
        end as is_unlanded
    from export.redemption r
    join export.redemption_line l on l.tenant_id = r.tenant_id and l.redemption_id = r.redemption_id
    join export.item i on i.item_id = l.item_id
    where r.tenant_id = $1 and r.member_id = asked.member_id and r.mode <> 'draw'
        and r.status not in ('cancelled', 'refunded') and l.refunded_quantity < l.quantity
        and (
            r.effective_at > $4
            or case when l.refunded_quantity = 0
                then not pg_visible_in_snapshot(l.xid, $3::text::pg_snapshot)
                else r.recorded_at > $5
            end
        )
    union all
    select e.kind, e.item_id, i.name, e.occurred_at, not pg_visible_in_snapshot(e.xid, $3::text::pg_snapshot)
    from export.event e
    join export.item i on i.item_id = e.item_id
    where e.tenant_id = $1 and e.member_id = asked.member_id and e.occurred_at > $4
        and e.kind in ('view', 'click', 'favourite')
    order by at desc
    limit {ACTS_KEPT}
) s
"""


# Tenant, landed snapshot, when that was, whom.
_Asked = tuple[UUID, str, datetime, UUID]


class LiveMembers:
    """Members as they are now, those that are asked for at once read at once."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._asking: Gathering[tuple[_Asked, datetime], Member | None] = Gathering(self._ask)

    async def member(
        self, tenant_id: UUID, member_id: UUID, *, landed: str, landed_at: datetime, now: datetime
    ) -> Member | None:
        """Return a member with all its lots, of which those points are counted that moved after a landing.

        None if the tenant has no member of that id, or it was erased.

        Args:
            landed: the text of the landing's snapshot; what was not visible in it counts.
            landed_at: when it was taken, UTC.

        Raises:
            DatabaseAway: the database cannot be reached.
        """
        return await self._asking.get(((tenant_id, landed, landed_at, member_id), now))

    async def _ask(
        self, asked: Sequence[tuple[_Asked, datetime]]
    ) -> Mapping[tuple[_Asked, datetime], Member | None]:
        groups: defaultdict[tuple[UUID, str, datetime], list[tuple[_Asked, datetime]]] = defaultdict(list)
        for each in asked:
            groups[each[0][:3]].append(each)
        found = await asyncio.gather(*(self._of_landing(*group, wanted) for group, wanted in groups.items()))
        return {each: member for members in found for each, member in members.items()}

    async def _of_landing(
        self, tenant_id: UUID, landed: str, landed_at: datetime, asked: Sequence[tuple[_Asked, datetime]]
    ) -> dict[tuple[_Asked, datetime], Member | None]:
        # They differ by milliseconds; each counts ages from its own.
        now = max(now for _, now in asked)
        member_ids = list({member_id for (*_, member_id), _ in asked})
        members, acts = await asyncio.gather(
            self._database.rows(_MEMBERS, tenant_id, member_ids, landed, now),
            self._database.rows(_SIGNALS, tenant_id, member_ids, landed, now - ACTS_WITHIN, landed_at),
        )
        rows_of, acts_of = defaultdict(list), defaultdict(list)
        for row in members:
            rows_of[row["member_id"]].append(row)
        for member_id, *act in acts:
            acts_of[member_id].append(Act(*act))
        return {each: _member(rows_of[each[0][-1]], acts_of[each[0][-1]]) for each in asked}


def _member(found: Sequence[asyncpg.Record], acts: Sequence[Act]) -> Member | None:
    if not found or found[0]["is_erased"]:
        return None
    first = found[0]
    lots = [
        Lot(row["lot_id"], row["active_from"], row["expires_on"], row["points"])
        for row in found
        if row["lot_id"] is not None
    ]
    return Member(first["is_personalised"], first["profile"], Balance(lots, first["held_points"]), acts)
