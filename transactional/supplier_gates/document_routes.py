"""`/v1/suppliers/{supplier_id}/documents` and the alerts before they lapse."""

from uuid import UUID

from fastapi import APIRouter, Request, Response

from transactional.access.domain import Unauthenticated
from transactional.access.routes import Caller, DryRun
from transactional.catalogue.domain import UnknownBrand
from transactional.clock import business_date
from transactional.database import Connection, tenant_transaction
from transactional.problem_documents import responses
from transactional.problems import InvalidRequest, RequestTooLarge
from transactional.sessions.asking import Deciding
from transactional.sessions.domain import RoleNeeded, SessionOver
from transactional.supplier_gates.alerts import acknowledge, evaluate_alerts
from transactional.supplier_gates.documents import (
    DocumentAlert,
    DocumentAlertList,
    DocumentRequest,
    RejectionRequest,
    SeenRequest,
    SupplierDocument,
    VerificationRequest,
)
from transactional.supplier_gates.handing_in import hand_in, reject, verify
from transactional.supplier_gates.queries import find_documents, list_alerts
from transactional.supplier_gates.refusals import (
    DocumentExists,
    DocumentJudged,
    UnknownDocument,
    UnknownDocumentAlert,
)
from transactional.suppliers.domain import UnknownSupplier

router = APIRouter(prefix="/v1", tags=["supplier documents"])


async def _shown(
    connection: Connection, tenant_id: UUID, supplier_id: UUID, document_id: UUID, request: Request
) -> SupplierDocument:
    """Return a document once alerts have followed what was done about it."""
    now = request.app.state.clock()
    await evaluate_alerts(connection, now=now, tenant_id=tenant_id, supplier_id=supplier_id)
    (found,) = await find_documents(
        connection,
        tenant_id=tenant_id,
        supplier_id=supplier_id,
        day=business_date(now),
        document_id=document_id,
    )
    return SupplierDocument.model_validate(found)


@router.post(
    "/suppliers/{supplier_id}/documents",
    status_code=201,
    summary="Hand a document in",
    responses={
        200: {"model": SupplierDocument, "description": "It was handed in with these contents"},
        **responses(
            Unauthenticated,
            SessionOver,
            RoleNeeded,
            UnknownSupplier,
            UnknownBrand,
            DocumentExists,
            InvalidRequest,
            RequestTooLarge,
        ),
    },
)
async def add(
    supplier_id: UUID,
    body: DocumentRequest,
    asker: Deciding,
    request: Request,
    response: Response,
    dry_run: DryRun = False,
) -> SupplierDocument:
    """Hand in a licence, a brand authorisation or a quality report; it holds once somebody has verified it."""
    async with tenant_transaction(
        request.app.state.pools.api, asker.tenant_id, dry_run=dry_run
    ) as connection:
        document_id, is_new = await hand_in(
            connection,
            tenant_id=asker.tenant_id,
            supplier_id=supplier_id,
            new=body.told(),
            by=asker.acting(body.handed_in_by, "handed_in_by"),
            now=request.app.state.clock(),
        )
        shown = await _shown(connection, asker.tenant_id, supplier_id, document_id, request)
    if not is_new:
        response.status_code = 200
    return shown


@router.post(
    "/suppliers/{supplier_id}/documents/{document_id}/verification",
    summary="Verify a document",
    responses=responses(
        Unauthenticated, UnknownSupplier, UnknownDocument, DocumentJudged, InvalidRequest, RequestTooLarge
    ),
)
async def add_verification(
    supplier_id: UUID,
    document_id: UUID,
    body: VerificationRequest,
    tenant_id: Caller,
    request: Request,
    dry_run: DryRun = False,
) -> SupplierDocument:
    """Note that a document is genuine: the gate it belongs to opens, and offers of its brand are back, at once."""
    async with tenant_transaction(request.app.state.pools.api, tenant_id, dry_run=dry_run) as connection:
        await verify(
            connection,
            tenant_id=tenant_id,
            supplier_id=supplier_id,
            document_id=document_id,
            by=body.verified_by,
            now=request.app.state.clock(),
        )
        return await _shown(connection, tenant_id, supplier_id, document_id, request)


@router.post(
    "/suppliers/{supplier_id}/documents/{document_id}/rejection",
    summary="Reject a document",
    responses=responses(Unauthenticated, UnknownSupplier, UnknownDocument, InvalidRequest, RequestTooLarge),
)
async def add_rejection(
    supplier_id: UUID,
    document_id: UUID,
    body: RejectionRequest,
    tenant_id: Caller,
    request: Request,
    dry_run: DryRun = False,
) -> SupplierDocument:
    """Note that a document is worth nothing, also if it was verified: what hangs on it ends at once.

    A forged one suspends its supplier.
    """
    async with tenant_transaction(request.app.state.pools.api, tenant_id, dry_run=dry_run) as connection:
        await reject(
            connection,
            tenant_id=tenant_id,
            supplier_id=supplier_id,
            document_id=document_id,
            reason=body.reason,
            is_forged=body.is_forged,
            by=body.rejected_by,
            now=request.app.state.clock(),
        )
        return await _shown(connection, tenant_id, supplier_id, document_id, request)


@router.get(
    "/supplier-document-alerts",
    summary="List alerts of suppliers' documents",
    responses=responses(Unauthenticated, InvalidRequest),
)
async def show_alerts(tenant_id: Caller, request: Request, with_closed: bool = False) -> DocumentAlertList:
    """List what lapses or has lapsed, and on demand what was closed because another document follows on."""
    async with tenant_transaction(request.app.state.pools.api, tenant_id) as connection:
        alerts = await list_alerts(connection, tenant_id=tenant_id, with_closed=with_closed)
    return DocumentAlertList.model_validate({"alerts": alerts})


@router.post(
    "/supplier-document-alerts/{alert_id}/acknowledgement",
    summary="Note that an alert of a document was seen",
    responses=responses(Unauthenticated, UnknownDocumentAlert, InvalidRequest, RequestTooLarge),
)
async def see(
    alert_id: UUID, body: SeenRequest, tenant_id: Caller, request: Request, dry_run: DryRun = False
) -> DocumentAlert:
    """Note who has seen an alert; the first one stays, and the alert stays open."""
    async with tenant_transaction(request.app.state.pools.api, tenant_id, dry_run=dry_run) as connection:
        await acknowledge(
            connection,
            tenant_id=tenant_id,
            alert_id=alert_id,
            by=body.acknowledged_by,
            now=request.app.state.clock(),
        )
        (found,) = await list_alerts(connection, tenant_id=tenant_id, with_closed=True, alert_id=alert_id)
    return DocumentAlert.model_validate(found)
