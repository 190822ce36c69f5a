"""`/v1/stock/expired`."""

from datetime import date, datetime
from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel

from transactional.access.domain import Unauthenticated
from transactional.access.routes import Caller
from transactional.database import tenant_transaction
from transactional.problem_documents import responses
from transactional.problems import InvalidRequest

router = APIRouter(prefix="/v1", tags=["stock alerts"])

_ALERTS = """
select alert_id, item_id, warehouse_id, expires_on, quantity, opened_at, closed_at
from mall.expired_stock
where tenant_id = $1 and quantity > 0 and ($2::boolean is null or (closed_at is null) = $2)
    and ($3::uuid is null or alert_id < $3)
order by alert_id desc
limit $4
"""


class ExpiredStock(BaseModel):
    """Pieces that lay in a warehouse when their last day was over; closed once a correction took them off the books."""

    alert_id: UUID
    item_id: UUID
    warehouse_id: UUID
    expires_on: date
    quantity: int
    opened_at: datetime
    closed_at: datetime | None


class ExpiredPage(BaseModel):
    """A page of alerts, the newest first; ask for the next one with `before=next_before`."""

    alerts: list[ExpiredStock]
    next_before: UUID | None


@router.get(
    "/stock/expired", summary="List expired stock", responses=responses(Unauthenticated, InvalidRequest)
)
async def show_expired(
    tenant_id: Caller,
    request: Request,
    status: Literal["open", "closed"] | None = None,
    before: UUID | None = None,
    limit: Annotated[int, Query(ge=1, le=1000)] = 200,
) -> ExpiredPage:
    """List pieces past their last day, the newest first; POST /v1/stock/corrections takes them off the books."""
    is_open = None if status is None else status == "open"
    async with tenant_transaction(request.app.state.pools.api, tenant_id) as connection:
        rows = await connection.fetch(_ALERTS, tenant_id, is_open, before, limit + 1)
    page = [ExpiredStock.model_validate(dict(row)) for row in rows[:limit]]
    return ExpiredPage(alerts=page, next_before=page[-1].alert_id if len(rows) > limit else None)
