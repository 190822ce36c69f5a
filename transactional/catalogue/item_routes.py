"""`/v1/items`: what a tenant can opt in to; and `/v1/platform/items` for the operators who keep them."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response

from transactional.access.domain import PlatformKeyNeeded, Unauthenticated
from transactional.access.routes import OPERATORS_ONLY, Caller, DryRun
from transactional.catalogue import documents, items
from transactional.catalogue.domain import ItemExists, KindFixed, UnknownBrand, UnknownItem
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


@router.get("/items", summary="List items", responses=responses(Unauthenticated, InvalidRequest))
async def show_all(
    tenant_id: Caller,
    request: Request,
    code: Annotated[Reference | None, Query()] = None,
    brand: Annotated[Reference | None, Query(description="The brand's code.")] = None,
    category: Annotated[Reference | None, Query()] = None,
    after: Annotated[Reference | None, Query()] = None,
    limit: Annotated[int, Query(ge=1, le=1000)] = 200,
) -> documents.ItemPage:
    """List the items of the platform by code, whether or not your shop has them."""
    async with tenant_transaction(request.app.state.pools.api, tenant_id) as connection:
        rows = await items.list_items(
            connection, code=code, brand=brand, category=category, after=after, limit=limit + 1
        )
    page = [documents.CatalogueItem.model_validate(row) for row in rows[:limit]]
    return documents.ItemPage(items=page, next_after=page[-1].code if len(rows) > limit else None)


@router.get(
    "/items/{item_id}",
    summary="Show an item",
    responses=responses(Unauthenticated, UnknownItem, InvalidRequest),
)
async def show(item_id: UUID, tenant_id: Caller, request: Request) -> documents.CatalogueItem:
    """Show one item of the platform, whether or not your shop has it."""
    async with tenant_transaction(request.app.state.pools.api, tenant_id) as connection:
        row = await items.find_item(connection, item_id=item_id)
    return documents.CatalogueItem.model_validate(row)


@platform_router.post(
    "/items",
    status_code=201,
    summary="Add an item",
    responses={
        200: {"model": documents.CatalogueItem, "description": "It was there with these particulars"},
        **responses(PlatformKeyNeeded, UnknownBrand, ItemExists, InvalidRequest, RequestTooLarge),
    },
)
async def add(
    body: documents.ItemRequest, request: Request, response: Response, dry_run: DryRun = False
) -> documents.CatalogueItem:
    """Add an item; it stands in no shop before a tenant opts in to it."""
    async with tenant_transaction(request.app.state.pools.api, NO_TENANT, dry_run=dry_run) as connection:
        item_id, is_new = await items.add_item(connection, new=items.Item(**dict(body)))
        row = await items.find_item(connection, item_id=item_id)
    if not is_new:
        response.status_code = 200
    return documents.CatalogueItem.model_validate(row)


@platform_router.patch(
    "/items/{item_id}",
    summary="Change an item",
    responses=responses(
        PlatformKeyNeeded, UnknownItem, UnknownBrand, KindFixed, InvalidRequest, RequestTooLarge
    ),
)
async def change(
    item_id: UUID, body: documents.ItemPatch, request: Request, dry_run: DryRun = False
) -> documents.CatalogueItem:
    """Change particulars of an item in every shop that has it."""
    async with tenant_transaction(request.app.state.pools.api, NO_TENANT, dry_run=dry_run) as connection:
        await items.change_item(connection, item_id=item_id, change=body.change())
        row = await items.find_item(connection, item_id=item_id)
    return documents.CatalogueItem.model_validate(row)


@platform_router.post(
    "/items/import",
    summary="Import items from a CSV or Excel file",
    responses=responses(PlatformKeyNeeded, InvalidRequest, RowsRefused, RequestTooLarge),
    openapi_extra=csv_body(documents.ItemRow),
)
async def import_file(request: Request, dry_run: DryRun = False) -> documents.RowsImported:
    """Add the items that are the rows of a file and change those that are there, or do nothing at all."""
    rows = await sifted_rows_of(request, documents.ItemRow)
    async with tenant_transaction(request.app.state.pools.api, NO_TENANT, dry_run=dry_run) as connection:
        made = await items.import_items(connection, rows.each(lambda row: items.Item(**dict(row))))
    return documents.RowsImported.of(made, len(rows.rows))


add_template(platform_router, "/items", documents.ItemRow, things="items", refusals=(PlatformKeyNeeded,))
