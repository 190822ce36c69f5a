"""`/v1/brand-authorisations` and `/v1/brand-demands`: who may sell which brand, and where that is asked for."""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel, ConfigDict

from transactional.access.domain import PlatformKeyNeeded, Unauthenticated
from transactional.access.routes import OPERATORS_ONLY, Caller, DryRun
from transactional.brand_authorisations.operations import demand
from transactional.catalogue.domain import UnknownBrand
from transactional.clock import business_date
from transactional.database import NO_TENANT, Connection, tenant_transaction
from transactional.problem_documents import responses
from transactional.problems import InvalidRequest, RequestTooLarge
from transactional.request_types import ActingFor, Reference
from transactional.sessions.asking import Deciding
from transactional.sessions.domain import RoleNeeded, SessionOver

router = APIRouter(prefix="/v1", tags=["brand authorisations"])
platform_router = APIRouter(
    prefix="/v1/platform", tags=["platform: brand authorisations"], dependencies=[OPERATORS_ONLY]
)

_DEMANDS = """
select b.brand_id, b.code as brand_code, b.is_known, coalesce(p.is_demanded, b.is_known) as is_demanded_by_platform,
    coalesce(t.is_demanded, false) as is_demanded_by_tenant, mall.is_brand_covered($1, b.brand_id, $2) as is_covered,
    nullif(mall.first_uncovered_day($1, b.brand_id, $2), $2) - 1 as last_covered_day, (
        select count(*) from mall.offer o
        join mall.item i using (item_id)
        where o.tenant_id = $1 and i.brand_id = b.brand_id and o.authorised_until <= $3
            and o.listed_from <= $3 and coalesce(o.planned_until, 'infinity') > $3
    ) as delisted_offers
from mall.brand b
left join mall.platform_brand_demand p using (brand_id)
left join mall.brand_demand t on t.tenant_id = $1 and t.brand_id = b.brand_id
where (coalesce(p.is_demanded, b.is_known) or t.is_demanded or b.brand_id = $4) and ($4::uuid is null or b.brand_id = $4)
order by b.code
"""
_AUTHORISATIONS = """
select d.document_id, d.supplier_id, s.code as supplier_code, d.brand_id, b.code as brand_code, b.is_known, d.number,
    d.level, d.issued_on, d.valid_from, d.expires_on, d.expires_on - $2 as days_to_expiry, d.verified_at, d.rejected_at,
    d.is_forged, d.verified_at is not null and d.rejected_at is null and $2 between d.valid_from and d.expires_on
        and (d.level = 1 or not b.is_known) as is_valid
from mall.supplier_document d
join mall.supplier s using (tenant_id, supplier_id)
join mall.brand b on b.brand_id = d.brand_id
where d.tenant_id = $1 and ($3::uuid is null or d.brand_id = $3) and ($4::uuid is null or d.supplier_id = $4)
    and ($5::uuid is null or d.document_id > $5)
order by d.document_id
limit $6
"""


class DemandRequest(BaseModel):
    """Whether a brand is sold only under an authorisation, and who says so."""

    model_config = ConfigDict(extra="forbid")

    is_demanded: bool
    changed_by: Reference


class TenantDemandRequest(BaseModel):
    """Whether your shop sells a brand only under an authorisation."""

    model_config = ConfigDict(extra="forbid")

    is_demanded: bool
    changed_by: ActingFor = None


class PlatformDemand(BaseModel):
    """Whether the platform demands authorisations of a brand in every shop."""

    brand_id: UUID
    is_demanded: bool
    changed_by: str
    changed_at: datetime


class BrandDemand(BaseModel):
    """A brand whose authorisation is demanded, until when it is covered, and how many offers ended for want of it."""

    brand_id: UUID
    brand_code: str
    is_known: bool
    is_demanded_by_platform: bool
    is_demanded_by_tenant: bool
    is_covered: bool
    last_covered_day: date | None
    delisted_offers: int


class BrandDemandList(BaseModel):
    """Brands by their code."""

    brand_demands: list[BrandDemand]


class BrandAuthorisation(BaseModel):
    """A supplier's authorisation of a brand; it is valid if it is verified, of the level asked for, and holds today."""

    document_id: UUID
    supplier_id: UUID
    supplier_code: str
    brand_id: UUID
    brand_code: str
    is_known: bool
    number: str
    level: int
    issued_on: date
    valid_from: date
    expires_on: date
    days_to_expiry: int
    verified_at: datetime | None
    rejected_at: datetime | None
    is_forged: bool
    is_valid: bool


class BrandAuthorisationPage(BaseModel):
    """A page of authorisations as they were handed in; ask for the next one with `after=next_after`."""

    brand_authorisations: list[BrandAuthorisation]
    next_after: UUID | None


async def _demands(
    connection: Connection, tenant_id: UUID, now: datetime, brand_id: UUID | None = None
) -> list[BrandDemand]:
    rows = await connection.fetch(_DEMANDS, tenant_id, business_date(now), now, brand_id)
    return [BrandDemand.model_validate(dict(row)) for row in rows]


@router.get(
    "/brand-authorisations",
    summary="List brand authorisations",
    responses=responses(Unauthenticated, InvalidRequest),
)
async def show_authorisations(
    tenant_id: Caller,
    request: Request,
    brand_id: UUID | None = None,
    supplier_id: UUID | None = None,
    after: UUID | None = None,
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
) -> BrandAuthorisationPage:
    """List the authorisations that your suppliers handed in, and which of them are valid today."""
    today = business_date(request.app.state.clock())
    async with tenant_transaction(request.app.state.pools.api, tenant_id) as connection:
        rows = await connection.fetch(
            _AUTHORISATIONS, tenant_id, today, brand_id, supplier_id, after, limit + 1
        )
    page = [BrandAuthorisation.model_validate(dict(row)) for row in rows[:limit]]
    return BrandAuthorisationPage(
        brand_authorisations=page, next_after=page[-1].document_id if len(rows) > limit else None
    )


@router.get(
    "/brand-demands",
    summary="List brands whose authorisation is demanded",
    responses=responses(Unauthenticated, InvalidRequest),
)
async def show_demands(tenant_id: Caller, request: Request) -> BrandDemandList:
    """List the brands that are sold in your shop only under an authorisation, and until when they are covered."""
    async with tenant_transaction(request.app.state.pools.api, tenant_id) as connection:
        return BrandDemandList(brand_demands=await _demands(connection, tenant_id, request.app.state.clock()))


@router.put(
    "/brand-demands/{brand_id}",
    summary="Demand authorisations of a brand",
    responses=responses(
        Unauthenticated, SessionOver, RoleNeeded, UnknownBrand, InvalidRequest, RequestTooLarge
    ),
)
async def put_demand(
    brand_id: UUID, body: TenantDemandRequest, asker: Deciding, request: Request, dry_run: DryRun = False
) -> BrandDemand:
    """Sell a brand in your shop only under an authorisation, or no longer; its offers end at once or are back."""
    now = request.app.state.clock()
    async with tenant_transaction(
        request.app.state.pools.api, asker.tenant_id, dry_run=dry_run
    ) as connection:
        await demand(
            connection,
            tenant_id=asker.tenant_id,
            brand_id=brand_id,
            is_demanded=body.is_demanded,
            by=asker.acting(body.changed_by, "changed_by"),
            now=now,
        )
        (shown,) = await _demands(connection, asker.tenant_id, now, brand_id)
    return shown


@platform_router.put(
    "/brand-demands/{brand_id}",
    summary="Demand authorisations of a brand in every shop",
    responses=responses(PlatformKeyNeeded, UnknownBrand, InvalidRequest, RequestTooLarge),
)
async def put_platform_demand(
    brand_id: UUID, body: DemandRequest, request: Request, dry_run: DryRun = False
) -> PlatformDemand:
    """Sell a brand in every shop only under an authorisation, or no longer unless the tenant demands it."""
    now = request.app.state.clock()
    async with tenant_transaction(request.app.state.pools.api, NO_TENANT, dry_run=dry_run) as connection:
        await demand(
            connection,
            tenant_id=None,
            brand_id=brand_id,
            is_demanded=body.is_demanded,
            by=body.changed_by,
            now=now,
        )
        row = await connection.fetchrow(
            "select brand_id, is_demanded, changed_by, changed_at from mall.platform_brand_demand where brand_id = $1",
            brand_id,
        )
        assert row is not None
    return PlatformDemand.model_validate(dict(row))
