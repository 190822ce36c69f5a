"""`/v1/invoices` for tenants, and `/v1/platform/tenants/{tenant_id}/invoices` for those who issue them."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response

from transactional.access.domain import PlatformKeyNeeded, Unauthenticated
from transactional.access.routes import OPERATORS_ONLY, DryRun
from transactional.clock import business_date
from transactional.database import tenant_transaction
from transactional.fees.refusals import MonthNotOver, UnknownTenant
from transactional.invoices import documents
from transactional.invoices.answering import told_in_full
from transactional.invoices.operations import NewCreditNote, give_credit, issue_invoice
from transactional.invoices.queries import find_invoice, list_invoices
from transactional.invoices.refusals import CreditNoteExists, CreditTooLarge, NothingToInvoice, UnknownInvoice
from transactional.problem_documents import responses
from transactional.problems import InvalidRequest, RequestTooLarge
from transactional.request_hash import request_hash
from transactional.sessions.asking import Operating, ReadingBooks
from transactional.sessions.domain import RoleNeeded, SessionOver

router = APIRouter(prefix="/v1", tags=["invoices"])
platform_router = APIRouter(prefix="/v1/platform", tags=["platform: money"], dependencies=[OPERATORS_ONLY])
people_router = APIRouter(prefix="/v1/platform", tags=["platform: money"])


_Limit = Annotated[int, Query(ge=1, le=200)]


@router.get(
    "/invoices",
    summary="List invoices",
    responses=responses(Unauthenticated, SessionOver, RoleNeeded, InvalidRequest),
)
async def show_all(
    asker: ReadingBooks, request: Request, before: UUID | None = None, limit: _Limit = 50
) -> documents.InvoicePage:
    """List your invoices, the newest first."""
    return await _page(request, asker.tenant_id, before, limit)


@router.get(
    "/invoices/{invoice_id}",
    summary="Show an invoice",
    responses=responses(Unauthenticated, SessionOver, RoleNeeded, UnknownInvoice, InvalidRequest),
)
async def show(invoice_id: UUID, asker: ReadingBooks, request: Request) -> documents.InvoiceInFull:
    """Show an invoice with each fee it sums, the tariff line and confirmation it rests on, and what was paid."""
    return await _in_full(request, asker.tenant_id, invoice_id)


@people_router.get(
    "/tenants/{tenant_id}/invoices",
    summary="List a tenant's invoices",
    responses=responses(PlatformKeyNeeded, SessionOver, RoleNeeded, InvalidRequest),
)
async def show_all_of_tenant(
    tenant_id: UUID, _: Operating, request: Request, before: UUID | None = None, limit: _Limit = 50
) -> documents.InvoicePage:
    """List a tenant's invoices, the newest first."""
    return await _page(request, tenant_id, before, limit)


@people_router.get(
    "/tenants/{tenant_id}/invoices/{invoice_id}",
    summary="Show a tenant's invoice",
    responses=responses(PlatformKeyNeeded, SessionOver, RoleNeeded, UnknownInvoice, InvalidRequest),
)
async def show_of_tenant(
    tenant_id: UUID, invoice_id: UUID, _: Operating, request: Request
) -> documents.InvoiceInFull:
    """Show a tenant's invoice as the tenant sees it."""
    return await _in_full(request, tenant_id, invoice_id)


@platform_router.post(
    "/tenants/{tenant_id}/invoices",
    status_code=201,
    summary="Issue a month's invoice",
    responses={
        200: {"model": documents.InvoiceInFull, "description": "It was issued before"},
        **responses(
            PlatformKeyNeeded, UnknownTenant, MonthNotOver, NothingToInvoice, InvalidRequest, RequestTooLarge
        ),
    },
)
async def issue(
    tenant_id: UUID,
    body: documents.InvoiceRequest,
    request: Request,
    response: Response,
    dry_run: DryRun = False,
) -> documents.InvoiceInFull:
    """Charge what a month that is over measured and issue its invoice, as the worker does of itself."""
    now = request.app.state.clock()
    async with tenant_transaction(request.app.state.pools.api, tenant_id, dry_run=dry_run) as connection:
        invoice_id, is_new = await issue_invoice(connection, tenant_id=tenant_id, month=body.month, now=now)
        return await told_in_full(
            connection, response, tenant_id=tenant_id, invoice_id=invoice_id, is_new=is_new, now=now
        )


@platform_router.post(
    "/tenants/{tenant_id}/invoices/{invoice_id}/credit-notes",
    status_code=201,
    summary="Give back a part of an invoice",
    responses={
        200: {
            "model": documents.InvoiceInFull,
            "description": "The reference and this credit were sent before",
        },
        **responses(
            PlatformKeyNeeded,
            UnknownInvoice,
            CreditNoteExists,
            CreditTooLarge,
            InvalidRequest,
            RequestTooLarge,
        ),
    },
)
async def credit(
    tenant_id: UUID,
    invoice_id: UUID,
    body: documents.CreditNoteRequest,
    request: Request,
    response: Response,
    dry_run: DryRun = False,
) -> documents.InvoiceInFull:
    """Put an invoice right by giving back; the invoice itself stays as it was issued."""
    new, now = NewCreditNote(**body.model_dump()), request.app.state.clock()
    async with tenant_transaction(request.app.state.pools.api, tenant_id, dry_run=dry_run) as connection:
        _, is_new = await give_credit(
            connection,
            tenant_id=tenant_id,
            invoice_id=invoice_id,
            new=new,
            request_hash=request_hash(body),
            now=now,
        )
        return await told_in_full(
            connection, response, tenant_id=tenant_id, invoice_id=invoice_id, is_new=is_new, now=now
        )


async def _page(request: Request, tenant_id: UUID, before: UUID | None, limit: int) -> documents.InvoicePage:
    today = business_date(request.app.state.clock())
    async with tenant_transaction(request.app.state.pools.api, tenant_id) as connection:
        found = await list_invoices(
            connection, tenant_id=tenant_id, today=today, before=before, limit=limit + 1
        )
    page = [documents.Invoice.model_validate(row) for row in found[:limit]]
    return documents.InvoicePage(
        invoices=page, next_before=page[-1].invoice_id if len(found) > limit else None
    )


async def _in_full(request: Request, tenant_id: UUID, invoice_id: UUID) -> documents.InvoiceInFull:
    today = business_date(request.app.state.clock())
    async with tenant_transaction(request.app.state.pools.api, tenant_id) as connection:
        found = await find_invoice(connection, tenant_id=tenant_id, invoice_id=invoice_id, today=today)
    return documents.InvoiceInFull.model_validate(found)
