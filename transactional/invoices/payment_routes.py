"""What operators record of payments: one by one, or a bank's file; and within how many days a tenant pays."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response

from transactional.access.domain import PlatformKeyNeeded
from transactional.access.routes import OPERATORS_ONLY, DryRun
from transactional.clock import business_date
from transactional.csv_rows import TemplateLanguage, csv_body, csv_file, rows_of, template_of
from transactional.database import tenant_transaction
from transactional.fees.refusals import UnknownTenant
from transactional.invoices import documents, payment_documents
from transactional.invoices.payment_documents import signed_fen
from transactional.invoices.payments import BankLine, NewPayment, record_bank_file, record_payment
from transactional.invoices.queries import find_invoice
from transactional.invoices.refusals import PaymentExists, PaymentTermExists, PaymentTooLarge, UnknownInvoice
from transactional.invoices.terms import list_terms, set_term
from transactional.problem_documents import responses
from transactional.problems import InvalidRequest, RequestTooLarge
from transactional.request_types import Reference
from transactional.row_report import RowsRefused

router = APIRouter(prefix="/v1/platform", tags=["platform: money"], dependencies=[OPERATORS_ONLY])

# A bank's file is of no tenant alone.
_NOBODY = UUID(int=0)


@router.post(
    "/tenants/{tenant_id}/invoices/{invoice_id}/payments",
    status_code=201,
    summary="Record a payment on an invoice",
    responses={
        200: {
            "model": documents.InvoiceInFull,
            "description": "The reference and this payment were sent before",
        },
        **responses(
            PlatformKeyNeeded,
            UnknownInvoice,
            PaymentExists,
            PaymentTooLarge,
            InvalidRequest,
            RequestTooLarge,
        ),
    },
)
async def pay(
    tenant_id: UUID,
    invoice_id: UUID,
    body: payment_documents.PaymentRequest,
    request: Request,
    response: Response,
    dry_run: DryRun = False,
) -> documents.InvoiceInFull:
    """Record money that came on an invoice, or went back; what is more than is left of it is refused."""
    now = request.app.state.clock()
    async with tenant_transaction(request.app.state.pools.api, tenant_id, dry_run=dry_run) as connection:
        _, is_new = await record_payment(
            connection,
            tenant_id=tenant_id,
            invoice_id=invoice_id,
            new=NewPayment(body.reference, body.amount_fen, body.received_at),
            by=body.recorded_by,
            now=now,
        )
        found = await find_invoice(
            connection, tenant_id=tenant_id, invoice_id=invoice_id, today=business_date(now)
        )
    if not is_new:
        response.status_code = 200
    return documents.InvoiceInFull.model_validate(found)


@router.get(
    "/invoice-payments/import/template",
    summary="Download a bank's file to fill in",
    responses={**responses(PlatformKeyNeeded, InvalidRequest), **csv_file()},
    response_class=Response,
)
async def write_template(language: TemplateLanguage = "zh") -> Response:
    """Return the header that an import reads, with a row to write over."""
    return template_of(payment_documents.BankRow, "invoice-payments", language)


@router.post(
    "/invoice-payments/import",
    summary="Record payments from a bank's file",
    responses=responses(PlatformKeyNeeded, InvalidRequest, RowsRefused, RequestTooLarge),
    openapi_extra=csv_body(payment_documents.BankRow),
)
async def import_bank_file(
    request: Request, recorded_by: Annotated[Reference, Query()], dry_run: DryRun = False
) -> payment_documents.Recorded:
    """Record every payment of a file, of whichever tenants, or nothing of it."""
    rows = await rows_of(request, payment_documents.BankRow)
    lines = [
        BankLine(row.invoice_number, NewPayment(row.reference, signed_fen(row.amount_yuan), row.received_at))
        for row in rows
    ]
    async with tenant_transaction(request.app.state.pools.committer, _NOBODY, dry_run=dry_run) as connection:
        recorded = await record_bank_file(
            connection, lines=lines, by=recorded_by, now=request.app.state.clock()
        )
    return payment_documents.Recorded(recorded=recorded, known=len(lines) - recorded)


@router.get(
    "/tenants/{tenant_id}/payment-terms",
    summary="List a tenant's payment terms",
    responses=responses(PlatformKeyNeeded, UnknownTenant, InvalidRequest),
)
async def show_terms(tenant_id: UUID, request: Request) -> payment_documents.TermList:
    """List within how many days a tenant pays, and from when on."""
    async with tenant_transaction(request.app.state.pools.api, tenant_id) as connection:
        found = await list_terms(connection, tenant_id=tenant_id)
    return payment_documents.TermList.model_validate({"terms": found})


@router.put(
    "/tenants/{tenant_id}/payment-terms",
    summary="Set a tenant's payment term",
    responses=responses(PlatformKeyNeeded, UnknownTenant, PaymentTermExists, InvalidRequest, RequestTooLarge),
)
async def put_term(
    tenant_id: UUID, body: payment_documents.TermRequest, request: Request, dry_run: DryRun = False
) -> payment_documents.TermList:
    """Let a tenant pay within other days from a day on; invoices that were issued keep the day they are due."""
    async with tenant_transaction(request.app.state.pools.api, tenant_id, dry_run=dry_run) as connection:
        await set_term(
            connection,
            tenant_id=tenant_id,
            days=body.days,
            valid_from=body.valid_from,
            by=body.set_by,
            now=request.app.state.clock(),
        )
        found = await list_terms(connection, tenant_id=tenant_id)
    return payment_documents.TermList.model_validate({"terms": found})
