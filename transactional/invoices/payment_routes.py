"""What operators record of payments: one by one, or a bank's file; and within how many days a tenant pays."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response

from transactional.access.domain import PlatformKeyNeeded
from transactional.access.routes import DryRun
from transactional.csv_rows import csv_body, rows_of
from transactional.database import NO_TENANT, tenant_transaction
from transactional.fees.refusals import UnknownTenant
from transactional.invoices import documents, payment_documents
from transactional.invoices.answering import told_in_full
from transactional.invoices.payment_documents import signed_fen
from transactional.invoices.payments import BankLine, NewPayment, record_bank_file, record_payment
from transactional.invoices.refusals import PaymentExists, PaymentTermExists, PaymentTooLarge, UnknownInvoice
from transactional.invoices.terms import list_terms, set_term
from transactional.problem_documents import responses
from transactional.problems import InvalidRequest, Problem, RequestTooLarge
from transactional.request_types import Reference
from transactional.row_report import RowsRefused
from transactional.sessions.asking import OPERATING_PEOPLE_ONLY, Operating
from transactional.sessions.domain import RoleNeeded, SessionOver
from transactional.templates import add_template

router = APIRouter(prefix="/v1/platform", tags=["platform: money"])

_REFUSED: tuple[type[Problem], ...] = (PlatformKeyNeeded, SessionOver, RoleNeeded, InvalidRequest)


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
            *_REFUSED,
            UnknownInvoice,
            PaymentExists,
            PaymentTooLarge,
            RequestTooLarge,
        ),
    },
)
async def pay(
    tenant_id: UUID,
    invoice_id: UUID,
    body: payment_documents.PaymentRequest,
    asker: Operating,
    request: Request,
    response: Response,
    dry_run: DryRun = False,
) -> documents.InvoiceInFull:
    """Record money that came on an invoice, or went back; what is more than is left of it is refused."""
    now, by = request.app.state.clock(), asker.acting(body.recorded_by, "recorded_by")
    async with tenant_transaction(request.app.state.pools.api, tenant_id, dry_run=dry_run) as connection:
        _, is_new = await record_payment(
            connection,
            tenant_id=tenant_id,
            invoice_id=invoice_id,
            new=NewPayment(body.reference, body.amount_fen, body.received_at),
            by=by,
            now=now,
        )
        return await told_in_full(
            connection, response, tenant_id=tenant_id, invoice_id=invoice_id, is_new=is_new, now=now
        )


add_template(
    router,
    "/invoice-payments",
    payment_documents.BankRow,
    things="payments of invoices",
    asked_by=[OPERATING_PEOPLE_ONLY],
    refusals=_REFUSED,
)


@router.post(
    "/invoice-payments/import",
    summary="Record payments from a bank's file",
    responses=responses(*_REFUSED, RowsRefused, RequestTooLarge),
    openapi_extra=csv_body(payment_documents.BankRow),
)
async def import_bank_file(
    asker: Operating,
    request: Request,
    recorded_by: Annotated[Reference | None, Query()] = None,
    dry_run: DryRun = False,
) -> payment_documents.Recorded:
    """Record every payment of a file, of whichever tenants, or nothing of it."""
    by = asker.acting(recorded_by, "recorded_by")
    rows = await rows_of(request, payment_documents.BankRow)
    lines = [
        BankLine(row.invoice_number, NewPayment(row.reference, signed_fen(row.amount_yuan), row.received_at))
        for row in rows
    ]
    async with tenant_transaction(
        request.app.state.pools.committer, NO_TENANT, dry_run=dry_run
    ) as connection:
        recorded = await record_bank_file(connection, lines=lines, by=by, now=request.app.state.clock())
    return payment_documents.Recorded(recorded=recorded, known=len(lines) - recorded)


@router.get(
    "/tenants/{tenant_id}/payment-terms",
    summary="List a tenant's payment terms",
    responses=responses(*_REFUSED, UnknownTenant),
)
async def show_terms(tenant_id: UUID, _: Operating, request: Request) -> payment_documents.TermList:
    """List within how many days a tenant pays, and from when on."""
    async with tenant_transaction(request.app.state.pools.api, tenant_id) as connection:
        found = await list_terms(connection, tenant_id=tenant_id)
    return payment_documents.TermList.model_validate({"terms": found})


@router.put(
    "/tenants/{tenant_id}/payment-terms",
    summary="Set a tenant's payment term",
    responses=responses(*_REFUSED, UnknownTenant, PaymentTermExists, RequestTooLarge),
)
async def put_term(
    tenant_id: UUID,
    body: payment_documents.TermRequest,
    asker: Operating,
    request: Request,
    dry_run: DryRun = False,
) -> payment_documents.TermList:
    """Let a tenant pay within other days from a day on; invoices that were issued keep the day they are due."""
    by = asker.acting(body.set_by, "set_by")
    async with tenant_transaction(request.app.state.pools.api, tenant_id, dry_run=dry_run) as connection:
        await set_term(
            connection,
            tenant_id=tenant_id,
            days=body.days,
            valid_from=body.valid_from,
            by=by,
            now=request.app.state.clock(),
        )
        found = await list_terms(connection, tenant_id=tenant_id)
    return payment_documents.TermList.model_validate({"terms": found})
