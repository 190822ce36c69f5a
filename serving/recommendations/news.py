"""What was committed in a tenant's mall since a snapshot, by the landing stamps of its rows.

Each stamp has an index, and what is new lies at its end; so a look costs the same however much there is. It is one
statement, for what it tells belongs to one snapshot, from which the next look goes on.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import asyncpg

from serving.database import Database
from serving.recommendations.domain import CashRule, Sale

# Of a release that is days old it takes seconds to find who did anything since.
_PATIENCE_SECONDS = 60.0
# Statistics know nothing of what is newest, so the planner is told: ends of indexes, and a plan that is made once.
BY_INDEX = {
    "plan_cache_mode": "force_generic_plan",
    "enable_seqscan": "off",
    "enable_hashjoin": "off",
    "enable_mergejoin": "off",
    "max_parallel_workers_per_gather": "0",
    "jit": "off",
}
_NEW = "{of}xid >= (select pg_snapshot_xmin($2::text::pg_snapshot)) and not pg_visible_in_snapshot({of}xid, $2::text::pg_snapshot)"
_STAMPS = {
    "new": _NEW.format(of=""),
    "new_offer": _NEW.format(of="o."),
    "new_item": _NEW.format(of="i."),
}

# `is true` keeps the planner from going through all there is of the tenant.
# Whose points, acts, consent or profile may differ.
_MEMBERS = """
select member_id from export.event
where tenant_id = $1 is true and kind in ('view', 'click', 'favourite') and {new}
union
select member_id from export.entry where tenant_id = $1 is true and member_id is not null and {new}
union
select member_id from export.redemption where tenant_id = $1 is true and {new}
union
select member_id from export.hold where tenant_id = $1 is true and {new}
union
select member_id from export.lot where tenant_id = $1 is true and {new}
union
select member_id from export.member where tenant_id = $1 is true and {new}
""".format_map(_STAMPS)
# Holds lapse without a word.
_OPEN_HOLDS = "select member_id from export.hold where tenant_id = $1 and status = 'open'"
_OFFER = """
select row(
    o.item_id, i.name, i.category, i.kind, o.price_points, o.listed_from, o.listed_until,
    coalesce(s.on_hand - s.allotted, 0)::bigint, o.cash_share_min_bp, o.cash_share_max_bp
)
from export.offer o
join export.item i on i.item_id = o.item_id
left join export.stock s on s.tenant_id = o.tenant_id and s.item_id = o.item_id
where o.tenant_id = $1 {rest}
"""
_OFFERS = _OFFER.format(rest="")
_NEW_OFFERS = _OFFER.format(rest=f"is true and {_STAMPS['new_offer']}")
# Stocks change too often to have an index of stamps, so all of a tenant's are gone through.
_STOCKS = """
select pg_current_snapshot()::text as snapshot, array(
    select row(item_id, (on_hand - allotted)::bigint) from export.stock
    where tenant_id = $1 and xid >= (select pg_snapshot_xmin($2::text::pg_snapshot))
        and not pg_visible_in_snapshot(xid, $2::text::pg_snapshot)
) as stocks
"""
_CASH = """
select row(t.cash_points, t.cash_fen, t.cash_share_min_bp, t.cash_share_max_bp)
from export.tenant t
where t.tenant_id = $1 and t.cash_points is not null
"""
_SALES = """
select row(starts_at, sale_id, item_id, price_points, ends_at, left_count)
from export.flash_sale
where tenant_id = $1 and closed_at is null and left_count > 0
order by price_points desc, sale_id
"""
_TERMS = f"({_CASH}) as cash, array({_SALES}) as sales"
_NEWS = f"""
select pg_current_snapshot()::text as snapshot, array({_MEMBERS}) as members,
    array({_NEW_OFFERS} union all {_OFFERS} and {_STAMPS["new_item"]}) as offers,
    {_TERMS}
"""
# The snapshot is older than the rest or equal, so nothing is lost between them.
_WHOLE = f"select array({_OFFERS} order by o.item_id) as offers, {_TERMS}"


@dataclass(frozen=True)
class Terms:
    """What holds for a shop as a whole.

    Attributes:
        cash: the rule of points and cash; None if the tenant takes no cash.
        sales: flash sales that run or are planned, each with when it starts; of one item the cheapest last.
    """

    cash: CashRule | None = None
    sales: Sequence[tuple[datetime, Sale]] = ()

    def running(self, now: datetime) -> list[tuple[datetime, Sale]]:
        """Return those of the sales that run."""
        return [(starts_at, sale) for starts_at, sale in self.sales if starts_at <= now < sale.ends_at]


@dataclass(frozen=True)
class News:
    """What was committed until a snapshot.

    Attributes:
        members: whose points, acts, consent or profile may differ.
        offers: those that were changed as they are now: item, name, category, kind, price, listed from and until, stock.
        terms: those of now, changed or not.
    """

    snapshot: str
    members: Collection[UUID]
    offers: Sequence[Sequence[Any]]
    terms: Terms


async def snapshot_of(database: Database) -> str:
    """Return the snapshot of now; the same as before if nothing was committed meanwhile, whoever's it were.

    Raises:
        DatabaseAway: the database cannot be reached.
    """
    ((snapshot,),) = await database.rows("select pg_current_snapshot()::text")
    return str(snapshot)


async def news_since(database: Database, tenant_id: UUID, snapshot: str) -> News:
    """Return what was committed since a snapshot.

    Raises:
        DatabaseAway: the database cannot be reached.
    """
    (found,) = await database.rows(_NEWS, tenant_id, snapshot)
    return News(found["snapshot"], found["members"], found["offers"], _terms(found))


async def stocks_since(
    database: Database, tenant_id: UUID, snapshot: str
) -> tuple[str, Sequence[tuple[UUID, int]]]:
    """Return a snapshot, and the items whose stock was changed until then, with the pieces that can be sold.

    Raises:
        DatabaseAway: the database cannot be reached.
    """
    (found,) = await database.rows(_STOCKS, tenant_id, snapshot)
    return found["snapshot"], found["stocks"]


async def shop_of(database: Database, tenant_id: UUID) -> tuple[str, Sequence[Sequence[Any]], Terms]:
    """Return a snapshot, and all offers sorted by item and the terms with all that was committed until then, and perhaps more.

    Raises:
        DatabaseAway: the database cannot be reached.
    """
    snapshot = await snapshot_of(database)
    (found,) = await database.rows(_WHOLE, tenant_id)
    return snapshot, found["offers"], _terms(found)


async def changed_since(database: Database, tenant_id: UUID, landed: str) -> set[UUID]:
    """Return the members whose points, acts, consent or profile may differ from those of a landing.

    Raises:
        DatabaseAway: the database cannot be reached.
    """
    rows = await database.rows(
        f"{_MEMBERS} union {_OPEN_HOLDS}", tenant_id, landed, patience=_PATIENCE_SECONDS
    )
    return {member_id for (member_id,) in rows}


def _terms(found: asyncpg.Record) -> Terms:
    return Terms(
        None if found["cash"] is None else CashRule(*found["cash"]),
        [(starts_at, Sale(*sale)) for starts_at, *sale in found["sales"]],
    )
