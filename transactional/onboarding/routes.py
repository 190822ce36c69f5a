"""`/v1/onboarding` for the tenant that is taken on, and the steps for the operators who take it on."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response

from transactional.access.domain import PlatformKeyNeeded, Unauthenticated
from transactional.access.operations import issue_key
from transactional.access.routes import OPERATORS_ONLY, Caller, DryRun
from transactional.csv_rows import csv_body, rows_of
from transactional.database import NO_TENANT, Connection, tenant_transaction
from transactional.fees.queries import live_day
from transactional.fees.refusals import UnknownTenant
from transactional.onboarding.checks import before_live, find_steps
from transactional.onboarding.documents import (
    ApplicationRequest,
    ApplicationRow,
    Applied,
    AppliedList,
    AppliedRow,
    Check,
    ConfigurationRequest,
    KeyRequest,
    NewKey,
    Onboarding,
    QualificationRequest,
    StepRequest,
)
from transactional.onboarding.domain import (
    NotOnboarding,
    NotReady,
    QualificationLapsed,
    StepOutOfTurn,
    TenantExists,
)
from transactional.onboarding.operations import (
    Application,
    apply,
    configure,
    go_live,
    pass_test,
    renew_qualification,
)
from transactional.problem_documents import responses
from transactional.problems import InvalidRequest, RequestTooLarge
from transactional.request_hash import request_hash
from transactional.request_types import Reference
from transactional.row_report import RowsRefused, all_or_nothing
from transactional.templates import add_template
from transactional.tenants import domain
from transactional.tenants.domain import ProgramRefused
from transactional.tenants.routes import Program

router = APIRouter(prefix="/v1", tags=["onboarding"])
platform_router = APIRouter(prefix="/v1/platform", tags=["platform: tenants"], dependencies=[OPERATORS_ONLY])


async def _shown(connection: Connection, tenant_id: UUID, request: Request) -> Onboarding:
    steps = await find_steps(connection, tenant_id=tenant_id)
    code = await connection.fetchval("select code from mall.tenant where tenant_id = $1", tenant_id)
    checks = await before_live(connection, tenant_id=tenant_id, now=request.app.state.clock())
    return Onboarding(
        tenant_id=tenant_id,
        code=code,
        **vars(steps),
        next_step=steps.next_step,
        is_test_mode=steps.live_on is None,
        checks=[Check.model_validate(check) for check in checks],
    )


@router.get(
    "/onboarding",
    summary="Show how far onboarding is",
    responses=responses(Unauthenticated, NotOnboarding, InvalidRequest),
)
async def show(tenant_id: Caller, request: Request) -> Onboarding:
    """Show when each step was done, what comes next, and what must be so before you go live."""
    async with tenant_transaction(request.app.state.pools.api, tenant_id) as connection:
        return await _shown(connection, tenant_id, request)


@platform_router.post(
    "/tenants",
    status_code=201,
    summary="Take an application",
    responses={
        200: {"model": Applied, "description": "The application was sent before; the key is not told again"},
        **responses(PlatformKeyNeeded, TenantExists, QualificationLapsed, InvalidRequest, RequestTooLarge),
    },
)
async def add(
    body: ApplicationRequest, request: Request, response: Response, dry_run: DryRun = False
) -> Applied:
    """Create a tenant in test mode, with the program and the features of its industry."""
    state = request.app.state
    async with tenant_transaction(state.pools.committer, NO_TENANT, dry_run=dry_run) as connection:
        tenant_id, api_key = await apply(
            connection,
            new=Application(**body.model_dump()),
            request_hash=request_hash(body, without={"applied_by"}),
            now=state.clock(),
        )
        shown = await _shown(connection, tenant_id, request)
    if api_key is None:
        response.status_code = 200
    return Applied(**shown.model_dump(), api_key=api_key)


@platform_router.post(
    "/tenants/import",
    summary="Take the applications of a CSV file",
    responses=responses(PlatformKeyNeeded, InvalidRequest, RowsRefused, RequestTooLarge),
    openapi_extra=csv_body(ApplicationRow),
)
async def import_tenants(
    request: Request, applied_by: Annotated[Reference, Query()], dry_run: DryRun = False
) -> AppliedList:
    """Create the tenants that are the rows of a file, or none of them."""
    rows = await rows_of(request, ApplicationRow)
    bodies = [ApplicationRequest.model_construct(**row.model_dump(), applied_by=applied_by) for row in rows]
    now = request.app.state.clock()
    async with tenant_transaction(
        request.app.state.pools.committer, NO_TENANT, dry_run=dry_run
    ) as connection:
        made = await all_or_nothing(
            bodies,
            lambda body: apply(
                connection,
                new=Application(**body.model_dump()),
                request_hash=request_hash(body, without={"applied_by"}),
                now=now,
            ),
        )
    told = [
        AppliedRow(code=row.code, tenant_id=tenant_id, api_key=key)
        for row, (tenant_id, key) in zip(rows, made, strict=True)
    ]
    return AppliedList(tenants=told)


add_template(platform_router, "/tenants", ApplicationRow, things="tenants", refusals=(PlatformKeyNeeded,))


@platform_router.get(
    "/tenants/{tenant_id}/onboarding",
    summary="Show how far a tenant is",
    responses=responses(PlatformKeyNeeded, NotOnboarding, InvalidRequest),
)
async def show_of(tenant_id: UUID, request: Request) -> Onboarding:
    """Show a tenant's steps and the check before it goes live."""
    async with tenant_transaction(request.app.state.pools.api, tenant_id) as connection:
        return await _shown(connection, tenant_id, request)


@platform_router.post(
    "/tenants/{tenant_id}/keys",
    status_code=201,
    summary="Make a further API key",
    responses=responses(PlatformKeyNeeded, UnknownTenant, InvalidRequest, RequestTooLarge),
)
async def add_key(tenant_id: UUID, body: KeyRequest, request: Request, dry_run: DryRun = False) -> NewKey:
    """Make a further API key of a tenant, which is told this once."""
    async with tenant_transaction(
        request.app.state.pools.committer, tenant_id, dry_run=dry_run
    ) as connection:
        await live_day(connection, tenant_id=tenant_id)
        return NewKey(api_key=await issue_key(connection, tenant_id=tenant_id, label=body.label))


@platform_router.put(
    "/tenants/{tenant_id}/onboarding/qualification",
    summary="Renew a tenant's qualification",
    responses=responses(
        PlatformKeyNeeded, NotOnboarding, QualificationLapsed, InvalidRequest, RequestTooLarge
    ),
)
async def renew(
    tenant_id: UUID, body: QualificationRequest, request: Request, dry_run: DryRun = False
) -> Onboarding:
    """Put a newer qualification in the place of the one there is, at any step; what it was is an administrative act."""
    state = request.app.state
    async with tenant_transaction(state.pools.committer, tenant_id, dry_run=dry_run) as connection:
        await renew_qualification(
            connection,
            tenant_id=tenant_id,
            number=body.qualification_number,
            expires_on=body.qualification_expires_on,
            by=body.handed_in_by,
            now=state.clock(),
        )
        return await _shown(connection, tenant_id, request)


@platform_router.put(
    "/tenants/{tenant_id}/onboarding/configuration",
    summary="Settle a tenant's program",
    responses=responses(
        PlatformKeyNeeded, NotOnboarding, StepOutOfTurn, ProgramRefused, InvalidRequest, RequestTooLarge
    ),
)
async def settle(
    tenant_id: UUID, body: ConfigurationRequest, request: Request, dry_run: DryRun = False
) -> Onboarding:
    """Keep the industry's program or settle another one; until the tenant is live it may be done again, and so may its test."""
    state = request.app.state
    program = None if body.program is None else _program(body.program)
    async with tenant_transaction(state.pools.committer, tenant_id, dry_run=dry_run) as connection:
        await configure(
            connection, tenant_id=tenant_id, program=program, by=body.configured_by, now=state.clock()
        )
        return await _shown(connection, tenant_id, request)


@platform_router.post(
    "/tenants/{tenant_id}/onboarding/test",
    summary="Note that a tenant passed its test",
    responses=responses(
        PlatformKeyNeeded, NotOnboarding, StepOutOfTurn, NotReady, InvalidRequest, RequestTooLarge
    ),
)
async def passed(tenant_id: UUID, body: StepRequest, request: Request, dry_run: DryRun = False) -> Onboarding:
    """Note that what test members did in the sandbox was accepted; it is checked that they did it."""
    state = request.app.state
    async with tenant_transaction(state.pools.committer, tenant_id, dry_run=dry_run) as connection:
        await pass_test(connection, tenant_id=tenant_id, by=body.done_by, now=state.clock())
        return await _shown(connection, tenant_id, request)


@platform_router.post(
    "/tenants/{tenant_id}/onboarding/live",
    summary="Let a tenant go live",
    responses=responses(
        PlatformKeyNeeded, NotOnboarding, StepOutOfTurn, NotReady, InvalidRequest, RequestTooLarge
    ),
)
async def open_mall(
    tenant_id: UUID, body: StepRequest, request: Request, dry_run: DryRun = False
) -> Onboarding:
    """Open the mall if every check is met; whoever registers from now on counts."""
    state = request.app.state
    async with tenant_transaction(state.pools.committer, tenant_id, dry_run=dry_run) as connection:
        await go_live(connection, tenant_id=tenant_id, by=body.done_by, now=state.clock())
        return await _shown(connection, tenant_id, request)


def _program(told: Program) -> domain.Program:
    return domain.Program(
        **told.model_dump(exclude={"cash", "offset"}),
        cash=domain.Rate(told.cash.points, told.cash.fen) if told.cash else None,
        offset=domain.Rate(told.offset.points, told.offset.fen) if told.offset else None,
    )
