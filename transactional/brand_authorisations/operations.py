"""Demands authorisations, and refuses what has none. Offers follow in the database, in the same statement.

Everything runs inside the caller's transaction.
"""

from collections.abc import Collection, Mapping
from datetime import date, datetime
from uuid import UUID

from transactional.brand_authorisations.domain import (
    AuthorisationNeeded,
    LicenceNeeded,
    SupplierNotAuthorised,
)
from transactional.catalogue.domain import UnknownBrand
from transactional.clock import business_date
from transactional.database import Connection

_DEMAND = """
insert into mall.{table} ({key}, is_demanded, changed_by, changed_at)
values ({values}) on conflict ({names}) do update set is_demanded = excluded.is_demanded,
    changed_by = excluded.changed_by, changed_at = excluded.changed_at
where {table}.is_demanded <> excluded.is_demanded
"""
_OF_TENANT = _DEMAND.format(
    table="brand_demand", key="brand_id, tenant_id", names="tenant_id, brand_id", values="$1, $5, $2, $3, $4"
)
_OF_PLATFORM = _DEMAND.format(
    table="platform_brand_demand", key="brand_id", names="brand_id", values="$1, $2, $3, $4"
)
_NOT_AUTHORISED = """
select i.item_id, b.code
from mall.item i
join mall.brand b using (brand_id)
where i.item_id = any($3::uuid[]) and mall.is_brand_demanded($1, i.brand_id)
    and not mall.is_authorised($1, $2, i.brand_id, $4)
order by i.item_id limit 1
"""
_NOT_COVERED = """
select w.item_id, w.day, b.code as brand, l.licence
from unnest($2::uuid[], $3::date[]) as w(item_id, day)
join mall.item i using (item_id)
left join mall.brand b on b.brand_id = i.brand_id and mall.is_brand_demanded($1, i.brand_id)
    and not mall.is_brand_covered($1, i.brand_id, w.day)
left join lateral (
    select min(licence) as licence from unnest(mall.licences_of(w.item_id)) licence
    where not mall.is_licensed($1, w.item_id, licence, w.day)
) l on true
where b.code is not null or l.licence is not null
"""


async def demand(
    connection: Connection,
    *,
    tenant_id: UUID | None,
    brand_id: UUID,
    is_demanded: bool,
    by: str,
    now: datetime,
) -> bool:
    """Demand authorisations of a brand, or no longer; its items leave the shops at once or are back.

    Demanded as it is, it keeps who demanded it. Returns whether it was another way before.

    Args:
        tenant_id: whose shop it is about; None is every shop of the platform.

    Raises:
        UnknownBrand: the platform does not have it.
    """
    if not await connection.fetchval("select exists (select from mall.brand where brand_id = $1)", brand_id):
        raise UnknownBrand(brand_id)
    values = (brand_id, is_demanded, by, now)
    if tenant_id is None:
        done = await connection.execute(_OF_PLATFORM, *values)
    else:
        done = await connection.execute(_OF_TENANT, *values, tenant_id)
    return not done.endswith(" 0")


async def require_authorised(
    connection: Connection, *, tenant_id: UUID, supplier_id: UUID, item_ids: Collection[UUID], day: date
) -> None:
    """Make sure that a supplier may sell items on a day.

    Raises:
        SupplierNotAuthorised: naming an item whose brand it may not sell.
    """
    row = await connection.fetchrow(_NOT_AUTHORISED, tenant_id, supplier_id, list(item_ids), day)
    if row is not None:
        raise SupplierNotAuthorised(supplier_id, row["item_id"], row["code"], day)


async def uncovered(
    connection: Connection, *, tenant_id: UUID, listed: Mapping[UUID, datetime], now: datetime
) -> dict[UUID, AuthorisationNeeded | LicenceNeeded]:
    """Return why items may not be sold on the day from which each is listed, or today if that is past.

    Args:
        listed: by the item, from when it is.

    Returns:
        By the item, that nobody may sell its brand, or that nobody has a licence that it needs.
    """
    days = [business_date(max(since, now)) for since in listed.values()]
    rows = await connection.fetch(_NOT_COVERED, tenant_id, list(listed), days)
    return {
        row["item_id"]: LicenceNeeded(row["item_id"], row["licence"], row["day"])
        if row["brand"] is None
        else AuthorisationNeeded(row["item_id"], row["brand"], row["day"])
        for row in rows
    }


async def authorise_offers(connection: Connection, *, tenant_id: UUID, now: datetime) -> None:
    """Let offers that were just written end with their authorisations, as all others of their brands do."""
    await connection.execute("select mall.authorise_offers($1, null, null, $2)", tenant_id, now)
