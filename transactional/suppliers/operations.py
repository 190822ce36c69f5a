"""Adds suppliers and dates their terms; terms are never edited, new ones end those before."""

from datetime import date, timedelta
from uuid import UUID

from transactional.catalogue.domain import UnknownBrand
from transactional.catalogue.offers import require_offer
from transactional.database import Connection
from transactional.suppliers.domain import (
    NewTerms,
    SupplierExists,
    TermsOverlap,
    UnknownSupplier,
    UnknownTerms,
)

# Terms that later ones ended on the day before these began are still those that were told.
_SAME = """
select t.terms_id
from mall.supplier_terms t
where t.tenant_id = $1 and t.supplier_id = $2 and t.item_id = $3
    and (t.lead_time_days, t.worst_lead_time_days, t.min_order_quantity, t.pack_size, t.unit_cost_fen,
        t.break_quantities, t.break_costs_fen, t.shelf_life_days, t.over_receipt_percent, t.rank, t.valid_from)
    is not distinct from ($4::int, $5::int, $6::bigint, $7::bigint, $8::bigint, $9::bigint[], $10::bigint[], $11::int,
        $12::int, $13::int, $14::date)
    and (t.valid_until is not distinct from $15::date or exists (
        select from mall.supplier_terms later
        where later.tenant_id = $1 and later.supplier_id = $2 and later.item_id = $3
            and later.valid_from = t.valid_until + 1 and coalesce($15, 'infinity') >= later.valid_from
    ))
"""


async def supplier_of(connection: Connection, *, tenant_id: UUID, code: str) -> UUID:
    """Return the id of the supplier with a code.

    Raises:
        UnknownSupplier: the tenant has none.
    """
    found: UUID | None = await connection.fetchval(
        "select supplier_id from mall.supplier where tenant_id = $1 and code = $2", tenant_id, code
    )
    if found is None:
        raise UnknownSupplier(code)
    return found


async def add_supplier(connection: Connection, *, tenant_id: UUID, code: str, name: str) -> tuple[UUID, bool]:
    """Add a supplier; the same code and name again change nothing.

    Returns:
        Its id, and whether this call added it.

    Raises:
        SupplierExists: the code names one with another name.
    """
    added = await connection.fetchval(
        "insert into mall.supplier (tenant_id, code, name) values ($1, $2, $3) "
        "on conflict (tenant_id, code) do nothing returning supplier_id",
        tenant_id,
        code,
        name,
    )
    if added is not None:
        return added, True
    known = await connection.fetchrow(
        "select supplier_id, name from mall.supplier where tenant_id = $1 and code = $2", tenant_id, code
    )
    assert known is not None
    if known["name"] != name:
        raise SupplierExists(code, known["supplier_id"])
    return known["supplier_id"], False


async def change_supplier(
    connection: Connection,
    *,
    tenant_id: UUID,
    supplier_id: UUID,
    name: str | None = None,
) -> None:
    """Rename a supplier; None leaves its name as it is.

    Raises:
        UnknownSupplier: it is not there.
    """
    changed = await connection.fetchval(
        "update mall.supplier set name = coalesce($3, name) where tenant_id = $1 and supplier_id = $2 returning true",
        tenant_id,
        supplier_id,
        name,
    )
    if not changed:
        raise UnknownSupplier(supplier_id)


async def say_brand(
    connection: Connection, *, tenant_id: UUID, supplier_id: UUID, brand: str | None
) -> UUID | None:
    """Say that a supplier is a brand itself, by the brand's code, or with None that it is none; return the brand's id.

    Raises:
        UnknownBrand, UnknownSupplier: they are not there.
    """
    brand_id: UUID | None = None
    if brand is not None:
        brand_id = await connection.fetchval("select brand_id from mall.brand where code = $1", brand)
        if brand_id is None:
            raise UnknownBrand(brand)
    known = await connection.fetchval(
        "update mall.supplier set brand_id = $3 where tenant_id = $1 and supplier_id = $2 returning true",
        tenant_id,
        supplier_id,
        brand_id,
    )
    if not known:
        raise UnknownSupplier(supplier_id)
    return brand_id


async def add_terms(
    connection: Connection, *, tenant_id: UUID, supplier_id: UUID, new: NewTerms
) -> tuple[UUID, bool]:
    """Date terms of an item; those that hold on their first day end the day before. The same again change nothing.

    Returns:
        Their id, and whether this call added them.

    Raises:
        UnknownSupplier, UnknownOffer: the tenant has no such supplier or item.
        TermsOverlap: other terms begin on that day or later.
    """
    await _lock_supplier(connection, tenant_id, supplier_id)
    await require_offer(connection, tenant_id=tenant_id, item_id=new.item_id)
    values = (
        new.lead_time_days, new.worst_lead_time_days, new.min_order_quantity, new.pack_size, new.unit_cost_fen,
        [b.quantity for b in new.price_breaks], [b.unit_cost_fen for b in new.price_breaks], new.shelf_life_days,
        new.over_receipt_percent, new.rank, new.valid_from,
    )  # fmt: skip
    known: UUID | None = await connection.fetchval(
        _SAME, tenant_id, supplier_id, new.item_id, *values, new.valid_until
    )
    if known is not None:
        return known, False
    latest = await connection.fetchrow(
        "select terms_id, valid_from, valid_until from mall.supplier_terms "
        "where tenant_id = $1 and supplier_id = $2 and item_id = $3 order by valid_from desc limit 1",
        tenant_id,
        supplier_id,
        new.item_id,
    )
    if latest is not None:
        if latest["valid_from"] >= new.valid_from:
            raise TermsOverlap(latest["valid_from"])
        if latest["valid_until"] is None or latest["valid_until"] >= new.valid_from:
            await _end(connection, tenant_id, latest["terms_id"], new.valid_from - timedelta(days=1))
    terms_id: UUID = await connection.fetchval(
        "insert into mall.supplier_terms (tenant_id, supplier_id, item_id, lead_time_days, worst_lead_time_days, "
        "min_order_quantity, pack_size, unit_cost_fen, break_quantities, break_costs_fen, shelf_life_days, "
        "over_receipt_percent, rank, valid_from, valid_until) "
        "values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15) returning terms_id",
        tenant_id,
        supplier_id,
        new.item_id,
        *values,
        new.valid_until,
    )
    return terms_id, True


async def end_terms(
    connection: Connection, *, tenant_id: UUID, supplier_id: UUID, terms_id: UUID, last_day: date
) -> None:
    """Let terms hold until a day, that day included.

    Raises:
        UnknownSupplier, UnknownTerms: they are not there.
        TermsOverlap: the day lies before they begin.
    """
    await _lock_supplier(connection, tenant_id, supplier_id)
    valid_from = await connection.fetchval(
        "select valid_from from mall.supplier_terms where tenant_id = $1 and supplier_id = $2 and terms_id = $3",
        tenant_id,
        supplier_id,
        terms_id,
    )
    if valid_from is None:
        raise UnknownTerms(terms_id)
    if last_day < valid_from:
        raise TermsOverlap(valid_from)
    await _end(connection, tenant_id, terms_id, last_day)


async def _end(connection: Connection, tenant_id: UUID, terms_id: UUID, last_day: date) -> None:
    # What ends earlier stays: days that nobody supplies are a gap and no mistake.
    await connection.execute(
        "update mall.supplier_terms set valid_until = $3 where tenant_id = $1 and terms_id = $2 "
        "and (valid_until is null or valid_until > $3)",
        tenant_id,
        terms_id,
        last_day,
    )


async def _lock_supplier(connection: Connection, tenant_id: UUID, supplier_id: UUID) -> None:
    """Let one transaction at a time date a supplier's terms."""
    if not await connection.fetchval(
        "select true from mall.supplier where tenant_id = $1 and supplier_id = $2 for update",
        tenant_id,
        supplier_id,
    ):
        raise UnknownSupplier(supplier_id)
