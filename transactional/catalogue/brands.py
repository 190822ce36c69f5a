"""Adds and changes brands. They are the platform's, as items are; everything runs inside the caller's transaction."""

import json
from dataclasses import asdict, dataclass
from typing import Any
from uuid import UUID

from transactional.catalogue.domain import BrandExists, UnknownBrand
from transactional.database import Connection
from transactional.row_report import FileRows, repeated

_BRANDS = "select brand_id, code, name_zh, name_en, is_known from mall.brand"
_PUT = """
insert into mall.brand as b (code, name_zh, name_en, is_known)
select code, name_zh, name_en, is_known
from jsonb_to_recordset($1::jsonb) as r(code text, name_zh text, name_en text, is_known boolean)
order by code
on conflict (code) do update
    set name_zh = excluded.name_zh, name_en = excluded.name_en, is_known = excluded.is_known
    where (b.name_zh, b.name_en, b.is_known)
        is distinct from (excluded.name_zh, excluded.name_en, excluded.is_known)
returning old.brand_id is null as is_new
"""


@dataclass(frozen=True)
class Brand:
    """A brand; a well-known one is sold only under a first-level authorisation."""

    code: str
    name_zh: str
    name_en: str
    is_known: bool = False


@dataclass(frozen=True)
class Imported:
    """How many rows of a file were new and how many changed what was there; the others said what is known."""

    added: int
    changed: int


async def add_brand(connection: Connection, *, new: Brand) -> tuple[UUID, bool]:
    """Add a brand; the same code with the same particulars again changes nothing.

    Returns:
        Its id, and whether this call added it.

    Raises:
        BrandExists: the code names one with other particulars.
    """
    added: UUID | None = await connection.fetchval(
        "insert into mall.brand (code, name_zh, name_en, is_known) values ($1, $2, $3, $4) "
        "on conflict (code) do nothing returning brand_id",
        new.code,
        new.name_zh,
        new.name_en,
        new.is_known,
    )
    if added is not None:
        return added, True
    known = await connection.fetchrow(f"{_BRANDS} where code = $1", new.code)
    assert known is not None
    if Brand(known["code"], known["name_zh"], known["name_en"], known["is_known"]) != new:
        raise BrandExists(new.code, known["brand_id"])
    return known["brand_id"], False


async def change_brand(
    connection: Connection,
    *,
    brand_id: UUID,
    name_zh: str | None = None,
    name_en: str | None = None,
    is_known: bool | None = None,
) -> None:
    """Rename a brand or say whether it is well known; None leaves a particular as it is.

    Raises:
        UnknownBrand: it is not there.
    """
    changed = await connection.fetchval(
        "update mall.brand set name_zh = coalesce($2, name_zh), name_en = coalesce($3, name_en), "
        "is_known = coalesce($4, is_known) where brand_id = $1 returning true",
        brand_id,
        name_zh,
        name_en,
        is_known,
    )
    if not changed:
        raise UnknownBrand(brand_id)


async def import_brands(connection: Connection, brands: FileRows[Brand]) -> Imported:
    """Add the brands of a file, and change those that are there.

    Raises:
        RowsRefused: naming every row that is wrong, or whose code another row has.
    """
    brands.require(repeated("code", [brand.code for brand in brands.rows], brands.numbers))
    rows = await connection.fetch(_PUT, json.dumps([asdict(brand) for brand in brands.rows]))
    added = sum(row["is_new"] for row in rows)
    return Imported(added, len(rows) - added)


async def brand_of(connection: Connection, *, code: str) -> UUID:
    """Return the id of the brand with a code.

    Raises:
        UnknownBrand: it is not there.
    """
    found: UUID | None = await connection.fetchval("select brand_id from mall.brand where code = $1", code)
    if found is None:
        raise UnknownBrand(code)
    return found


async def find_brand(connection: Connection, *, brand_id: UUID) -> dict[str, Any]:
    """Return a brand's row.

    Raises:
        UnknownBrand: it is not there.
    """
    row = await connection.fetchrow(f"{_BRANDS} where brand_id = $1", brand_id)
    if row is None:
        raise UnknownBrand(brand_id)
    return dict(row)


async def list_brands(connection: Connection, *, after: str | None, limit: int) -> list[dict[str, Any]]:
    """Return brands by their code."""
    rows = await connection.fetch(
        f"{_BRANDS} where $1::text is null or code > $1 order by code limit $2", after, limit
    )
    return [dict(row) for row in rows]
