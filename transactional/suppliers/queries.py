"""Suppliers, and the terms that hold on a day."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import date
from typing import Any
from uuid import UUID

import asyncpg

from transactional.database import Connection
from transactional.suppliers.domain import PriceBreak, Terms

_SUPPLIERS = """
select supplier_id, code, name, mall.supplier_standing(tenant_id, supplier_id, $2) as status
from mall.supplier
where tenant_id = $1 and ($3::uuid is null or supplier_id = $3)
order by code
"""
_TERMS = """
select t.terms_id, t.supplier_id, t.item_id, t.lead_time_days, t.worst_lead_time_days, t.min_order_quantity,
    t.pack_size, t.unit_cost_fen, t.break_quantities, t.break_costs_fen, t.shelf_life_days, t.over_receipt_percent,
    t.rank, t.valid_from, t.valid_until
from mall.supplier_terms t
join mall.supplier s using (tenant_id, supplier_id)
where t.tenant_id = $1
"""

# Where a supplier stands is worked out once for all its items. The last row of an item is the best.
_BEST_TERMS = f"""
with active as materialized (
    select a.supplier_id
    from mall.supplier a
    where a.tenant_id = $1 and exists (
        select from mall.supplier_terms o
        where o.tenant_id = $1 and o.supplier_id = a.supplier_id and o.item_id = any($2::uuid[])
    ) and ($4::uuid is not null or mall.supplier_standing($1, a.supplier_id, $3) = 'active')
)
{_TERMS} and t.item_id = any($2::uuid[]) and t.valid_from <= $3 and (t.valid_until is null or t.valid_until >= $3)
    and t.supplier_id in (select supplier_id from active)
    and case when $4::uuid is not null then t.supplier_id = $4 else not exists (
        select from mall.item i
        where i.item_id = t.item_id and i.brand_id is not null and mall.is_brand_demanded($1, i.brand_id)
            and not mall.is_authorised($1, t.supplier_id, i.brand_id, $3)
    ) end
order by t.rank desc, t.unit_cost_fen desc, s.code desc
"""


async def list_suppliers(connection: Connection, *, tenant_id: UUID, day: date) -> list[dict[str, Any]]:
    """Return a tenant's suppliers by their code, each with where it stands on a day."""
    return [dict(row) for row in await connection.fetch(_SUPPLIERS, tenant_id, day, None)]


async def find_supplier(
    connection: Connection, *, tenant_id: UUID, supplier_id: UUID, day: date
) -> dict[str, Any] | None:
    """Return a supplier and where it stands on a day, or None if the tenant has none with this id."""
    row = await connection.fetchrow(_SUPPLIERS, tenant_id, day, supplier_id)
    return dict(row) if row else None


async def list_terms(
    connection: Connection,
    *,
    tenant_id: UUID,
    supplier_id: UUID | None = None,
    item_id: UUID | None = None,
    terms_id: UUID | None = None,
    on_day: date | None = None,
    after: UUID | None = None,
    limit: int = 1,
) -> list[Terms]:
    """Return terms in the order they were recorded, those after one; with `on_day` those that hold on it."""
    rows = await connection.fetch(
        f"{_TERMS} and ($2::uuid is null or t.supplier_id = $2) and ($3::uuid is null or t.item_id = $3) "
        "and ($4::date is null or (t.valid_from <= $4 and (t.valid_until is null or t.valid_until >= $4))) "
        "and ($5::uuid is null or t.terms_id > $5) and ($6::uuid is null or t.terms_id = $6) "
        "order by t.terms_id limit $7",
        tenant_id,
        supplier_id,
        item_id,
        on_day,
        after,
        terms_id,
        limit,
    )
    return [_terms(row) for row in rows]


async def terms_between(
    connection: Connection, *, tenant_id: UUID, pairs: Sequence[tuple[UUID, UUID]]
) -> dict[tuple[UUID, UUID], list[Terms]]:
    """Return all terms of pairs of a supplier and an item, by the pair and in the order in which they begin."""
    rows = await connection.fetch(
        f"{_TERMS} and (t.supplier_id, t.item_id) in (select * from unnest($2::uuid[], $3::uuid[])) "
        "order by t.valid_from",
        tenant_id,
        [supplier_id for supplier_id, _ in pairs],
        [item_id for _, item_id in pairs],
    )
    found: dict[tuple[UUID, UUID], list[Terms]] = defaultdict(list)
    for row in rows:
        found[row["supplier_id"], row["item_id"]].append(_terms(row))
    return dict(found)


async def best_terms(
    connection: Connection,
    *,
    tenant_id: UUID,
    item_ids: Collection[UUID],
    day: date,
    supplier_id: UUID | None = None,
) -> dict[UUID, Terms]:
    """Return the terms on which items are ordered on a day, by item; those without any are left out.

    Among suppliers that are active on the day and may sell the item's brand the smallest rank is asked first, and of
    one rank the cheapest.

    Args:
        supplier_id: only this one is asked, wherever it stands.
    """
    rows = await connection.fetch(_BEST_TERMS, tenant_id, list(item_ids), day, supplier_id)
    # The last of an item wins.
    return {row["item_id"]: _terms(row) for row in rows}


def _terms(row: asyncpg.Record) -> Terms:
    told = dict(row)
    breaks = zip(told.pop("break_quantities"), told.pop("break_costs_fen"), strict=True)
    return Terms(**told, price_breaks=tuple(PriceBreak(quantity, cost) for quantity, cost in breaks))
