"""`/v1/purchase-orders`: proposing, editing and moving them, and booking what is delivered."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response

from transactional.access.domain import Unauthenticated
from transactional.access.routes import DryRun
from transactional.catalogue.offers import StockOfCodes
from transactional.database import tenant_transaction
from transactional.problem_documents import responses
from transactional.problems import InvalidRequest, Problem, RequestTooLarge
from transactional.purchasing.documents import (
    LinesRequest,
    MoveRequest,
    OrderPage,
    OrderRequest,
    PurchaseOrder,
    PurchaseOrderHistory,
    ReceiptRequest,
)
from transactional.purchasing.domain import Move, Origin, Status
from transactional.purchasing.operations import edit_order, move_order
from transactional.purchasing.queries import find_order, list_orders
from transactional.purchasing.refusals import (
    ExpiredOnArrival,
    IllegalOrderMove,
    NotAnApprover,
    OrderExists,
    OverReceipt,
    ReceiptExists,
    UnknownOrder,
    UnknownOrderLine,
)
from transactional.purchasing.requested import asked_lines, propose_as_asked, receive_as_asked
from transactional.redemption.domain import UnknownOffer
from transactional.request_types import Reference
from transactional.sessions.asking import Asking, Deciding
from transactional.sessions.domain import RoleNeeded, SessionOver
from transactional.supplier_gates.refusals import UNORDERABLE
from transactional.suppliers.domain import (
    BelowMinimumOrder,
    NoSupplierTerms,
    NotWholePacks,
    UnknownSupplier,
)
from transactional.warehouses.domain import UnknownWarehouse, WarehouseClosed

router = APIRouter(prefix="/v1", tags=["purchase orders"])

_OF_LINES: tuple[type[Problem], ...] = (
    *UNORDERABLE, UnknownOffer, UnknownWarehouse, WarehouseClosed, StockOfCodes, NoSupplierTerms, NotWholePacks,
    BelowMinimumOrder,
)  # fmt: skip


@router.post(
    "/purchase-orders",
    status_code=201,
    summary="Propose a purchase order",
    responses={
        200: {"model": PurchaseOrder, "description": "The reference and these contents were sent before"},
        **responses(
            Unauthenticated,
            SessionOver,
            RoleNeeded,
            UnknownSupplier,
            OrderExists,
            *_OF_LINES,
            InvalidRequest,
            RequestTooLarge,
        ),
    },
)
async def propose(
    body: OrderRequest, asker: Deciding, request: Request, response: Response, dry_run: DryRun = False
) -> PurchaseOrder:
    """Propose an order on the terms that hold on its day; somebody has to approve it."""
    now = request.app.state.clock()
    async with tenant_transaction(
        request.app.state.pools.api, asker.tenant_id, dry_run=dry_run
    ) as connection:
        order_id, is_new = await propose_as_asked(
            connection,
            tenant_id=asker.tenant_id,
            asked=body,
            by=asker.acting(body.created_by, "created_by"),
            now=now,
        )
        order = await find_order(connection, tenant_id=asker.tenant_id, order_id=order_id)
    if not is_new:
        response.status_code = 200
    return PurchaseOrder.model_validate(order)


@router.get(
    "/purchase-orders",
    summary="List purchase orders",
    responses=responses(Unauthenticated, SessionOver, InvalidRequest),
)
async def show_all(
    asker: Asking,
    request: Request,
    status: Status | None = None,
    supplier_id: UUID | None = None,
    origin: Origin | None = None,
    origin_reference: Annotated[Reference | None, Query()] = None,
    after: UUID | None = None,
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
) -> OrderPage:
    """List orders in the order they were proposed."""
    async with tenant_transaction(request.app.state.pools.api, asker.tenant_id) as connection:
        found = await list_orders(
            connection,
            tenant_id=asker.tenant_id,
            status=status,
            supplier_id=supplier_id,
            origin=origin,
            origin_reference=origin_reference,
            after=after,
            limit=limit + 1,
        )
    page = [PurchaseOrder.model_validate(order) for order in found[:limit]]
    return OrderPage(
        purchase_orders=page, next_after=page[-1].purchase_order_id if len(found) > limit else None
    )


@router.get(
    "/purchase-orders/{purchase_order_id}",
    summary="Show a purchase order",
    responses=responses(Unauthenticated, SessionOver, UnknownOrder, InvalidRequest),
)
async def show(purchase_order_id: UUID, asker: Asking, request: Request) -> PurchaseOrderHistory:
    """Show an order with who moved it and what was delivered."""
    async with tenant_transaction(request.app.state.pools.api, asker.tenant_id) as connection:
        order = await find_order(connection, tenant_id=asker.tenant_id, order_id=purchase_order_id)
    return PurchaseOrderHistory.model_validate(order)


@router.put(
    "/purchase-orders/{purchase_order_id}/lines",
    summary="Edit a proposed order",
    responses=responses(
        Unauthenticated,
        SessionOver,
        RoleNeeded,
        UnknownOrder,
        IllegalOrderMove,
        *_OF_LINES,
        InvalidRequest,
        RequestTooLarge,
    ),
)
async def edit(
    purchase_order_id: UUID, body: LinesRequest, asker: Deciding, request: Request, dry_run: DryRun = False
) -> PurchaseOrderHistory:
    """Give an order that is only proposed other lines and another day; what it was stays in the audit."""
    async with tenant_transaction(
        request.app.state.pools.api, asker.tenant_id, dry_run=dry_run
    ) as connection:
        await edit_order(
            connection,
            tenant_id=asker.tenant_id,
            order_id=purchase_order_id,
            lines=asked_lines(body.lines),
            order_by=body.order_by,
            by=asker.acting(body.edited_by, "edited_by"),
            now=request.app.state.clock(),
        )
        order = await find_order(connection, tenant_id=asker.tenant_id, order_id=purchase_order_id)
    return PurchaseOrderHistory.model_validate(order)


@router.post(
    "/purchase-orders/{purchase_order_id}/moves",
    summary="Move a purchase order",
    responses=responses(
        Unauthenticated,
        SessionOver,
        RoleNeeded,
        NotAnApprover,
        UnknownOrder,
        IllegalOrderMove,
        *UNORDERABLE,
        InvalidRequest,
        RequestTooLarge,
    ),
)
async def move(
    purchase_order_id: UUID, body: MoveRequest, asker: Deciding, request: Request, dry_run: DryRun = False
) -> PurchaseOrderHistory:
    """Approve, reject, order, close or cancel an order; the same move again changes nothing."""
    async with tenant_transaction(
        request.app.state.pools.api, asker.tenant_id, dry_run=dry_run
    ) as connection:
        await move_order(
            connection,
            tenant_id=asker.tenant_id,
            order_id=purchase_order_id,
            move=Move(body.move),
            by=asker.acting(body.by, "by"),
            now=request.app.state.clock(),
            note=body.note,
            expected_on=body.expected_on,
        )
        order = await find_order(connection, tenant_id=asker.tenant_id, order_id=purchase_order_id)
    return PurchaseOrderHistory.model_validate(order)


@router.post(
    "/purchase-orders/{purchase_order_id}/receipts",
    status_code=201,
    summary="Book a delivery",
    responses={
        200: {
            "model": PurchaseOrderHistory,
            "description": "The reference and this receipt were sent before",
        },
        **responses(
            Unauthenticated,
            SessionOver,
            RoleNeeded,
            UnknownOrder,
            IllegalOrderMove,
            ReceiptExists,
            UnknownOrderLine,
            ExpiredOnArrival,
            OverReceipt,
            StockOfCodes,
            InvalidRequest,
            RequestTooLarge,
        ),
    },
)
async def add_receipt(
    purchase_order_id: UUID,
    body: ReceiptRequest,
    asker: Deciding,
    request: Request,
    response: Response,
    dry_run: DryRun = False,
) -> PurchaseOrderHistory:
    """Book what was delivered: good pieces can be sold at once, damaged ones are counted and fill nothing."""
    now = request.app.state.clock()
    async with tenant_transaction(
        request.app.state.pools.api, asker.tenant_id, dry_run=dry_run
    ) as connection:
        is_new = await receive_as_asked(
            connection,
            tenant_id=asker.tenant_id,
            order_id=purchase_order_id,
            asked=body,
            by=asker.acting(body.received_by, "received_by"),
            now=now,
        )
        order = await find_order(connection, tenant_id=asker.tenant_id, order_id=purchase_order_id)
    if not is_new:
        response.status_code = 200
    return PurchaseOrderHistory.model_validate(order)
