"""`/v1/platform/tariffs` and `/v1/platform/tenants/{tenant_id}/fees`: the operators announce tariffs and charge."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response

from transactional.access.domain import PlatformKeyNeeded
from transactional.access.routes import OPERATORS_ONLY, DryRun
from transactional.csv_rows import csv_body, rows_of
from transactional.database import NO_TENANT, tenant_transaction
from transactional.fees import documents, domain
from transactional.fees.operations import NewCharge, NewTariff, announce_tariff, charge, charge_all
from transactional.fees.queries import list_fees, list_tariffs
from transactional.fees.refusals import (
    FeeExists,
    MonthInvoiced,
    NotChargedByHand,
    NotConfirmed,
    NotLive,
    TariffExists,
    UnknownTenant,
)
from transactional.problem_documents import responses
from transactional.problems import InvalidRequest, Problem, RequestTooLarge
from transactional.request_hash import request_hash
from transactional.request_types import Day, Reference
from transactional.row_report import RowsRefused
from transactional.templates import add_template

router = APIRouter(prefix="/v1/platform", tags=["platform: money"], dependencies=[OPERATORS_ONLY])

_OF_A_CHARGE: tuple[type[Problem], ...] = (
    UnknownTenant, NotLive, NotConfirmed, NotChargedByHand, FeeExists, MonthInvoiced,
)  # fmt: skip


@router.post(
    "/tariffs",
    status_code=201,
    summary="Announce a tariff",
    responses={
        200: {"model": documents.Tariff, "description": "It was announced with these contents"},
        **responses(PlatformKeyNeeded, TariffExists, InvalidRequest, RequestTooLarge),
    },
)
async def announce(
    body: documents.TariffRequest, request: Request, response: Response, dry_run: DryRun = False
) -> documents.Tariff:
    """Announce what is charged from a day on; it binds nobody who has not confirmed it."""
    return await _announce(body, request, response, dry_run)


@router.post(
    "/tariffs/import",
    status_code=201,
    summary="Announce a tariff from a CSV file",
    responses={
        200: {"model": documents.Tariff, "description": "It was announced with these contents"},
        **responses(PlatformKeyNeeded, TariffExists, InvalidRequest, RowsRefused, RequestTooLarge),
    },
    openapi_extra=csv_body(documents.TariffLineRow),
)
async def import_tariff(
    request: Request,
    response: Response,
    reference: Annotated[Reference, Query()],
    valid_from: Annotated[Day, Query()],
    announced_by: Annotated[Reference, Query()],
    dry_run: DryRun = False,
) -> documents.Tariff:
    """Announce a tariff whose lines are the rows of a file."""
    rows = await rows_of(request, documents.TariffLineRow)
    try:
        body = documents.TariffRequest.model_validate(
            {
                "reference": reference, "valid_from": valid_from.isoformat(), "announced_by": announced_by,
                "lines": [row.model_dump() for row in rows],
            }
        )  # fmt: skip
    except ValueError as error:
        raise InvalidRequest(f"the lines are no tariff: {error}") from error
    return await _announce(body, request, response, dry_run)


add_template(
    router, "/tariffs", documents.TariffLineRow, things="lines of a tariff", refusals=(PlatformKeyNeeded,)
)


@router.post(
    "/tenants/{tenant_id}/fees",
    status_code=201,
    summary="Charge a tenant",
    responses={
        200: {"model": documents.Fee, "description": "The reference and this charge were sent before"},
        **responses(PlatformKeyNeeded, *_OF_A_CHARGE, InvalidRequest, RequestTooLarge),
    },
)
async def charge_by_hand(
    tenant_id: UUID,
    body: documents.ChargeRequest,
    request: Request,
    response: Response,
    dry_run: DryRun = False,
) -> documents.Fee:
    """Charge pieces of a line for a day on which the tenant had confirmed it."""
    async with tenant_transaction(request.app.state.pools.api, tenant_id, dry_run=dry_run) as connection:
        fee_id, is_new = await charge(
            connection,
            tenant_id=tenant_id,
            new=NewCharge(body.reference, body.line_code, body.quantity, body.day),
            by=body.charged_by,
            now=request.app.state.clock(),
        )
        (fee,) = await list_fees(connection, tenant_id=tenant_id, fee_id=fee_id)
    if not is_new:
        response.status_code = 200
    return documents.Fee.model_validate(fee)


@router.post(
    "/tenants/{tenant_id}/fees/import",
    summary="Charge a tenant from a CSV file",
    responses=responses(PlatformKeyNeeded, UnknownTenant, InvalidRequest, RowsRefused, RequestTooLarge),
    openapi_extra=csv_body(documents.ChargeRow),
)
async def import_charges(
    tenant_id: UUID, request: Request, charged_by: Annotated[Reference, Query()], dry_run: DryRun = False
) -> documents.Charged:
    """Charge every row of a file, or nothing of it."""
    rows = await rows_of(request, documents.ChargeRow)
    charges = [NewCharge(row.reference, row.line_code, row.quantity, row.day) for row in rows]
    async with tenant_transaction(request.app.state.pools.api, tenant_id, dry_run=dry_run) as connection:
        charged = await charge_all(
            connection, tenant_id=tenant_id, charges=charges, by=charged_by, now=request.app.state.clock()
        )
    return documents.Charged(charged=charged, known=len(charges) - charged)


add_template(router, "/fees", documents.ChargeRow, things="charges", refusals=(PlatformKeyNeeded,))


async def _announce(
    body: documents.TariffRequest, request: Request, response: Response, dry_run: bool
) -> documents.Tariff:
    lines = tuple(domain.TariffLine(**line.model_dump()) for line in body.lines)
    new = NewTariff(body.reference, body.valid_from, lines, body.announced_by)
    async with tenant_transaction(request.app.state.pools.api, NO_TENANT, dry_run=dry_run) as connection:
        tariff_id, is_new = await announce_tariff(
            connection,
            new=new,
            request_hash=request_hash(body, without={"announced_by"}),
            now=request.app.state.clock(),
        )
        (shown,) = await list_tariffs(connection, tariff_id=tariff_id)
    if not is_new:
        response.status_code = 200
    return documents.Tariff.model_validate(shown)
