"""`/v1/suppliers`: whom a tenant buys from and on which terms."""

from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response

from transactional.access.domain import Unauthenticated
from transactional.access.routes import Caller, DryRun
from transactional.clock import business_date
from transactional.database import Connection, tenant_transaction
from transactional.problem_documents import responses
from transactional.problems import InvalidRequest, RequestTooLarge
from transactional.redemption.domain import UnknownOffer
from transactional.request_types import Day
from transactional.sessions.asking import Deciding
from transactional.sessions.domain import RoleNeeded, SessionOver
from transactional.suppliers.dating import Dated, add_terms, end_terms
from transactional.suppliers.documents import (
    EndRequest,
    Supplier,
    SupplierList,
    SupplierPatch,
    SupplierRequest,
    SupplierTerms,
    TermsPage,
    TermsRequest,
)
from transactional.suppliers.domain import SupplierExists, TermsOverlap, UnknownSupplier, UnknownTerms
from transactional.suppliers.operations import add_supplier, change_supplier
from transactional.suppliers.queries import find_supplier, list_suppliers, list_terms
from transactional.suppliers.terms import new_terms
from transactional.together import the_one

router = APIRouter(prefix="/v1", tags=["suppliers"])


@router.post(
    "/suppliers",
    status_code=201,
    summary="Add a supplier",
    responses={
        200: {"model": Supplier, "description": "It was there with this name"},
        **responses(
            Unauthenticated, SessionOver, RoleNeeded, SupplierExists, InvalidRequest, RequestTooLarge
        ),
    },
)
async def add(
    body: SupplierRequest, asker: Deciding, request: Request, response: Response, dry_run: DryRun = False
) -> Supplier:
    """Add a supplier; it begins before its documents, and nothing is ordered there until it has passed its gates."""
    async with tenant_transaction(
        request.app.state.pools.api, asker.tenant_id, dry_run=dry_run
    ) as connection:
        supplier_id, is_new = await add_supplier(
            connection, tenant_id=asker.tenant_id, code=body.code, name=body.name
        )
        row = await find_supplier(
            connection, tenant_id=asker.tenant_id, supplier_id=supplier_id, day=_today(request)
        )
    if not is_new:
        response.status_code = 200
    return Supplier.model_validate(row)


@router.get("/suppliers", summary="List suppliers", responses=responses(Unauthenticated, InvalidRequest))
async def show_all(tenant_id: Caller, request: Request) -> SupplierList:
    """List your suppliers by their code."""
    async with tenant_transaction(request.app.state.pools.api, tenant_id) as connection:
        rows = await list_suppliers(connection, tenant_id=tenant_id, day=_today(request))
    return SupplierList(suppliers=[Supplier.model_validate(row) for row in rows])


@router.get("/suppliers/terms", summary="List terms", responses=responses(Unauthenticated, InvalidRequest))
async def show_terms(
    tenant_id: Caller,
    request: Request,
    supplier_id: UUID | None = None,
    item_id: UUID | None = None,
    on_day: Annotated[Day | None, Query(description="Only those that hold on this day.")] = None,
    after: UUID | None = None,
    limit: Annotated[int, Query(ge=1, le=1000)] = 200,
) -> TermsPage:
    """List terms in the order they were recorded."""
    async with tenant_transaction(request.app.state.pools.api, tenant_id) as connection:
        found = await list_terms(
            connection,
            tenant_id=tenant_id,
            supplier_id=supplier_id,
            item_id=item_id,
            on_day=on_day,
            after=after,
            limit=limit + 1,
        )
    page = [SupplierTerms.model_validate(one) for one in found[:limit]]
    return TermsPage(terms=page, next_after=page[-1].terms_id if len(found) > limit else None)


@router.patch(
    "/suppliers/{supplier_id}",
    summary="Change a supplier",
    responses=responses(
        Unauthenticated, SessionOver, RoleNeeded, UnknownSupplier, InvalidRequest, RequestTooLarge
    ),
)
async def change(
    supplier_id: UUID, body: SupplierPatch, asker: Deciding, request: Request, dry_run: DryRun = False
) -> Supplier:
    """Rename a supplier."""
    async with tenant_transaction(
        request.app.state.pools.api, asker.tenant_id, dry_run=dry_run
    ) as connection:
        await change_supplier(connection, tenant_id=asker.tenant_id, supplier_id=supplier_id, name=body.name)
        row = await find_supplier(
            connection, tenant_id=asker.tenant_id, supplier_id=supplier_id, day=_today(request)
        )
    return Supplier.model_validate(row)


@router.post(
    "/suppliers/{supplier_id}/terms",
    status_code=201,
    summary="Date terms",
    responses={
        200: {"model": SupplierTerms, "description": "They were there already"},
        **responses(
            Unauthenticated,
            SessionOver,
            RoleNeeded,
            UnknownSupplier,
            UnknownOffer,
            TermsOverlap,
            InvalidRequest,
            RequestTooLarge,
        ),
    },
)
async def date_terms(
    supplier_id: UUID,
    body: TermsRequest,
    asker: Deciding,
    request: Request,
    response: Response,
    dry_run: DryRun = False,
) -> SupplierTerms:
    """Date terms of an item; those that hold on their first day end the day before."""
    new = new_terms(body, item_id=body.item_id, valid_from=body.valid_from or _today(request))
    async with tenant_transaction(
        request.app.state.pools.api, asker.tenant_id, dry_run=dry_run
    ) as connection:
        terms_id, is_new = the_one(
            await add_terms(connection, tenant_id=asker.tenant_id, dated=[Dated(supplier_id, new)])
        )
        shown = await _shown(connection, asker.tenant_id, terms_id)
    if not is_new:
        response.status_code = 200
    return shown


@router.post(
    "/suppliers/{supplier_id}/terms/{terms_id}/end",
    summary="End terms",
    responses=responses(
        Unauthenticated,
        SessionOver,
        RoleNeeded,
        UnknownSupplier,
        UnknownTerms,
        TermsOverlap,
        InvalidRequest,
        RequestTooLarge,
    ),
)
async def end(
    supplier_id: UUID,
    terms_id: UUID,
    body: EndRequest,
    asker: Deciding,
    request: Request,
    dry_run: DryRun = False,
) -> SupplierTerms:
    """Let terms hold until a day, that day included; ones that end earlier stay as they are."""
    async with tenant_transaction(
        request.app.state.pools.api, asker.tenant_id, dry_run=dry_run
    ) as connection:
        await end_terms(
            connection,
            tenant_id=asker.tenant_id,
            supplier_id=supplier_id,
            terms_id=terms_id,
            last_day=body.last_day,
        )
        return await _shown(connection, asker.tenant_id, terms_id)


def _today(request: Request) -> date:
    return business_date(request.app.state.clock())


async def _shown(connection: Connection, tenant_id: UUID, terms_id: UUID) -> SupplierTerms:
    (found,) = await list_terms(connection, tenant_id=tenant_id, terms_id=terms_id)
    return SupplierTerms.model_validate(found)
