"""What was committed since a snapshot of the live database, by the landing stamps of its rows.

Each stamp has an index, and what is new lies at its end; so a look costs the same however much there is. It is one
statement, for what it tells belongs to one snapshot, from which the next look goes on.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from serving.database import Database
from serving.recommendations.domain import CashRule

# Of a release that is days old it takes seconds to find who did anything since.
_PATIENCE_SECONDS = 60.0
# Statistics know nothing of what is newest, so the planner is told: ends of indexes, and a plan that is made once.
BY_INDEX = {
    "plan_cache_mode": "force_generic_plan",
    "enable_seqscan": "off",
    "enable_hashjoin": "off",
    "enable_mergejoin": "off",
    "jit": "off",
}
_NEW = "{of}xid >= pg_snapshot_xmin($1::text::pg_snapshot) and not pg_visible_in_snapshot({of}xid, $1::text::pg_snapshot)"
# Whose points, acts, consent or profile may differ.
_MEMBERS = f"""
select member_id from export.event where kind in ('view', 'click', 'favourite') and {_NEW.format(of="")}
union
select member_id from export.entry where member_id is not null and {_NEW.format(of="")}
union
select member_id from export.redemption where {_NEW.format(of="")}
union
select member_id from export.hold where {_NEW.format(of="")}
union
select member_id from export.lot where {_NEW.format(of="")}
union
select member_id from export.member where {_NEW.format(of="")}
"""
# Holds lapse without a word.
_MEMBERS_SINCE_LANDING = f"{_MEMBERS} union select member_id from export.hold where status = 'open'"
OFFER = """
select row(
    o.tenant_id, o.item_id, i.name, i.category, i.kind, o.price_points, o.listed_from, o.listed_until,
    coalesce(s.on_hand - s.allotted, 0)::bigint
)
"""
STOCK = "join export.item i on i.item_id = o.item_id left join export.stock s on s.tenant_id = o.tenant_id and s.item_id = o.item_id"
TERMS = """
select row(
    t.tenant_id, t.cash_points, t.cash_fen, t.cash_share_min_bp, t.cash_share_max_bp,
    exists (
        select from export.flash_sale f where f.tenant_id = t.tenant_id and f.closed_at is null and f.left_count > 0
    )
)
from export.tenant t
where t.tenant_id = any($1)
"""
_NEWS = f"""
select pg_current_snapshot()::text as snapshot,
    array({_MEMBERS}) as members,
    array(
        {OFFER} from export.offer o {STOCK}
        where o.tenant_id = any($2) and {_NEW.format(of="o.")}
        union all
        {OFFER} from export.offer o {STOCK}
        where o.tenant_id = any($2) and {_NEW.format(of="i.")}
    ) as offers,
    array(
        select row(tenant_id, item_id, (on_hand - allotted)::bigint) from export.stock
        where tenant_id = any($2) and {_NEW.format(of="")}
    ) as stocks,
    array({TERMS.replace("$1", "$2")}) as terms
"""
# Offer: item, name, category, kind, price, listed from and until, stock.
OfferRow = Sequence[Any]


@dataclass(frozen=True)
class Terms:
    """What holds for a shop as a whole.

    Attributes:
        cash: the rule of points and cash; None if the tenant takes no cash.
        has_sales: whether a flash sale runs or is planned.
    """

    cash: CashRule | None = None
    has_sales: bool = False


@dataclass(frozen=True)
class News:
    """What was committed until a snapshot; of the shops only of those that were asked about.

    Attributes:
        members: whose points, acts, consent or profile may differ.
        offers: tenant → offers that were changed, as they are now.
        stocks: tenant → item → pieces, where that was changed.
        terms: tenant → its terms, changed or not.
    """

    snapshot: str
    members: Collection[UUID] = ()
    offers: Mapping[UUID, Sequence[OfferRow]] = field(default_factory=dict)
    stocks: Mapping[UUID, Mapping[UUID, int]] = field(default_factory=dict)
    terms: Mapping[UUID, Terms] = field(default_factory=dict)


async def news_since(database: Database, snapshot: str | None, tenant_ids: Sequence[UUID]) -> News:
    """Return what was committed since a snapshot; without one there is no news but the snapshot of now.

    Raises:
        DatabaseAway: the database cannot be reached.
    """
    if snapshot is None:
        ((now,),) = await database.rows("select pg_current_snapshot()::text")
        return News(now)
    (found,) = await database.rows(_NEWS, snapshot, tenant_ids)
    offers: dict[UUID, list[OfferRow]] = {}
    for tenant_id, *offer in found["offers"]:
        offers.setdefault(tenant_id, []).append(offer)
    stocks: dict[UUID, dict[UUID, int]] = {}
    for tenant_id, item_id, pieces in found["stocks"]:
        stocks.setdefault(tenant_id, {})[item_id] = pieces
    return News(found["snapshot"], found["members"], offers, stocks, terms_of(found["terms"]))


async def changed_since(database: Database, landed: str) -> set[UUID]:
    """Return the members whose points, acts, consent or profile may differ from those of a landing.

    Raises:
        DatabaseAway: the database cannot be reached.
    """
    rows = await database.rows(_MEMBERS_SINCE_LANDING, landed, patience=_PATIENCE_SECONDS)
    return {member_id for (member_id,) in rows}


def terms_of(rows: Sequence[Sequence[Any]]) -> dict[UUID, Terms]:
    """Return tenant → terms."""
    return {
        tenant_id: Terms(None if points is None else CashRule(points, *rule), has_sales)
        for tenant_id, points, *rule, has_sales in rows
    }
