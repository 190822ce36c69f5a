"""`/v1/brands` for everybody with a key, and `/v1/platform/brands` for the operators who keep them."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response

from transactional.access.domain import PlatformKeyNeeded, Unauthenticated
from transactional.access.routes import OPERATORS_ONLY, Caller, DryRun
from transactional.catalogue import brands, documents
from transactional.catalogue.domain import BrandExists, UnknownBrand
from transactional.csv_rows import csv_body, sifted_rows_of
from transactional.database import NO_TENANT, tenant_transaction
from transactional.problem_documents import responses
from transactional.problems import InvalidRequest, RequestTooLarge
from transactional.request_types import Reference
from transactional.row_report import RowsRefused
from transactional.templates import add_template

router = APIRouter(prefix="/v1", tags=["catalogue"])
platform_router = APIRouter(
    prefix="/v1/platform", tags=["platform: catalogue"], dependencies=[OPERATORS_ONLY]
)


@router.get("/brands", summary="List brands", responses=responses(Unauthenticated, InvalidRequest))
async def show_all(
    tenant_id: Caller,
    request: Request,
    after: Annotated[Reference | None, Query()] = None,
    limit: Annotated[int, Query(ge=1, le=1000)] = 200,
) -> documents.BrandPage:
    """List the brands of the platform's items by code."""
    async with tenant_transaction(request.app.state.pools.api, tenant_id) as connection:
        rows = await brands.list_brands(connection, after=after, limit=limit + 1)
    page = [documents.Brand.model_validate(row) for row in rows[:limit]]
    return documents.BrandPage(brands=page, next_after=page[-1].code if len(rows) > limit else None)


@platform_router.post(
    "/brands",
    status_code=201,
    summary="Add a brand",
    responses={
        200: {"model": documents.Brand, "description": "It was there with these particulars"},
        **responses(PlatformKeyNeeded, BrandExists, InvalidRequest, RequestTooLarge),
    },
)
async def add(
    body: documents.BrandRow, request: Request, response: Response, dry_run: DryRun = False
) -> documents.Brand:
    """Add a brand."""
    async with tenant_transaction(request.app.state.pools.api, NO_TENANT, dry_run=dry_run) as connection:
        brand_id, is_new = await brands.add_brand(connection, new=brands.Brand(**dict(body)))
        row = await brands.find_brand(connection, brand_id=brand_id)
    if not is_new:
        response.status_code = 200
    return documents.Brand.model_validate(row)


@platform_router.patch(
    "/brands/{brand_id}",
    summary="Change a brand",
    responses=responses(PlatformKeyNeeded, UnknownBrand, InvalidRequest, RequestTooLarge),
)
async def change(
    brand_id: UUID, body: documents.BrandPatch, request: Request, dry_run: DryRun = False
) -> documents.Brand:
    """Rename a brand, or say whether it is well known."""
    async with tenant_transaction(request.app.state.pools.api, NO_TENANT, dry_run=dry_run) as connection:
        await brands.change_brand(connection, brand_id=brand_id, **dict(body))
        row = await brands.find_brand(connection, brand_id=brand_id)
    return documents.Brand.model_validate(row)


@platform_router.post(
    "/brands/import",
    summary="Import brands from a CSV or Excel file",
    responses=responses(PlatformKeyNeeded, InvalidRequest, RowsRefused, RequestTooLarge),
    openapi_extra=csv_body(documents.BrandRow),
)
async def import_file(request: Request, dry_run: DryRun = False) -> documents.RowsImported:
    """Add the brands that are the rows of a file and change those that are there, or do nothing at all."""
    rows = await sifted_rows_of(request, documents.BrandRow)
    async with tenant_transaction(request.app.state.pools.api, NO_TENANT, dry_run=dry_run) as connection:
        made = await brands.import_brands(connection, rows.each(lambda row: brands.Brand(**dict(row))))
    return documents.RowsImported.of(made, len(rows.rows))


add_template(platform_router, "/brands", documents.BrandRow, things="brands", refusals=(PlatformKeyNeeded,))
