"""Dates suppliers' terms, of one item or of thousands; terms are never edited, new ones end those before.

Runs inside the caller's transaction.
"""

import json
from collections.abc import Collection, Sequence
from dataclasses import fields
from datetime import date, timedelta
from functools import partial
from typing import Any, NamedTuple
from uuid import UUID

from transactional.catalogue.offers import offered_items
from transactional.database import Connection
from transactional.problems import Problem
from transactional.redemption.domain import UnknownOffer
from transactional.suppliers.domain import NewTerms, Terms, TermsOverlap, UnknownSupplier, UnknownTerms
from transactional.suppliers.queries import terms_between
from transactional.together import attempt, taken_together

_LOCK = """
select supplier_id from mall.supplier where tenant_id = $1 and supplier_id = any($2::uuid[])
order by supplier_id for update
"""
_COLUMNS = """supplier_id, item_id, lead_time_days, worst_lead_time_days, min_order_quantity, pack_size, unit_cost_fen,
    break_quantities, break_costs_fen, shelf_life_days, over_receipt_percent, rank, valid_from, valid_until"""
_INSERT = f"""
insert into mall.supplier_terms (tenant_id, {_COLUMNS})
select $1, {_COLUMNS}
from jsonb_to_recordset($2::jsonb) as n(
    supplier_id uuid, item_id uuid, lead_time_days int, worst_lead_time_days int, min_order_quantity bigint,
    pack_size bigint, unit_cost_fen bigint, break_quantities bigint[], break_costs_fen bigint[], shelf_life_days int,
    over_receipt_percent int, rank int, valid_from date, valid_until date
)
returning supplier_id, item_id, terms_id
"""
# What ends earlier stays: days that nobody supplies are a gap and no mistake.
_END = """
update mall.supplier_terms t set valid_until = e.last_day
from unnest($2::uuid[], $3::date[]) as e(terms_id, last_day)
where t.tenant_id = $1 and t.terms_id = e.terms_id and (t.valid_until is null or t.valid_until > e.last_day)
"""
_CONDITIONS = [field.name for field in fields(NewTerms) if field.name != "valid_until"]


class Dated(NamedTuple):
    """Terms of a supplier."""

    supplier_id: UUID
    terms: NewTerms

    @property
    def key(self) -> tuple[UUID, UUID]:
        """Whose terms of which item they are."""
        return self.supplier_id, self.terms.item_id


async def add_terms(
    connection: Connection, *, tenant_id: UUID, dated: Sequence[Dated]
) -> list[tuple[UUID, bool] | Problem]:
    """Date terms; those of the item that hold on their first day end the day before. The same again change nothing.

    Returns:
        Of each their id, and whether this call added them, or why they are refused:
        UnknownSupplier, UnknownOffer: the tenant has no such supplier or item.
        TermsOverlap: other terms begin on that day or later.
    """
    return await taken_together(dated, lambda one: [one.key], partial(_date, connection, tenant_id))


async def end_terms(
    connection: Connection, *, tenant_id: UUID, supplier_id: UUID, terms_id: UUID, last_day: date
) -> None:
    """Let terms hold until a day, that day included.

    Raises:
        UnknownSupplier, UnknownTerms: they are not there.
        TermsOverlap: the day lies before they begin.
    """
    if not await _lock_suppliers(connection, tenant_id, [supplier_id]):
        raise UnknownSupplier(supplier_id)
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
    await connection.execute(_END, tenant_id, [terms_id], [last_day])


async def _date(
    connection: Connection, tenant_id: UUID, dated: Sequence[Dated]
) -> list[tuple[UUID, bool] | Problem]:
    """Date terms of suppliers' items, of each once."""
    suppliers = await _lock_suppliers(connection, tenant_id, {one.supplier_id for one in dated})
    items = {one.terms.item_id for one in dated}
    offered = await offered_items(connection, tenant_id=tenant_id, item_ids=items)
    kept = await terms_between(connection, tenant_id=tenant_id, pairs=[one.key for one in dated])

    def known_or_new(one: Dated) -> UUID | None:
        if one.supplier_id not in suppliers:
            raise UnknownSupplier(one.supplier_id)
        if one.terms.item_id not in offered:
            raise UnknownOffer(one.terms.item_id)
        return _known_or_new(one.terms, kept.get(one.key, []))

    known = [attempt(partial(known_or_new, one)) for one in dated]
    new = [one for one, outcome in zip(dated, known, strict=True) if outcome is None]
    before = [(kept[one.key][-1], one.terms) for one in new if one.key in kept]
    await connection.execute(
        _END,
        tenant_id,
        [latest.terms_id for latest, _ in before],
        [terms.valid_from - timedelta(days=1) for _, terms in before],
    )
    rows = await connection.fetch(_INSERT, tenant_id, json.dumps([_row(one) for one in new]))
    added = {(row["supplier_id"], row["item_id"]): row["terms_id"] for row in rows}
    return [
        (added[one.key], True) if outcome is None else _as_known(outcome)
        for one, outcome in zip(dated, known, strict=True)
    ]


def _as_known(outcome: UUID | Problem) -> tuple[UUID, bool] | Problem:
    return outcome if isinstance(outcome, Problem) else (outcome, False)


def _known_or_new(new: NewTerms, kept: Sequence[Terms]) -> UUID | None:
    """Return the id of terms that were dated before, and None of new ones.

    Args:
        kept: the supplier's terms of the item by their first day.

    Raises:
        TermsOverlap: other terms begin on that day or later.
    """
    for number, one in enumerate(kept):
        if _conditions(one) == _conditions(new) and _ends_as(new, one, kept[number + 1 :]):
            return one.terms_id
    if kept and kept[-1].valid_from >= new.valid_from:
        raise TermsOverlap(kept[-1].valid_from)
    return None


def _ends_as(new: NewTerms, known: Terms, later: Sequence[Terms]) -> bool:
    """Tell whether terms end as those that are known, or would if later ones had not ended these on the day before."""
    if known.valid_until == new.valid_until:
        return True
    return known.valid_until is not None and any(
        one.valid_from == known.valid_until + timedelta(days=1)
        and (new.valid_until is None or new.valid_until >= one.valid_from)
        for one in later
    )


def _conditions(terms: NewTerms) -> list[Any]:
    return [getattr(terms, name) for name in _CONDITIONS]


def _row(dated: Dated) -> dict[str, Any]:
    terms = dated.terms
    told = {name: getattr(terms, name) for name in _CONDITIONS if name != "price_breaks"}
    return told | {
        "supplier_id": str(dated.supplier_id),
        "item_id": str(terms.item_id),
        "valid_from": terms.valid_from.isoformat(),
        "valid_until": terms.valid_until and terms.valid_until.isoformat(),
        "break_quantities": [b.quantity for b in terms.price_breaks],
        "break_costs_fen": [b.unit_cost_fen for b in terms.price_breaks],
    }


async def _lock_suppliers(
    connection: Connection, tenant_id: UUID, supplier_ids: Collection[UUID]
) -> set[UUID]:
    """Let one transaction at a time date a supplier's terms; return which of some suppliers the tenant has."""
    return {row["supplier_id"] for row in await connection.fetch(_LOCK, tenant_id, supplier_ids)}
