"""`/v1/flash-sales`: opening, listing and closing them. Buying in one is a redemption."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request, Response
from pydantic import BaseModel, Field

from transactional.access.domain import Unauthenticated
from transactional.access.routes import DryRun
from transactional.catalogue.domain import UnknownItem
from transactional.database import tenant_transaction
from transactional.features.asking import using
from transactional.features.domain import FeatureOff
from transactional.flash_sales.domain import SaleExists, UnknownSale
from transactional.flash_sales.opening import open_as_asked
from transactional.flash_sales.operations import close_sale
from transactional.flash_sales.queries import find_sale, sales_of
from transactional.flash_sales.requests import NewFlashSale
from transactional.problem_documents import responses
from transactional.problems import InvalidRequest, RequestTooLarge
from transactional.redemption.domain import OutOfStock, UnknownOffer
from transactional.reservations.domain import ReservationEnded, ReservationOfOther, UnknownReservation
from transactional.sessions.asking import Asker, Asking, Deciding, decider
from transactional.sessions.domain import RoleNeeded, SessionOver

router = APIRouter(prefix="/v1", tags=["flash sales"])

opener = using("flash_sales", decider)


class FlashSale(BaseModel):
    """A sale as it is now; `status` is scheduled, open, sold_out, over or closed."""

    sale_id: UUID
    reference: str
    item_id: UUID
    item_name: str
    price_points: int
    starts_at: datetime
    ends_at: datetime
    allotted: int
    left_count: int = Field(description="Pieces still to be had; of a closed sale, those that went back.")
    member_limit: int
    status: str
    closed_at: datetime | None


class FlashSalePage(BaseModel):
    """A page of sales; ask for the next one with `after=next_after`."""

    sales: list[FlashSale]
    next_after: UUID | None


@router.post(
    "/flash-sales",
    status_code=201,
    summary="Open a flash sale",
    responses={
        200: {"model": FlashSale, "description": "The reference and these terms were sent before"},
        **responses(
            FeatureOff,
            Unauthenticated,
            SessionOver,
            RoleNeeded,
            UnknownItem,
            UnknownOffer,
            UnknownReservation,
            OutOfStock,
            SaleExists,
            ReservationEnded,
            ReservationOfOther,
            InvalidRequest,
            RequestTooLarge,
        ),
    },
)
async def create(
    body: NewFlashSale,
    asker: Annotated[Asker, Depends(opener)],
    request: Request,
    response: Response,
    dry_run: DryRun = False,
) -> FlashSale:
    """Open a flash sale of an item in your shop and set its pieces aside."""
    now, tenant_id = request.app.state.clock(), asker.tenant_id
    async with tenant_transaction(request.app.state.pools.api, tenant_id, dry_run=dry_run) as connection:
        sale_id, opened = await open_as_asked(connection, tenant_id=tenant_id, asked=body, now=now)
        row = await find_sale(connection, tenant_id=tenant_id, sale_id=sale_id)
    if not opened:
        response.status_code = 200
    return _shown(row, now)


@router.get(
    "/flash-sales",
    summary="List flash sales",
    responses=responses(Unauthenticated, SessionOver, InvalidRequest),
)
async def list_sales(
    asker: Asking,
    request: Request,
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
    after: UUID | None = None,
) -> FlashSalePage:
    """List your flash sales in the order they were created, with what is left of each."""
    async with tenant_transaction(request.app.state.pools.api, asker.tenant_id) as connection:
        rows = await sales_of(connection, tenant_id=asker.tenant_id, limit=limit + 1, after=after)
    now = request.app.state.clock()
    page = [_shown(row, now) for row in rows[:limit]]
    return FlashSalePage(sales=page, next_after=page[-1].sale_id if len(rows) > limit else None)


@router.get(
    "/flash-sales/{sale_id}",
    summary="Show a flash sale",
    responses=responses(Unauthenticated, SessionOver, UnknownSale, InvalidRequest),
)
async def show(sale_id: UUID, asker: Asking, request: Request) -> FlashSale:
    """Show a flash sale with what is left."""
    tenant_id = asker.tenant_id
    async with tenant_transaction(request.app.state.pools.api, tenant_id) as connection:
        row = await find_sale(connection, tenant_id=tenant_id, sale_id=sale_id)
    return _shown(row, request.app.state.clock())


@router.post(
    "/flash-sales/{sale_id}/close",
    summary="Close a flash sale",
    responses=responses(
        Unauthenticated, SessionOver, RoleNeeded, UnknownSale, InvalidRequest, RequestTooLarge
    ),
)
async def close(sale_id: UUID, asker: Deciding, request: Request, dry_run: DryRun = False) -> FlashSale:
    """Close a flash sale, also before its end, and put what is left back on the shelf. Once is enough."""
    now, tenant_id = request.app.state.clock(), asker.tenant_id
    async with tenant_transaction(request.app.state.pools.api, tenant_id, dry_run=dry_run) as connection:
        await close_sale(connection, tenant_id=tenant_id, sale_id=sale_id, now=now)
        row = await find_sale(connection, tenant_id=tenant_id, sale_id=sale_id)
    return _shown(row, now)


def _shown(row: dict[str, object], now: datetime) -> FlashSale:
    sale = FlashSale.model_validate({**row, "status": "open"})
    if sale.closed_at is not None:
        sale.status = "closed"
    elif now < sale.starts_at:
        sale.status = "scheduled"
    elif now >= sale.ends_at:
        sale.status = "over"
    elif sale.left_count == 0:
        sale.status = "sold_out"
    return sale
