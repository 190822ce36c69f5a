"""`/v1/fulfilment` and `/v1/compensations`: what is promised, and what became of promises that were not kept."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request

from transactional.access.domain import Unauthenticated
from transactional.access.routes import DryRun
from transactional.database import tenant_transaction
from transactional.fulfilment.clocks import DELIVER_WITHIN, SHIP_WITHIN
from transactional.fulfilment.compensations import settle_compensation
from transactional.fulfilment.documents import (
    Compensation,
    CompensationPage,
    Party,
    RestDay,
    RestDayList,
    RestDaysRequest,
    SettlementRequest,
    Terms,
    TermsRequest,
)
from transactional.fulfilment.queries import list_compensations
from transactional.fulfilment.refusals import CompensationSettled, UnknownCompensation
from transactional.fulfilment.terms import announce_rest_days, change_terms, rest_days, terms_of
from transactional.problem_documents import responses
from transactional.problems import InvalidRequest, RequestTooLarge
from transactional.sessions.asking import Asking, Serving
from transactional.sessions.domain import RoleNeeded, SessionOver

router = APIRouter(prefix="/v1", tags=["delivery promises"])

_HOUR = 3600


@router.get(
    "/fulfilment/terms",
    summary="Show what is promised",
    responses=responses(Unauthenticated, SessionOver, InvalidRequest),
)
async def show_terms(asker: Asking, request: Request) -> Terms:
    """Show the hours the platform promises and the points of a broken promise."""
    async with tenant_transaction(request.app.state.pools.api, asker.tenant_id) as connection:
        return _terms(*await terms_of(connection, asker.tenant_id))


@router.put(
    "/fulfilment/terms",
    summary="Change the points of a broken promise",
    responses=responses(Unauthenticated, SessionOver, RoleNeeded, InvalidRequest, RequestTooLarge),
)
async def put_terms(body: TermsRequest, asker: Serving, request: Request, dry_run: DryRun = False) -> Terms:
    """Change the points that a member is credited for a promise that is broken from now on, and whether clocks rest on
    the public holidays, those of `/v1/platform/working-days`, from tomorrow on."""
    async with tenant_transaction(
        request.app.state.pools.api, asker.tenant_id, dry_run=dry_run
    ) as connection:
        await change_terms(
            connection,
            tenant_id=asker.tenant_id,
            compensation_points=body.compensation_points,
            rests_on_holidays=body.rests_on_holidays,
            by=asker.acting(body.changed_by, "changed_by"),
            now=request.app.state.clock(),
        )
        return _terms(*await terms_of(connection, asker.tenant_id))


@router.get(
    "/fulfilment/rest-days",
    summary="List rest days",
    responses=responses(Unauthenticated, SessionOver, InvalidRequest),
)
async def show_rest_days(asker: Asking, request: Request) -> RestDayList:
    """List the business days on which no clock of a delivery runs."""
    async with tenant_transaction(request.app.state.pools.api, asker.tenant_id) as connection:
        found = await rest_days(connection, tenant_id=asker.tenant_id)
    return RestDayList(days=[RestDay.model_validate(dict(row)) for row in found])


@router.put(
    "/fulfilment/rest-days",
    summary="Announce rest days",
    responses=responses(Unauthenticated, SessionOver, RoleNeeded, InvalidRequest, RequestTooLarge),
)
async def put_rest_days(
    body: RestDaysRequest, asker: Serving, request: Request, dry_run: DryRun = False
) -> RestDayList:
    """Announce the rest days to come, such as those of Spring Festival, in place of those announced before.

    What was promised before keeps its time.
    """
    async with tenant_transaction(
        request.app.state.pools.api, asker.tenant_id, dry_run=dry_run
    ) as connection:
        await announce_rest_days(
            connection,
            tenant_id=asker.tenant_id,
            days={rest.day: rest.note for rest in body.days},
            by=asker.acting(body.announced_by, "announced_by"),
            now=request.app.state.clock(),
        )
        found = await rest_days(connection, tenant_id=asker.tenant_id)
    return RestDayList(days=[RestDay.model_validate(dict(row)) for row in found])


@router.get(
    "/compensations",
    summary="List compensations",
    responses=responses(Unauthenticated, SessionOver, InvalidRequest),
)
async def show_compensations(
    asker: Asking,
    request: Request,
    party: Party | None = None,
    is_settled: bool | None = None,
    before: UUID | None = None,
    limit: Annotated[int, Query(ge=1, le=1000)] = 200,
) -> CompensationPage:
    """List promises that were not kept, the newest first, with who is responsible."""
    async with tenant_transaction(request.app.state.pools.api, asker.tenant_id) as connection:
        found = await list_compensations(
            connection,
            tenant_id=asker.tenant_id,
            party=party,
            is_settled=is_settled,
            before=before,
            limit=limit + 1,
        )
    page = [Compensation.model_validate(dict(row)) for row in found[:limit]]
    return CompensationPage(
        compensations=page, next_before=page[-1].compensation_id if len(found) > limit else None
    )


@router.post(
    "/compensations/{compensation_id}/settlement",
    summary="Settle a compensation",
    responses=responses(
        Unauthenticated,
        SessionOver,
        RoleNeeded,
        UnknownCompensation,
        CompensationSettled,
        InvalidRequest,
        RequestTooLarge,
    ),
)
async def settle(
    compensation_id: UUID,
    body: SettlementRequest,
    asker: Serving,
    request: Request,
    dry_run: DryRun = False,
) -> Compensation:
    """Note that the responsible party has paid, or need not; the same again changes nothing."""
    tenant_id = asker.tenant_id
    async with tenant_transaction(request.app.state.pools.api, tenant_id, dry_run=dry_run) as connection:
        await settle_compensation(
            connection,
            tenant_id=tenant_id,
            compensation_id=compensation_id,
            outcome=body.outcome,
            by=asker.acting(body.settled_by, "settled_by"),
            note=body.note,
            now=request.app.state.clock(),
        )
        found = await list_compensations(
            connection, tenant_id=tenant_id, compensation_id=compensation_id, limit=1
        )
    return Compensation.model_validate(dict(found[0]))


def _terms(points: int, rests_on_holidays: bool) -> Terms:
    hours = {region: int(within.total_seconds()) // _HOUR for region, within in DELIVER_WITHIN.items()}
    return Terms(
        ship_within_hours=int(SHIP_WITHIN.total_seconds()) // _HOUR,
        deliver_within_hours=hours["nationwide"],
        deliver_within_hours_remote=hours["remote"],
        compensation_points=points,
        rests_on_holidays=rests_on_holidays,
    )
