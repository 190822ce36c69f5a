"""`/v1/licences` for everybody with a key, and `/v1/platform/licences` for those who keep the register."""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field, model_validator

from transactional.access.domain import PlatformKeyNeeded, Unauthenticated
from transactional.access.routes import OPERATORS_ONLY, Caller, DryRun
from transactional.clock import business_date
from transactional.csv_rows import csv_body, rows_of
from transactional.database import Connection, tenant_transaction
from transactional.licences.domain import LicenceExists, UnknownLicenceAlert
from transactional.licences.operations import NewLicence, acknowledge, register, register_all
from transactional.problem_documents import responses
from transactional.problems import InvalidRequest, RequestTooLarge
from transactional.request_types import Code, Day, Reference
from transactional.row_report import RowsRefused

router = APIRouter(prefix="/v1", tags=["licences"])
platform_router = APIRouter(prefix="/v1/platform", tags=["platform: licences"], dependencies=[OPERATORS_ONLY])

# Licences are the platform's own, so the transaction names no tenant.
_NOBODY = UUID(int=0)
_LICENCES = """
select licence_id, kind, number, holder, valid_from, expires_on, $1::date between valid_from and expires_on as is_valid
from mall.licence
where $2::uuid is null or licence_id = $2
order by kind, expires_on desc
"""
_ALERTS = """
select a.alert_id, a.licence_id, l.kind, l.number, l.expires_on, a.days_before, a.opened_at, a.acknowledged_at,
    a.acknowledged_by, a.closed_at
from mall.licence_alert a
join mall.licence l using (licence_id)
where ($1::uuid is null or a.alert_id = $1) and ($2 or a.closed_at is null)
order by l.expires_on, a.days_before
limit 1000
"""


class LicenceRow(BaseModel):
    """A licence; kinds are codes such as value_added_telecom and internet_culture. Both days are included."""

    model_config = ConfigDict(extra="forbid")

    kind: Code
    number: Annotated[Reference, Field(max_length=100)]
    holder: Reference
    valid_from: Day
    expires_on: Day

    @model_validator(mode="after")
    def _in_order(self) -> "LicenceRow":
        if self.expires_on < self.valid_from:
            raise ValueError("expires_on: the last day lies before the first")
        return self


class LicenceRequest(LicenceRow):
    """A licence to register. Sent again with the same contents it changes nothing."""

    registered_by: Reference


class Licence(BaseModel):
    """A licence, and whether today is one of its days."""

    licence_id: UUID
    kind: str
    number: str
    holder: str
    valid_from: date
    expires_on: date
    is_valid: bool


class LicenceList(BaseModel):
    """Licences by kind, those that last longest first."""

    licences: list[Licence]


class LicenceAlert(BaseModel):
    """A licence lapses within so many days, or has lapsed; it closes when another of the kind lasts longer."""

    alert_id: UUID
    licence_id: UUID
    kind: str
    number: str
    expires_on: date
    days_before: int
    opened_at: datetime
    acknowledged_at: datetime | None
    acknowledged_by: str | None
    closed_at: datetime | None


class LicenceAlertList(BaseModel):
    """Alerts, what lapses first at the top."""

    alerts: list[LicenceAlert]


class SeenRequest(BaseModel):
    """Who has seen it."""

    model_config = ConfigDict(extra="forbid")

    acknowledged_by: Reference


class LicencesImported(BaseModel):
    """How many licences of a file were new and how many were known, which changed nothing."""

    registered: int
    known: int


async def _listed(connection: Connection, today: date, licence_id: UUID | None = None) -> list[Licence]:
    rows = await connection.fetch(_LICENCES, today, licence_id)
    return [Licence.model_validate(dict(row)) for row in rows]


@router.get(
    "/licences", summary="List the platform's licences", responses=responses(Unauthenticated, InvalidRequest)
)
async def show_all(tenant_id: Caller, request: Request) -> LicenceList:
    """List the licences under which the platform works, by kind."""
    today = business_date(request.app.state.clock())
    async with tenant_transaction(request.app.state.pools.api, tenant_id) as connection:
        return LicenceList(licences=await _listed(connection, today))


@platform_router.post(
    "/licences",
    status_code=201,
    summary="Register a licence",
    responses={
        200: {"model": Licence, "description": "It was registered with these contents"},
        **responses(PlatformKeyNeeded, LicenceExists, InvalidRequest, RequestTooLarge),
    },
)
async def add(body: LicenceRequest, request: Request, response: Response, dry_run: DryRun = False) -> Licence:
    """Register a licence or a renewal; alerts open and close by it at once."""
    now = request.app.state.clock()
    new = NewLicence(**body.model_dump(exclude={"registered_by"}))
    async with tenant_transaction(request.app.state.pools.api, _NOBODY, dry_run=dry_run) as connection:
        licence_id, is_new = await register(connection, new=new, by=body.registered_by, now=now)
        (shown,) = await _listed(connection, business_date(now), licence_id)
    if not is_new:
        response.status_code = 200
    return shown


@platform_router.post(
    "/licences/import",
    summary="Register licences from a CSV file",
    responses=responses(PlatformKeyNeeded, InvalidRequest, RowsRefused, RequestTooLarge),
    openapi_extra=csv_body(LicenceRow),
)
async def import_licences(
    request: Request, registered_by: Annotated[Reference, Query()], dry_run: DryRun = False
) -> LicencesImported:
    """Register the licences that are the rows of a file, or none of them."""
    rows = await rows_of(request, LicenceRow)
    async with tenant_transaction(request.app.state.pools.api, _NOBODY, dry_run=dry_run) as connection:
        registered = await register_all(
            connection,
            licences=[NewLicence(**row.model_dump()) for row in rows],
            by=registered_by,
            now=request.app.state.clock(),
        )
    return LicencesImported(registered=registered, known=len(rows) - registered)


@platform_router.get(
    "/licences/alerts",
    summary="List licence alerts",
    responses=responses(PlatformKeyNeeded, InvalidRequest),
)
async def show_alerts(request: Request, with_closed: bool = False) -> LicenceAlertList:
    """List what lapses or has lapsed, and on demand what was closed by a renewal."""
    rows = await request.app.state.pools.api.fetch(_ALERTS, None, with_closed)
    return LicenceAlertList.model_validate({"alerts": [dict(row) for row in rows]})


@platform_router.post(
    "/licences/alerts/{alert_id}/acknowledgement",
    summary="Note that an alert was seen",
    responses=responses(PlatformKeyNeeded, UnknownLicenceAlert, InvalidRequest, RequestTooLarge),
)
async def see(alert_id: UUID, body: SeenRequest, request: Request, dry_run: DryRun = False) -> LicenceAlert:
    """Note who has seen an alert; the first one stays, and the alert stays open."""
    async with tenant_transaction(request.app.state.pools.api, _NOBODY, dry_run=dry_run) as connection:
        await acknowledge(
            connection, alert_id=alert_id, by=body.acknowledged_by, now=request.app.state.clock()
        )
        (row,) = await connection.fetch(_ALERTS, alert_id, True)
    return LicenceAlert.model_validate(dict(row))
