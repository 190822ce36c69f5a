"""`/v1/carriage` for a tenant, and `/v1/platform/carriage` for the operators who announce carriers' rates."""

from dataclasses import asdict
from datetime import date
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response

from transactional.access.domain import PlatformKeyNeeded, Unauthenticated
from transactional.access.routes import OPERATORS_ONLY, Caller, DryRun
from transactional.carriage import documents
from transactional.carriage.domain import NoCarrierRate, RateExists, month_end, rate_on
from transactional.carriage.operations import announce_rate, announce_rates
from transactional.carriage.queries import list_rates, months_of_carriers, volume_of
from transactional.clock import business_date
from transactional.csv_rows import csv_body, rows_of
from transactional.database import NO_TENANT, tenant_transaction
from transactional.fees.documents import Month
from transactional.fulfilment.carriers.domain import CarrierName
from transactional.fulfilment.clocks import region_of
from transactional.fulfilment.documents import Province
from transactional.problem_documents import responses
from transactional.problems import InvalidRequest, RequestTooLarge
from transactional.request_types import Reference
from transactional.row_report import RowsRefused
from transactional.templates import add_template

router = APIRouter(prefix="/v1", tags=["carriage"])
platform_router = APIRouter(prefix="/v1/platform", tags=["platform: carriage"], dependencies=[OPERATORS_ONLY])

_ThisMonth = Annotated[Month | None, Query(description="This one if left out.")]


@router.get(
    "/carriage/rates", summary="List carriers' rates", responses=responses(Unauthenticated, InvalidRequest)
)
async def show_rates(tenant_id: Caller, request: Request) -> documents.RateList:
    """List what carriers ask for parcels by region, weight and monthly volume."""
    async with tenant_transaction(request.app.state.pools.api, tenant_id) as connection:
        rates = await list_rates(connection)
    return documents.RateList.model_validate({"rates": [asdict(rate) for rate in rates]})


@router.get(
    "/carriage/quote",
    summary="Quote a parcel",
    responses=responses(Unauthenticated, NoCarrierRate, InvalidRequest),
)
async def quote(
    tenant_id: Caller,
    request: Request,
    carrier: CarrierName,
    province: Province,
    grams: Annotated[int, Query(ge=1, le=documents.MOST_GRAMS)],
) -> documents.CarriageQuote:
    """Tell what a parcel costs today, at the discount that the month's parcels have reached."""
    today = business_date(request.app.state.clock())
    region = region_of(province)
    async with tenant_transaction(request.app.state.pools.committer, tenant_id) as connection:
        rate = rate_on(await list_rates(connection), carrier=carrier, region=region, day=today)
        volume = await volume_of(connection, carrier=carrier, month=today.replace(day=1), today=today)
    if rate is None:
        raise NoCarrierRate(carrier, region, today)
    return documents.CarriageQuote(
        carrier=carrier,
        region=region,
        grams=grams,
        list_fen=rate.list_fen(grams),
        discount_bp=rate.discount_bp(volume),
        fen=rate.fen(grams, volume),
    )


@router.get(
    "/carriage/estimate",
    summary="Estimate a month's carriage",
    responses=responses(Unauthenticated, InvalidRequest),
)
async def estimate(tenant_id: Caller, request: Request, month: _ThisMonth = None) -> documents.MonthEstimate:
    """Estimate what the carriage of your parcels comes to: so far, and to the month's end if it goes on so."""
    return documents.MonthEstimate.model_validate(await _estimate(request, tenant_id, month))


@platform_router.get(
    "/carriage/estimate",
    summary="Estimate a month's carriage of all tenants",
    responses=responses(PlatformKeyNeeded, InvalidRequest),
)
async def estimate_all(request: Request, month: _ThisMonth = None) -> documents.PlatformMonthEstimate:
    """Estimate what the carriage of all tenants' parcels comes to, and how many decide the discount."""
    return documents.PlatformMonthEstimate.model_validate(await _estimate(request, None, month))


@platform_router.post(
    "/carriage/rates",
    status_code=201,
    summary="Announce a carrier's rate",
    responses={
        200: {"model": documents.CarrierRate, "description": "It was announced with these contents"},
        **responses(PlatformKeyNeeded, RateExists, InvalidRequest, RequestTooLarge),
    },
)
async def announce(
    body: documents.RateRequest, request: Request, response: Response, dry_run: DryRun = False
) -> documents.CarrierRate:
    """Announce what a carrier asks for parcels to a region from a day on; an older rate ends there."""
    rate = body.rate()
    async with tenant_transaction(request.app.state.pools.api, NO_TENANT, dry_run=dry_run) as connection:
        is_new = await announce_rate(
            connection, rate=rate, by=body.announced_by, now=request.app.state.clock()
        )
    if not is_new:
        response.status_code = 200
    return documents.CarrierRate.model_validate(asdict(rate))


@platform_router.post(
    "/carriage/rates/import",
    summary="Announce carriers' rates from a CSV or Excel file",
    responses=responses(PlatformKeyNeeded, InvalidRequest, RowsRefused, RequestTooLarge),
    openapi_extra=csv_body(documents.RateRow),
)
async def import_rates(
    request: Request, announced_by: Annotated[Reference, Query()], dry_run: DryRun = False
) -> documents.RatesImported:
    """Announce the rates that are the rows of a file, or none of them."""
    rows = await rows_of(request, documents.RateRow)
    async with tenant_transaction(request.app.state.pools.api, NO_TENANT, dry_run=dry_run) as connection:
        announced = await announce_rates(
            connection, rates=[row.rate() for row in rows], by=announced_by, now=request.app.state.clock()
        )
    return documents.RatesImported(announced=announced, known=len(rows) - announced)


add_template(
    platform_router,
    "/carriage/rates",
    documents.RateRow,
    things="carriers' rates",
    refusals=(PlatformKeyNeeded,),
)


async def _estimate(request: Request, tenant_id: UUID | None, month: date | None) -> dict[str, Any]:
    today = business_date(request.app.state.clock())
    first = month or today.replace(day=1)
    if first > today:
        raise InvalidRequest("month: it has not begun")
    async with tenant_transaction(request.app.state.pools.committer, tenant_id or NO_TENANT) as connection:
        found = await months_of_carriers(connection, tenant_id=tenant_id, month=first, today=today)
    return {
        "month": first,
        "until": min(today, month_end(first)),
        "fen": sum(one.fen for one in found),
        "expected_fen": sum(one.expected_fen for one in found),
        "carriers": [asdict(one) for one in found],
    }
