"""Adds and changes items by what a file or an operator says of them, inside the caller's transaction.

`operations.add_items` only ever adds, for those who replay a past.
"""

import json
from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any
from uuid import UUID

from transactional.catalogue.brands import Imported
from transactional.catalogue.domain import ItemExists, KindFixed, UnknownBrand, UnknownItem
from transactional.database import Connection
from transactional.problems import Problem
from transactional.row_report import FileRows, repeated
from transactional.together import NamedIds

_LOCK = "select pg_advisory_xact_lock(hashtextextended('items', 0))"
# What a row leaves out stays as it is, and is what the table says of a new item.
_PUT = """
with told as (
    select r.code, r.name, r.category, r.kind, r.class_ as class,
        coalesce(b.brand_id, i.brand_id) as brand_id,
        coalesce(r.image_urls, i.image_urls, '{}') as image_urls,
        coalesce(r.compliance_flags, i.compliance_flags, '{}') as compliance_flags,
        coalesce(r.listing_priority, i.listing_priority, 0) as listing_priority,
        coalesce(r.storage_units, i.storage_units, 1) as storage_units,
        coalesce(r.weight_grams, i.weight_grams) as weight_grams
    from jsonb_to_recordset($1::jsonb) as r(
        code text, name text, category text, kind text, class_ text, brand text, image_urls text[],
        compliance_flags text[], listing_priority int, storage_units int, weight_grams int
    )
    left join mall.brand b on b.code = r.brand
    left join mall.item i on i.code = r.code
)
insert into mall.item as i
    (code, name, category, kind, class, brand_id, image_urls, compliance_flags, listing_priority, storage_units,
        weight_grams)
select * from told
order by code
on conflict (code) do update set
    name = excluded.name, category = excluded.category, kind = excluded.kind, class = excluded.class,
    brand_id = excluded.brand_id, image_urls = excluded.image_urls, compliance_flags = excluded.compliance_flags,
    listing_priority = excluded.listing_priority, storage_units = excluded.storage_units,
    weight_grams = excluded.weight_grams
    where (i.name, i.category, i.kind, i.class, i.brand_id, i.image_urls, i.compliance_flags, i.listing_priority,
        i.storage_units, i.weight_grams)
    is distinct from (excluded.name, excluded.category, excluded.kind, excluded.class, excluded.brand_id,
        excluded.image_urls, excluded.compliance_flags, excluded.listing_priority, excluded.storage_units,
        excluded.weight_grams)
returning old.item_id is null as is_new
"""
_ITEMS = """
select i.item_id, i.code, i.name, i.category, i.kind, i.class, b.brand_id, b.code as brand, i.image_urls,
    i.compliance_flags, i.listing_priority, i.storage_units, i.weight_grams
from mall.item i
left join mall.brand b using (brand_id)
"""


@dataclass(frozen=True, kw_only=True)
class Item:
    """What is said of an item; `code` names it. None leaves a particular as it is, or as the usual one.

    Attributes:
        brand: the brand's code.
        listing_priority: the largest comes first where items are listed.
        storage_units: room that a piece takes in a warehouse.
        weight_grams: what a piece weighs, packed; carriers ask by it.
    """

    code: str
    name: str
    category: str
    kind: str
    class_: str
    brand: str | None = None
    image_urls: tuple[str, ...] | None = None
    compliance_flags: tuple[str, ...] | None = None
    listing_priority: int | None = None
    storage_units: int | None = None
    weight_grams: int | None = None


async def import_items(connection: Connection, items: FileRows[Item]) -> Imported:
    """Add the items of a file, and change those that are there.

    Raises:
        RowsRefused: naming every row that is wrong, whose code another row has, whose brand is not there, or that gives an item
            another kind.
    """
    await connection.execute(_LOCK)
    wrong = repeated("code", [item.code for item in items.rows], items.numbers)
    for place, problem in await _problems(connection, items.rows):
        column = "brand" if isinstance(problem, UnknownBrand) else "kind"
        wrong.append({"row": items.numbers[place], "column": column, "problem": problem.detail})
    items.require(wrong)
    return await _put(connection, items.rows)


async def add_item(connection: Connection, *, new: Item) -> tuple[UUID, bool]:
    """Add an item; the same code with the same particulars again changes nothing.

    Returns:
        Its id, and whether this call added it.

    Raises:
        UnknownBrand: the brand is not there.
        ItemExists: the code names an item with other particulars.
    """
    await connection.execute(_LOCK)
    for _, problem in await _problems(connection, [new]):
        if isinstance(problem, UnknownBrand):
            raise problem
    known: UUID | None = await connection.fetchval("select item_id from mall.item where code = $1", new.code)
    put = await _put(connection, [new])
    if known is not None and put.changed:
        raise ItemExists(new.code, known)
    item_id: UUID = await connection.fetchval("select item_id from mall.item where code = $1", new.code)
    return item_id, known is None


async def change_item(connection: Connection, *, item_id: UUID, change: dict[str, Any]) -> None:
    """Change the particulars of an item that are named, as `Item` names them; its code stays.

    Raises:
        UnknownItem, UnknownBrand: it is not there.
        KindFixed: it is to be of another kind.
    """
    await connection.execute(_LOCK)
    now = await find_item(connection, item_id=item_id)
    item = replace(
        Item(
            code=now["code"],
            name=now["name"],
            category=now["category"],
            kind=now["kind"],
            class_=now["class"],
        ),
        **change,
    )
    for _, problem in await _problems(connection, [item]):
        raise problem
    await _put(connection, [item])


async def find_item(connection: Connection, *, item_id: UUID) -> dict[str, Any]:
    """Return an item's row.

    Raises:
        UnknownItem: the platform does not have it.
    """
    row = await connection.fetchrow(f"{_ITEMS} where i.item_id = $1", item_id)
    if row is None:
        raise UnknownItem(item_id)
    return dict(row)


async def item_of(connection: Connection, *, code: str) -> UUID:
    """Return the id of the item with a code.

    Raises:
        UnknownItem: there is none.
    """
    return (await items_of(connection, codes=[code]))[code]


async def items_of(connection: Connection, *, codes: Collection[str]) -> NamedIds:
    """Return the ids of the items with codes; any other code is refused by UnknownItem."""
    rows = await connection.fetch("select code, item_id from mall.item where code = any($1::text[])", codes)
    return NamedIds(((row["code"], row["item_id"]) for row in rows), UnknownItem)


async def known_items(connection: Connection, *, item_ids: Collection[UUID]) -> set[UUID]:
    """Return which of some items the platform has."""
    rows = await connection.fetch("select item_id from mall.item where item_id = any($1::uuid[])", item_ids)
    return {row["item_id"] for row in rows}


async def list_items(
    connection: Connection,
    *,
    code: str | None,
    brand: str | None,
    category: str | None,
    after: str | None,
    limit: int,
) -> list[dict[str, Any]]:
    """Return items by their code, those of a brand or category where one is named."""
    rows = await connection.fetch(
        f"{_ITEMS} where ($1::text is null or i.code = $1) and ($2::text is null or b.code = $2) "
        "and ($3::text is null or i.category = $3) and ($4::text is null or i.code > $4) order by i.code limit $5",
        code,
        brand,
        category,
        after,
        limit,
    )
    return [dict(row) for row in rows]


async def _put(connection: Connection, items: Sequence[Item]) -> Imported:
    rows = await connection.fetch(_PUT, json.dumps([asdict(item) for item in items]))
    added = sum(row["is_new"] for row in rows)
    return Imported(added, len(rows) - added)


async def _problems(connection: Connection, items: Sequence[Item]) -> list[tuple[int, Problem]]:
    """Return what speaks against items, each with its place among them."""
    brands = {item.brand for item in items if item.brand is not None}
    there = await connection.fetch("select code from mall.brand where code = any($1::text[])", list(brands))
    missing = brands - {row["code"] for row in there}
    known = await connection.fetch(
        "select code, kind from mall.item where code = any($1::text[])", [item.code for item in items]
    )
    kinds = {row["code"]: row["kind"] for row in known}
    problems: list[tuple[int, Problem]] = []
    for place, item in enumerate(items):
        if item.brand is not None and item.brand in missing:
            problems.append((place, UnknownBrand(item.brand)))
        if kinds.get(item.code, item.kind) != item.kind:
            problems.append((place, KindFixed(item.code, kinds[item.code])))
    return problems
