"""`/v1/redemptions/{id}/shipments` and `/v1/shipments`: registering parcels and following them."""

from contextlib import suppress
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response

from transactional.access.domain import Unauthenticated
from transactional.access.routes import Caller, DryRun
from transactional.after_sales.domain import UnknownCase
from transactional.database import tenant_transaction
from transactional.fulfilment.asking import ask_for_shipment
from transactional.fulfilment.carriers.domain import CarrierRefused, CarrierUnavailable, UnknownCarrier
from transactional.fulfilment.documents import Shipment, ShipmentHistory, ShipmentPage, ShipmentRequest
from transactional.fulfilment.progressing import advance
from transactional.fulfilment.queries import find_shipment, list_shipments, require_redemption
from transactional.fulfilment.refusals import NotToBeShipped, ShipmentExists, TooManyPieces, UnknownShipment
from transactional.fulfilment.registering import register_as_asked
from transactional.fulfilment.states import ShipmentStatus
from transactional.problem_documents import responses
from transactional.problems import InvalidRequest, Problem, RequestTooLarge
from transactional.redemption.domain import UnknownRedemption
from transactional.redemption.refusals import UnknownLine
from transactional.sessions.asking import Asking, Serving
from transactional.sessions.domain import RoleNeeded, SessionOver
from transactional.warehouses.domain import UnknownWarehouse

router = APIRouter(prefix="/v1", tags=["shipments"])


@router.post(
    "/redemptions/{redemption_id}/shipments",
    status_code=201,
    summary="Register a parcel",
    responses={
        200: {"model": ShipmentHistory, "description": "The reference and these contents were sent before"},
        **responses(
            Unauthenticated,
            SessionOver,
            RoleNeeded,
            UnknownRedemption,
            UnknownLine,
            UnknownWarehouse,
            UnknownCase,
            ShipmentExists,
            NotToBeShipped,
            TooManyPieces,
            InvalidRequest,
            RequestTooLarge,
        ),
    },
)
async def add(
    redemption_id: UUID,
    body: ShipmentRequest,
    asker: Serving,
    request: Request,
    response: Response,
    dry_run: DryRun = False,
) -> ShipmentHistory:
    """Register a parcel of goods of a redemption; its carrier's news ship and deliver the redemption."""
    now = request.app.state.clock()
    async with tenant_transaction(
        request.app.state.pools.api, asker.tenant_id, dry_run=dry_run
    ) as connection:
        shipment_id, is_new = await register_as_asked(
            connection, tenant_id=asker.tenant_id, redemption_id=redemption_id, asked=body, now=now
        )
        shipment = await find_shipment(
            connection, tenant_id=asker.tenant_id, shipment_id=shipment_id, now=now
        )
    if not is_new:
        response.status_code = 200
    return ShipmentHistory.model_validate(shipment)


@router.get(
    "/redemptions/{redemption_id}/shipments",
    summary="List a redemption's parcels",
    responses=responses(Unauthenticated, SessionOver, UnknownRedemption, InvalidRequest),
)
async def show_of_redemption(redemption_id: UUID, asker: Asking, request: Request) -> ShipmentPage:
    """List the parcels of a redemption, the newest first."""
    async with tenant_transaction(request.app.state.pools.api, asker.tenant_id) as connection:
        await require_redemption(connection, tenant_id=asker.tenant_id, redemption_id=redemption_id)
        found = await list_shipments(
            connection,
            tenant_id=asker.tenant_id,
            now=request.app.state.clock(),
            redemption_id=redemption_id,
            limit=1000,
        )
    return ShipmentPage(shipments=[Shipment.model_validate(dict(row)) for row in found], next_before=None)


@router.get(
    "/shipments",
    summary="List parcels",
    responses=responses(Unauthenticated, SessionOver, InvalidRequest),
)
async def show_all(
    asker: Asking,
    request: Request,
    status: ShipmentStatus | None = None,
    is_late: bool | None = None,
    before: UUID | None = None,
    limit: Annotated[int, Query(ge=1, le=1000)] = 200,
) -> ShipmentPage:
    """List parcels, the newest first; `is_late=true` shows those past their promise."""
    async with tenant_transaction(request.app.state.pools.api, asker.tenant_id) as connection:
        found = await list_shipments(
            connection,
            tenant_id=asker.tenant_id,
            now=request.app.state.clock(),
            status=status,
            is_late=is_late,
            before=before,
            limit=limit + 1,
        )
    page = [Shipment.model_validate(dict(row)) for row in found[:limit]]
    return ShipmentPage(shipments=page, next_before=page[-1].shipment_id if len(found) > limit else None)


@router.get(
    "/shipments/{shipment_id}",
    summary="Show a parcel",
    responses=responses(Unauthenticated, SessionOver, UnknownShipment, InvalidRequest),
)
async def show(shipment_id: UUID, asker: Asking, request: Request) -> ShipmentHistory:
    """Show a parcel with what its carrier told."""
    async with tenant_transaction(request.app.state.pools.api, asker.tenant_id) as connection:
        shipment = await find_shipment(
            connection, tenant_id=asker.tenant_id, shipment_id=shipment_id, now=request.app.state.clock()
        )
    return ShipmentHistory.model_validate(shipment)


@router.post(
    "/shipments/{shipment_id}/inquiry",
    summary="Ask the carrier now",
    responses=responses(
        Unauthenticated,
        UnknownShipment,
        UnknownCarrier,
        CarrierUnavailable,
        CarrierRefused,
        InvalidRequest,
        RequestTooLarge,
    ),
)
async def ask(shipment_id: UUID, tenant_id: Caller, request: Request) -> ShipmentHistory:
    """Ask the carrier for all it knows of a parcel, as the worker does every few hours; news that got lost come so."""
    state = request.app.state
    now = state.clock()
    redemption_id = await ask_for_shipment(
        state.pools, state.carriers, tenant_id=tenant_id, shipment_id=shipment_id, now=now
    )
    if redemption_id is not None:
        # The parcel has been told of; if the engine is away, the worker tells the redemption.
        with suppress(Problem):
            await advance(
                state.pools, state.committer, tenant_id=tenant_id, redemption_id=redemption_id, now=now
            )
    async with tenant_transaction(state.pools.api, tenant_id) as connection:
        shipment = await find_shipment(connection, tenant_id=tenant_id, shipment_id=shipment_id, now=now)
    return ShipmentHistory.model_validate(shipment)
