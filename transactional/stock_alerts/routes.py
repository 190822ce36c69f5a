"""`/v1/stock/thresholds` and `/v1/stock/alerts`."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel, ConfigDict, Field

from transactional.access.domain import Unauthenticated
from transactional.access.routes import Caller, DryRun
from transactional.database import tenant_transaction
from transactional.problem_documents import responses
from transactional.problems import InvalidRequest, RequestTooLarge
from transactional.redemption.domain import UnknownOffer
from transactional.request_types import Reference
from transactional.sessions.asking import Deciding
from transactional.sessions.domain import RoleNeeded, SessionOver
from transactional.stock_alerts.operations import NewThreshold, UnknownAlert, acknowledge, set_thresholds
from transactional.stock_alerts.queries import list_alerts, list_thresholds
from transactional.together import the_one
from transactional.warehouses.domain import UnknownWarehouse

router = APIRouter(prefix="/v1", tags=["stock alerts"])


class Threshold(BaseModel):
    """Below so many pieces an alert opens: of what can be sold of the item, or of what lies in the warehouse."""

    model_config = ConfigDict(extra="forbid")

    item_id: UUID
    warehouse_id: UUID | None = None
    quantity: Annotated[int, Field(strict=True, ge=0, le=1_000_000_000, description="0 removes it.")]


class ThresholdList(BaseModel):
    """Thresholds by item."""

    thresholds: list[Threshold]


class StockAlert(BaseModel):
    """Stock that fell below its threshold; `quantity` is what there was when it opened."""

    alert_id: UUID
    item_id: UUID
    warehouse_id: UUID | None
    threshold_quantity: int
    quantity: int
    opened_at: datetime
    acknowledged_at: datetime | None
    acknowledged_by: str | None
    closed_at: datetime | None


class AlertPage(BaseModel):
    """A page of alerts, the newest first; ask for the next one with `before=next_before`."""

    alerts: list[StockAlert]
    next_before: UUID | None


class AcknowledgementRequest(BaseModel):
    """Who has seen it."""

    model_config = ConfigDict(extra="forbid")

    acknowledged_by: Reference


@router.put(
    "/stock/thresholds",
    summary="Set a threshold",
    responses=responses(
        Unauthenticated,
        SessionOver,
        RoleNeeded,
        UnknownOffer,
        UnknownWarehouse,
        InvalidRequest,
        RequestTooLarge,
    ),
)
async def put_threshold(
    body: Threshold, asker: Deciding, request: Request, dry_run: DryRun = False
) -> ThresholdList:
    """Set the threshold of an item, or of an item in a warehouse; alerts open and close by it at once."""
    async with tenant_transaction(
        request.app.state.pools.api, asker.tenant_id, dry_run=dry_run
    ) as connection:
        new = NewThreshold(body.item_id, body.warehouse_id, body.quantity)
        the_one(
            await set_thresholds(
                connection, tenant_id=asker.tenant_id, thresholds=[new], now=request.app.state.clock()
            )
        )
        rows = await list_thresholds(connection, tenant_id=asker.tenant_id, item_id=body.item_id)
    return ThresholdList(thresholds=[Threshold.model_validate(row) for row in rows])


@router.get(
    "/stock/thresholds", summary="List thresholds", responses=responses(Unauthenticated, InvalidRequest)
)
async def show_thresholds(tenant_id: Caller, request: Request, item_id: UUID | None = None) -> ThresholdList:
    """List your thresholds by item."""
    async with tenant_transaction(request.app.state.pools.api, tenant_id) as connection:
        rows = await list_thresholds(connection, tenant_id=tenant_id, item_id=item_id)
    return ThresholdList(thresholds=[Threshold.model_validate(row) for row in rows])


@router.get("/stock/alerts", summary="List alerts", responses=responses(Unauthenticated, InvalidRequest))
async def show_alerts(
    tenant_id: Caller,
    request: Request,
    status: Literal["open", "closed"] | None = None,
    before: UUID | None = None,
    limit: Annotated[int, Query(ge=1, le=1000)] = 200,
) -> AlertPage:
    """List alerts, the newest first."""
    is_open = None if status is None else status == "open"
    async with tenant_transaction(request.app.state.pools.api, tenant_id) as connection:
        rows = await list_alerts(
            connection, tenant_id=tenant_id, is_open=is_open, before=before, limit=limit + 1
        )
    page = [StockAlert.model_validate(row) for row in rows[:limit]]
    return AlertPage(alerts=page, next_before=page[-1].alert_id if len(rows) > limit else None)


@router.post(
    "/stock/alerts/{alert_id}/acknowledgement",
    summary="Acknowledge an alert",
    responses=responses(Unauthenticated, UnknownAlert, InvalidRequest, RequestTooLarge),
)
async def add_acknowledgement(
    alert_id: UUID,
    body: AcknowledgementRequest,
    tenant_id: Caller,
    request: Request,
    dry_run: DryRun = False,
) -> StockAlert:
    """Note that somebody has seen an alert; the first one stays. It closes when the stock recovers."""
    async with tenant_transaction(request.app.state.pools.api, tenant_id, dry_run=dry_run) as connection:
        await acknowledge(
            connection,
            tenant_id=tenant_id,
            alert_id=alert_id,
            by=body.acknowledged_by,
            now=request.app.state.clock(),
        )
        (row,) = await list_alerts(connection, tenant_id=tenant_id, alert_id=alert_id)
    return StockAlert.model_validate(row)
