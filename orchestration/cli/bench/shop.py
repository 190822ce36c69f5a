"""A made-up release of one large shop, published from marts that hold what serving recommends from."""

from collections.abc import Mapping
from datetime import UTC, datetime
from hashlib import md5
from uuid import UUID

import duckdb
from asyncpg.pgproto import pgproto

from orchestration.landing.batches import VIEWS
from orchestration.landing.cursor import Cursor, Origin
from orchestration.release.build import Provenance, build_release
from orchestration.release.gate import Audit
from orchestration.release.shelf import Shelf
from orchestration.settings import DataFolder

TENANT_ID = UUID(int=1)
_LIST_LENGTH, _NEIGHBOURS, _ALIKE, _TAKEN, _SHOWN = 50, 50, 20, 5, 10

# Numbers become ids that lie as scattered as those of a real mall: SQL of an item, a member, a lot and the tenant.
SCATTERED = {
    "item(number)": "md5('item' || number)::uuid",
    "member(number)": "md5('member' || number)::uuid",
    "lot(number)": "md5('lot' || number)::uuid",
    "tenant()": f"'{TENANT_ID}'::uuid",
}
_MACROS = (
    # From a beginning in steps that never meet the same item twice.
    "create macro walk(number, step, items) as "
    "item((hash(number) % items + step * (1 + hash(number, 1) % greatest(items // 50, 1))) % items)",
)

_MARTS = {
    "dim_item": "select item(i) as item_id, 'item ' || i as name, 'made up ' || i % 50 as category, 'physical' as kind from range($items) t(i)",
    "dim_offer": "select tenant() as tenant_id, item(i) as item_id, 100::bigint as price_points, "
    "timestamptz '2026-01-01 00:00:00+00' as listed_from, null::timestamptz as listed_until from range($items) t(i)",
    "dim_tenant": "select tenant() as tenant_id, date '2026-03-31' as last_fact_date",
    "dim_member": "select tenant() as tenant_id, member(m) as member_id, null::varchar as profile, "
    "true as is_personalised from range($members) t(m)",
    "dim_lot": "select tenant() as tenant_id, lot(l) as lot_id, member(l // $lots) as member_id, "
    "500::bigint as issued_points, timestamptz '2026-01-01 00:00:00+00' as active_from, null::date as expires_on "
    "from range($members * $lots) t(l)",
    # Of each lot but the member's last everything was spent.
    "fct_entries": "select tenant() as tenant_id, lot(l) as lot_id, member(l // $lots) as member_id, "
    "'member' as account_kind, case when amount > 0 then 'earn' else 'redeem' end as transfer_kind, "
    "date '2026-03-01' as effective_date, amount::bigint as amount_points "
    "from range($members * $lots) t(l), (values (500), (-500)) v(amount) where amount > 0 or l % $lots > 0",
    "fct_item_popularity": "select tenant() as tenant_id, item(i) as item_id, "
    "row_number() over (order by hash(i))::integer as popularity_rank from range($items) t(i)",
    "fct_item_neighbours": "select tenant() as tenant_id, item(i) as item_id, "
    "item((i + r * (1 + hash(i, kind) % greatest($items // 51, 1))) % $items) as neighbour_item_id, kind, "
    "(1.0 / r)::double as weight, r::integer as neighbour_rank "
    f"from range($items) t(i), (values ('together', {_NEIGHBOURS}), ('content', {_ALIKE})) k(kind, most), "
    f"range(1, {_NEIGHBOURS + 1}) s(r) where r <= most",
    "fct_item_demand_daily": "select tenant() as tenant_id, item(i) as item_id, date '2026-03-31' as date, "
    "(hash(i) % 20)::bigint as quantity, true as is_in_stock from range($items) t(i)",
    "fct_impressions": "select tenant() as tenant_id, walk(m, r, $items) as item_id, date '2026-03-31' as date "
    f"from range($members) t(m), range({_SHOWN}) s(r)",
    "fct_campaign_effect": "select tenant() as tenant_id, item(0) as item_id, 3::bigint as window_quantity, "
    "2.0::double as expected_quantity",
    "fct_starting_groups": "select tenant() as tenant_id, 'high' as member_group, 300::bigint as from_points, "
    "null::bigint as until_points",
    "fct_starting_items": "select tenant() as tenant_id, member_group, walk(length(member_group), r, $items) as item_id, "
    f"1.0 / (1 + r) as score, 1 + r as starting_rank from (values ('any'), ('high')) g(member_group), range({_LIST_LENGTH}) s(r)",
    "fct_redemption_lines": "select tenant() as tenant_id, member(m) as member_id, walk(m, r, $items) as item_id, "
    "'points' as mode, 'completed' as status, 1 as quantity, 0 as refunded_quantity, (100 + 50 * r)::bigint as unit_points, "
    "timestamptz '2026-03-01 00:00:00+00' as effective_at, date '2026-03-01' as effective_date "
    f"from range($members) t(m), range({_TAKEN}) s(r)",
    # None, unless whoever publishes knows of some.
    "fct_events": "select tenant() as tenant_id, member(0) as member_id, 'view' as kind, item(0) as item_id, "
    "timestamptz '2026-03-01 00:00:00+00' as occurred_at, date '2026-03-01' as occurred_date where false",
    "fct_member_items": "select tenant() as tenant_id, member(m) as member_id, walk(m, r, $items) as item_id, "
    f"(1 + r)::integer as redemption_count from range($members) t(m), range({_TAKEN}) s(r)",
    "fct_member_recommendations": "select tenant() as tenant_id, member(m) as member_id, "
    "walk(m, r, $items) as item_id, slice, "
    f"case when r < {_TAKEN} then 'personal' when r % 2 = 0 then 'neighbour' else 'popular' end as stage, "
    f"(1 + r - first)::integer as recommendation_rank from range($members) t(m), range({_LIST_LENGTH}) s(r), "
    f"(values ('all', 0), ('novel', {_TAKEN})) l(slice, first) where r >= first",
}


def publish_shop(
    folder: DataFolder,
    *,
    members: int,
    items: int,
    lots: int,
    ids: Mapping[str, str] = SCATTERED,
    marts: Mapping[str, str] | None = None,
    snapshot: str = "1:1:",
) -> str:
    """Publish a shop of at least 100 items with a list for every member, and return the release's id.

    Args:
        ids: what the macros of ids are.
        marts: further marts, by name.
        snapshot: up to where a live database is in it.
    """
    folder.create()
    with duckdb.connect(str(folder.warehouse)) as connection:
        for name, sql in ids.items():
            connection.execute(f"create macro {name} as {sql}")
        for macro in _MACROS:
            connection.execute(macro)
        connection.execute("create schema marts")
        for mart, query in (_MARTS | dict(marts or {})).items():
            used = {
                name: value
                for name, value in {"members": members, "items": items, "lots": lots}.items()
                if f"${name}" in query
            }
            connection.execute(f"create table marts.{mart} as {query}", used)
    now = datetime.now(UTC)
    provenance = Provenance(Cursor(Origin("1", "made up", 1), snapshot, 1, VIEWS, now), "measured")
    manifest = build_release(folder, provenance, Audit({"passed": 0, "failed": 0, "warned": 0}, {}, {}), now)
    Shelf(folder.releases).switch(manifest.release_id)
    return manifest.release_id


def item_id(number: int) -> UUID:
    """Return the id of the item of a number."""
    return _scattered("item", number)


def member_id(number: int) -> UUID:
    """Return the id of the member of a number."""
    return _scattered("member", number)


def _scattered(kind: str, number: int) -> UUID:
    # Of the type in which the database's driver tells ids.
    told: UUID = pgproto.UUID(md5(f"{kind}{number}".encode(), usedforsecurity=False).digest())
    return told
