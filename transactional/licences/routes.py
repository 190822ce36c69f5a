"""`/v1/licences` for everybody with a key, and `/v1/platform/licences` for those who keep the register."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response

from transactional.access.domain import PlatformKeyNeeded, Unauthenticated
from transactional.access.routes import Caller, DryRun
from transactional.clock import business_date
from transactional.csv_rows import csv_body, rows_of
from transactional.database import NO_TENANT, tenant_transaction
from transactional.licences.documents import (
    CorrectionRequest,
    Licence,
    LicenceAlert,
    LicenceAlertList,
    LicenceList,
    LicenceRequest,
    LicenceRow,
    LicencesImported,
    Register,
    RegisteredLicence,
    SeenRequest,
)
from transactional.licences.domain import (
    LicenceExists,
    LicenceLastsBackwards,
    UnknownLicence,
    UnknownLicenceAlert,
)
from transactional.licences.operations import (
    Correction,
    NewLicence,
    acknowledge,
    correct,
    register,
    register_all,
)
from transactional.licences.queries import list_alerts, list_licences, register_of
from transactional.problem_documents import responses
from transactional.problems import InvalidRequest, RequestTooLarge
from transactional.request_types import Reference
from transactional.row_report import RowsRefused
from transactional.sessions.asking import OPERATING_PEOPLE_ONLY, Operating
from transactional.sessions.domain import RoleNeeded, SessionOver
from transactional.templates import add_template

router = APIRouter(prefix="/v1", tags=["licences"])
platform_router = APIRouter(prefix="/v1/platform", tags=["platform: licences"])

_REFUSED = (PlatformKeyNeeded, SessionOver, RoleNeeded, InvalidRequest)


@router.get(
    "/licences", summary="List the platform's licences", responses=responses(Unauthenticated, InvalidRequest)
)
async def show_all(tenant_id: Caller, request: Request) -> LicenceList:
    """List the licences under which the platform works, by kind."""
    today = business_date(request.app.state.clock())
    async with tenant_transaction(request.app.state.pools.api, tenant_id) as connection:
        return LicenceList.model_validate({"licences": await list_licences(connection, today=today)})


@platform_router.get("/licences", summary="Show the register of licences", responses=responses(*_REFUSED))
async def show_register(_: Operating, request: Request) -> Register:
    """Show every licence with the days it lasts, its open alert and its corrections, what lapses first leading."""
    today = business_date(request.app.state.clock())
    async with tenant_transaction(request.app.state.pools.api, NO_TENANT) as connection:
        return Register.model_validate({"licences": await register_of(connection, today=today)})


@platform_router.post(
    "/licences",
    status_code=201,
    summary="Register a licence",
    responses={
        200: {"model": Licence, "description": "It was registered with these contents"},
        **responses(*_REFUSED, LicenceExists, RequestTooLarge),
    },
)
async def add(
    body: LicenceRequest, asker: Operating, request: Request, response: Response, dry_run: DryRun = False
) -> Licence:
    """Register a licence or a renewal; alerts open and close by it at once."""
    now, by = request.app.state.clock(), asker.acting(body.registered_by, "registered_by")
    new = NewLicence(**body.model_dump(exclude={"registered_by"}))
    async with tenant_transaction(request.app.state.pools.api, NO_TENANT, dry_run=dry_run) as connection:
        licence_id, is_new = await register(connection, new=new, by=by, now=now)
        (shown,) = await list_licences(connection, today=business_date(now), licence_id=licence_id)
    if not is_new:
        response.status_code = 200
    return Licence.model_validate(shown)


@platform_router.post(
    "/licences/import",
    summary="Register licences from a CSV file",
    responses=responses(*_REFUSED, RowsRefused, RequestTooLarge),
    openapi_extra=csv_body(LicenceRow),
)
async def import_licences(
    asker: Operating,
    request: Request,
    registered_by: Annotated[Reference | None, Query()] = None,
    dry_run: DryRun = False,
) -> LicencesImported:
    """Register the licences that are the rows of a file, or none of them."""
    by = asker.acting(registered_by, "registered_by")
    rows = await rows_of(request, LicenceRow)
    async with tenant_transaction(request.app.state.pools.api, NO_TENANT, dry_run=dry_run) as connection:
        registered = await register_all(
            connection,
            licences=[NewLicence(**row.model_dump()) for row in rows],
            by=by,
            now=request.app.state.clock(),
        )
    return LicencesImported(registered=registered, known=len(rows) - registered)


add_template(
    platform_router,
    "/licences",
    LicenceRow,
    things="licences",
    asked_by=[OPERATING_PEOPLE_ONLY],
    refusals=_REFUSED,
)


@platform_router.patch(
    "/licences/{licence_id}",
    summary="Correct a licence",
    responses=responses(*_REFUSED, UnknownLicence, LicenceLastsBackwards, RequestTooLarge),
)
async def put_right(
    licence_id: UUID, body: CorrectionRequest, asker: Operating, request: Request, dry_run: DryRun = False
) -> RegisteredLicence:
    """Correct what was written down wrongly of a licence; what stood there is kept, and alerts follow at once."""
    now, by = request.app.state.clock(), asker.acting(body.corrected_by, "corrected_by")
    told = Correction(**body.model_dump(exclude={"corrected_by"}))
    async with tenant_transaction(request.app.state.pools.api, NO_TENANT, dry_run=dry_run) as connection:
        await correct(connection, licence_id=licence_id, told=told, by=by, now=now)
        (shown,) = await register_of(connection, today=business_date(now), licence_id=licence_id)
    return RegisteredLicence.model_validate(shown)


@platform_router.get("/licences/alerts", summary="List licence alerts", responses=responses(*_REFUSED))
async def show_alerts(_: Operating, request: Request, with_closed: bool = False) -> LicenceAlertList:
    """List what lapses or has lapsed, and on demand what was closed by a renewal."""
    async with tenant_transaction(request.app.state.pools.api, NO_TENANT) as connection:
        alerts = await list_alerts(connection, with_closed=with_closed)
    return LicenceAlertList.model_validate({"alerts": alerts})


@platform_router.post(
    "/licences/alerts/{alert_id}/acknowledgement",
    summary="Note that an alert was seen",
    responses=responses(*_REFUSED, UnknownLicenceAlert, RequestTooLarge),
)
async def see(
    alert_id: UUID, body: SeenRequest, asker: Operating, request: Request, dry_run: DryRun = False
) -> LicenceAlert:
    """Note who has seen an alert; the first one stays, and the alert stays open."""
    by = asker.acting(body.acknowledged_by, "acknowledged_by")
    async with tenant_transaction(request.app.state.pools.api, NO_TENANT, dry_run=dry_run) as connection:
        await acknowledge(connection, alert_id=alert_id, by=by, now=request.app.state.clock())
        (shown,) = await list_alerts(connection, with_closed=True, alert_id=alert_id)
    return LicenceAlert.model_validate(shown)
