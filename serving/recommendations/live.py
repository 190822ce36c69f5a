"""What the live database knows of a member to the second: its points, whether it wants to be known, what it just did."""

import asyncio
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import asyncpg

from serving.database import Database
from serving.recommendations.balance import Balance, Lot
from serving.recommendations.domain import CashRule, Signal, SignalKind
from serving.recommendations.gathering import Gathering

_SIGNAL_WINDOW = timedelta(days=7)
# The snapshot in which no transaction is visible.
NOTHING_LANDED = "1:1:"

# Entries are found by the landing stamp: only the few that the release does not have are read. The array makes
# the planner drop other members' entries before it joins them to their transfers and accounts.
_MEMBERS = """
select m.member_id, m.is_erased, m.is_personalised, m.profile,
    t.cash_points, t.cash_fen, t.cash_share_min_bp, t.cash_share_max_bp,
    l.lot_id, l.active_from, l.expires_on, coalesce(moved.points, 0) as points,
    (select coalesce(sum(h.points), 0)::bigint from export.hold h
     where h.tenant_id = $1 and h.member_id = m.member_id and h.status = 'open' and h.expires_at > $4) as held_points
from export.member m
join export.tenant t on t.tenant_id = m.tenant_id
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
_SIGNALS = """
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
    limit 50
) s
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


@dataclass(frozen=True)
class LiveAct:
    """One thing a member did with an item; is_unlanded: the release does not know of it yet."""

    kind: SignalKind
    item_id: UUID
    item_name: str
    at: datetime
    is_unlanded: bool


@dataclass(frozen=True)
class LiveState:
    """All of a member at once.

    Attributes:
        member: None if the tenant has no member of that id, or it was erased.
        acts: what it did in the last seven days, and redemptions the release does not have; the newest 50, newest first.
    """

    member: LiveMember | None
    acts: Sequence[LiveAct]

    def signals(self, now: datetime) -> list[Signal]:
        """Return what the member did with how long ago that was."""
        return [
            Signal(act.kind, act.item_id, act.item_name, now - act.at, act.is_unlanded) for act in self.acts
        ]


# Tenant, landed snapshot, when that was, whom.
_Asked = tuple[UUID, str, datetime, UUID]


class LiveMembers:
    """Members as they are now, those that are asked for at once read at once."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._asking: Gathering[tuple[_Asked, datetime], LiveState] = Gathering(self._ask)

    async def state(
        self, tenant_id: UUID, member_id: UUID, *, landed: str, landed_at: datetime, now: datetime
    ) -> LiveState:
        """Return a member with its points as far as a landing does not have them.

        Args:
            landed: the text of the landing's snapshot; what was not visible in it counts.
            landed_at: when it was taken, UTC.

        Raises:
            DatabaseAway: the database cannot be reached.
        """
        return await self._asking.get(((tenant_id, landed, landed_at, member_id), now))

    async def _ask(
        self, asked: Sequence[tuple[_Asked, datetime]]
    ) -> Mapping[tuple[_Asked, datetime], LiveState]:
        groups: defaultdict[tuple[UUID, str, datetime], list[tuple[_Asked, datetime]]] = defaultdict(list)
        for each in asked:
            groups[each[0][:3]].append(each)
        found = await asyncio.gather(*(self._of_landing(*group, wanted) for group, wanted in groups.items()))
        return {each: state for states in found for each, state in states.items()}

    async def _of_landing(
        self, tenant_id: UUID, landed: str, landed_at: datetime, asked: Sequence[tuple[_Asked, datetime]]
    ) -> dict[tuple[_Asked, datetime], LiveState]:
        # They differ by milliseconds; each counts ages from its own.
        now = max(now for _, now in asked)
        member_ids = list({member_id for (*_, member_id), _ in asked})
        members, acts = await asyncio.gather(
            self._database.rows(_MEMBERS, tenant_id, member_ids, landed, now),
            self._database.rows(_SIGNALS, tenant_id, member_ids, landed, now - _SIGNAL_WINDOW, landed_at),
        )
        rows_of, acts_of = defaultdict(list), defaultdict(list)
        for row in members:
            rows_of[row["member_id"]].append(row)
        for member_id, *act in acts:
            acts_of[member_id].append(LiveAct(*act))
        return {each: LiveState(_member(rows_of[each[0][-1]]), acts_of[each[0][-1]]) for each in asked}


def _member(found: Sequence[asyncpg.Record]) -> LiveMember | None:
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
