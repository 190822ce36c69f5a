"""`/v1/suppliers/{supplier_id}/…`: a supplier's dossier and the acts at its gates. Its documents are `document_routes`."""

from uuid import UUID

from fastapi import APIRouter, Request, Response

from transactional.access.domain import Unauthenticated
from transactional.access.routes import Caller, DryRun
from transactional.database import Connection, tenant_transaction
from transactional.problem_documents import responses
from transactional.problems import InvalidRequest, RequestTooLarge
from transactional.sessions.asking import Asking
from transactional.sessions.domain import SessionOver
from transactional.supplier_gates.documents import (
    JudgementRequest,
    ReinstatementRequest,
    SampleRequest,
    SupplierDossier,
    SupplierSample,
    SupplierTrial,
    SuspensionRequest,
)
from transactional.supplier_gates.queries import find_dossier, find_samples, find_trials
from transactional.supplier_gates.refusals import (
    AlreadySuspended,
    GateNotReached,
    SampleExists,
    TrialNotDue,
    UnknownTrial,
)
from transactional.supplier_gates.sampling import note_sample
from transactional.supplier_gates.suspending import lift, suspend
from transactional.supplier_gates.trials import judge
from transactional.suppliers.domain import UnknownSupplier

router = APIRouter(prefix="/v1", tags=["supplier gates"])


async def _dossier(
    connection: Connection, tenant_id: UUID, supplier_id: UUID, request: Request
) -> SupplierDossier:
    now = request.app.state.clock()
    found = await find_dossier(connection, tenant_id=tenant_id, supplier_id=supplier_id, now=now)
    return SupplierDossier.model_validate(found)


@router.get(
    "/suppliers/{supplier_id}/dossier",
    summary="Show a supplier's dossier",
    responses=responses(Unauthenticated, SessionOver, UnknownSupplier, InvalidRequest),
)
async def show(supplier_id: UUID, asker: Asking, request: Request) -> SupplierDossier:
    """Show where a supplier stands, its documents with their last days, and what its samples and trials came to."""
    async with tenant_transaction(request.app.state.pools.api, asker.tenant_id) as connection:
        return await _dossier(connection, asker.tenant_id, supplier_id, request)


@router.post(
    "/suppliers/{supplier_id}/samples",
    status_code=201,
    summary="Note a test of samples",
    responses={
        200: {"model": SupplierSample, "description": "It was noted with these findings"},
        **responses(
            Unauthenticated, UnknownSupplier, SampleExists, GateNotReached, InvalidRequest, RequestTooLarge
        ),
    },
)
async def add_sample(
    supplier_id: UUID,
    body: SampleRequest,
    tenant_id: Caller,
    request: Request,
    response: Response,
    dry_run: DryRun = False,
) -> SupplierSample:
    """Note what a test of samples found; a supplier is asked for some once its documents are in order."""
    async with tenant_transaction(request.app.state.pools.api, tenant_id, dry_run=dry_run) as connection:
        sample_id, is_new = await note_sample(
            connection,
            tenant_id=tenant_id,
            supplier_id=supplier_id,
            new=body.told(),
            by=body.noted_by,
            now=request.app.state.clock(),
        )
        (shown,) = await find_samples(
            connection, tenant_id=tenant_id, supplier_id=supplier_id, sample_id=sample_id
        )
    if not is_new:
        response.status_code = 200
    return SupplierSample.model_validate(shown)


@router.post(
    "/suppliers/{supplier_id}/trials/{purchase_order_id}/judgement",
    summary="Judge a trial order",
    responses=responses(
        Unauthenticated,
        UnknownSupplier,
        UnknownTrial,
        GateNotReached,
        TrialNotDue,
        InvalidRequest,
        RequestTooLarge,
    ),
)
async def judge_trial(
    supplier_id: UUID,
    purchase_order_id: UUID,
    body: JudgementRequest,
    tenant_id: Caller,
    request: Request,
    dry_run: DryRun = False,
) -> SupplierTrial:
    """Judge a trial by its events, once: 95 % of its pieces by their day and shipped in 48 hours, complaints in 24."""
    now = request.app.state.clock()
    async with tenant_transaction(request.app.state.pools.api, tenant_id, dry_run=dry_run) as connection:
        await judge(
            connection,
            tenant_id=tenant_id,
            supplier_id=supplier_id,
            order_id=purchase_order_id,
            by=body.judged_by,
            now=now,
        )
        (shown,) = await find_trials(
            connection, tenant_id=tenant_id, supplier_id=supplier_id, now=now, order_id=purchase_order_id
        )
    return SupplierTrial.model_validate(shown)


@router.post(
    "/suppliers/{supplier_id}/suspension",
    summary="Suspend a supplier",
    responses=responses(Unauthenticated, UnknownSupplier, AlreadySuspended, InvalidRequest, RequestTooLarge),
)
async def add_suspension(
    supplier_id: UUID, body: SuspensionRequest, tenant_id: Caller, request: Request, dry_run: DryRun = False
) -> SupplierDossier:
    """Suspend a supplier for a gate that it turned out not to pass: nothing is ordered there any more."""
    async with tenant_transaction(request.app.state.pools.api, tenant_id, dry_run=dry_run) as connection:
        await suspend(
            connection,
            tenant_id=tenant_id,
            supplier_id=supplier_id,
            failed_gate=body.failed_gate,
            reason=body.reason,
            by=body.suspended_by,
            now=request.app.state.clock(),
        )
        return await _dossier(connection, tenant_id, supplier_id, request)


@router.post(
    "/suppliers/{supplier_id}/reinstatement",
    summary="Lift a suspension",
    responses=responses(Unauthenticated, UnknownSupplier, InvalidRequest, RequestTooLarge),
)
async def reinstate(
    supplier_id: UUID,
    body: ReinstatementRequest,
    tenant_id: Caller,
    request: Request,
    dry_run: DryRun = False,
) -> SupplierDossier:
    """Lift a suspension: the supplier stands before the gate that failed, and is active once it has passed it again."""
    async with tenant_transaction(request.app.state.pools.api, tenant_id, dry_run=dry_run) as connection:
        await lift(
            connection,
            tenant_id=tenant_id,
            supplier_id=supplier_id,
            by=body.lifted_by,
            now=request.app.state.clock(),
        )
        return await _dossier(connection, tenant_id, supplier_id, request)
