"""What the operators do about settlement, and by what suppliers are owed."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response

from transactional.access.domain import PlatformKeyNeeded, Unauthenticated
from transactional.access.routes import OPERATORS_ONLY, Caller, DryRun
from transactional.csv_rows import csv_body, rows_of
from transactional.database import NO_TENANT, tenant_transaction
from transactional.fees.refusals import UnknownTenant
from transactional.problem_documents import responses
from transactional.problems import InvalidRequest, RequestTooLarge
from transactional.request_types import Reference
from transactional.row_report import RowsRefused
from transactional.sessions.asking import Operating
from transactional.sessions.domain import RoleNeeded, SessionOver
from transactional.settlement import documents
from transactional.settlement.domain import AlreadySettled, BasisFixed, UnknownStatement
from transactional.settlement.operations import change_working_days, set_basis, state
from transactional.settlement.queries import basis_of, find_statement
from transactional.settlement.settling import Settled, settle
from transactional.suppliers.domain import UnknownSupplier
from transactional.templates import add_template

router = APIRouter(prefix="/v1", tags=["settlement"])
platform_router = APIRouter(prefix="/v1/platform", tags=["platform: money"], dependencies=[OPERATORS_ONLY])
people_router = APIRouter(prefix="/v1/platform", tags=["platform: money"])


@router.get(
    "/suppliers/{supplier_id}/settlement-basis",
    summary="Show what a supplier is owed for",
    responses=responses(Unauthenticated, UnknownSupplier, InvalidRequest),
)
async def show_basis(supplier_id: UUID, tenant_id: Caller, request: Request) -> documents.SettlementBasis:
    """Show whether a supplier is owed for pieces received, as of itself, or for pieces redeemed."""
    async with tenant_transaction(request.app.state.pools.api, tenant_id) as connection:
        basis = await basis_of(connection, tenant_id=tenant_id, supplier_id=supplier_id)
    return documents.SettlementBasis.model_validate({"supplier_id": supplier_id, "basis": basis})


@router.put(
    "/suppliers/{supplier_id}/settlement-basis",
    summary="Say what a supplier is owed for",
    responses=responses(Unauthenticated, UnknownSupplier, BasisFixed, InvalidRequest, RequestTooLarge),
)
async def put_basis(
    supplier_id: UUID,
    body: documents.BasisRequest,
    tenant_id: Caller,
    request: Request,
    dry_run: DryRun = False,
) -> documents.SettlementBasis:
    """Say whether a supplier is owed for pieces received or redeemed; fixed once it has a statement."""
    async with tenant_transaction(request.app.state.pools.api, tenant_id, dry_run=dry_run) as connection:
        await set_basis(
            connection,
            tenant_id=tenant_id,
            supplier_id=supplier_id,
            basis=body.basis,
            by=body.changed_by,
            now=request.app.state.clock(),
        )
    return documents.SettlementBasis(supplier_id=supplier_id, basis=body.basis)


@platform_router.post(
    "/tenants/{tenant_id}/settlements",
    summary="State what is owed now",
    responses=responses(PlatformKeyNeeded, UnknownTenant, InvalidRequest, RequestTooLarge),
)
async def run(tenant_id: UUID, request: Request, dry_run: DryRun = False) -> documents.Stated:
    """State everything of days that are over, as the worker does of itself; again it states nothing twice."""
    pool = request.app.state.pools.committer
    async with tenant_transaction(pool, tenant_id, dry_run=dry_run) as connection:
        stated = await state(connection, tenant_id=tenant_id, now=request.app.state.clock())
    return documents.Stated(stated=stated)


@people_router.post(
    "/tenants/{tenant_id}/settlements/{statement_id}/payment",
    status_code=201,
    summary="Note that a statement was settled",
    responses={
        200: {"model": documents.StatementInFull, "description": "This payment was noted before"},
        **responses(
            PlatformKeyNeeded,
            SessionOver,
            RoleNeeded,
            UnknownStatement,
            AlreadySettled,
            InvalidRequest,
            RequestTooLarge,
        ),
    },
)
async def note_settled(
    tenant_id: UUID,
    statement_id: UUID,
    body: documents.SettledRequest,
    asker: Operating,
    request: Request,
    response: Response,
    dry_run: DryRun = False,
) -> documents.StatementInFull:
    """Note by which payment what a statement says changed hands, whole and once, and who noted it."""
    by = asker.acting(body.recorded_by, "recorded_by")
    async with tenant_transaction(request.app.state.pools.api, tenant_id, dry_run=dry_run) as connection:
        is_new = await settle(
            connection,
            tenant_id=tenant_id,
            statement_id=statement_id,
            settled=Settled(body.reference, body.settled_at),
            by=by,
            now=request.app.state.clock(),
        )
        found = await find_statement(connection, tenant_id=tenant_id, statement_id=statement_id)
    if not is_new:
        response.status_code = 200
    return documents.StatementInFull.model_validate(found)


@platform_router.get(
    "/working-days",
    summary="List changed working days",
    responses=responses(PlatformKeyNeeded, InvalidRequest),
)
async def show_working_days(request: Request) -> documents.WorkingDayList:
    """List the days on which banks work otherwise than by the week."""
    rows = await request.app.state.pools.api.fetch(
        "select day::text, is_working from mall.working_day_change order by day"
    )
    return documents.WorkingDayList.model_validate({"days": [dict(row) for row in rows]})


@platform_router.put(
    "/working-days",
    summary="Change working days",
    responses=responses(PlatformKeyNeeded, InvalidRequest, RequestTooLarge),
)
async def put_working_days(
    body: documents.WorkingDaysRequest, request: Request, dry_run: DryRun = False
) -> documents.WorkingDayList:
    """Say on which days banks work otherwise than by the week, as the yearly notice says."""
    return await _change(body, request, dry_run)


@platform_router.post(
    "/working-days/import",
    summary="Change working days by a CSV file",
    responses=responses(PlatformKeyNeeded, InvalidRequest, RowsRefused, RequestTooLarge),
    openapi_extra=csv_body(documents.WorkingDay),
)
async def import_working_days(
    request: Request, changed_by: Annotated[Reference, Query()], dry_run: DryRun = False
) -> documents.WorkingDayList:
    """Change the days that are the rows of a file, or none of them."""
    days = await rows_of(request, documents.WorkingDay)
    return await _change(
        documents.WorkingDaysRequest.model_construct(days=days, changed_by=changed_by), request, dry_run
    )


add_template(
    platform_router,
    "/working-days",
    documents.WorkingDay,
    things="working days",
    refusals=(PlatformKeyNeeded,),
)


async def _change(
    body: documents.WorkingDaysRequest, request: Request, dry_run: bool
) -> documents.WorkingDayList:
    async with tenant_transaction(request.app.state.pools.api, NO_TENANT, dry_run=dry_run) as connection:
        await change_working_days(
            connection,
            days={one.day: one.is_working for one in body.days},
            by=body.changed_by,
            now=request.app.state.clock(),
        )
    return documents.WorkingDayList(days=body.days)
