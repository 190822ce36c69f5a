"""`/v1/fulfilment/queue`: what is to be shipped and delivered next."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel, Field

from transactional.access.domain import Unauthenticated
from transactional.database import tenant_transaction
from transactional.fulfilment.carriers.domain import CarrierName
from transactional.fulfilment.clocks import Region
from transactional.fulfilment.queue import Clock, count_awaited, list_awaited
from transactional.problem_documents import responses
from transactional.problems import InvalidRequest
from transactional.sessions.asking import Serving
from transactional.sessions.domain import RoleNeeded, SessionOver

router = APIRouter(prefix="/v1", tags=["delivery promises"])


class AwaitedGoods(BaseModel):
    """An order that is to be shipped, or a parcel that is to be delivered; its region is known with the parcel."""

    clock: Clock
    redemption_id: UUID
    case_id: UUID | None = Field(description="Of a replacement, its after-sales case.")
    shipment_id: UUID | None
    carrier: CarrierName | None
    province: str | None
    region: Region | None
    started_at: datetime
    due_at: datetime
    is_late: bool
    item_name: str | None = Field(description="Of its first line.")
    line_count: int
    quantity: int


class AwaitedCount(BaseModel):
    """How many are awaited in a region: late, due within 12 and 24 hours, and later."""

    clock: Clock
    region: Region | None
    late_count: int
    soon_count: int
    today_count: int
    later_count: int


class Queue(BaseModel):
    """What is awaited, what is due first leading, and the counts of all of it."""

    as_of: datetime
    awaited: list[AwaitedGoods]
    counts: list[AwaitedCount]


@router.get(
    "/fulfilment/queue",
    summary="Show what is to be shipped and delivered next",
    responses=responses(Unauthenticated, SessionOver, RoleNeeded, InvalidRequest),
)
async def show_queue(
    asker: Serving,
    request: Request,
    clock: Clock | None = None,
    region: Region | None = None,
    limit: Annotated[int, Query(ge=1, le=1000)] = 200,
) -> Queue:
    """Show the orders to be shipped and the parcels to be delivered; the counts are of all, whatever is asked for."""
    now = request.app.state.clock()
    async with tenant_transaction(request.app.state.pools.api, asker.tenant_id) as connection:
        awaited = await list_awaited(
            connection, tenant_id=asker.tenant_id, now=now, clock=clock, region=region, limit=limit
        )
        counts = await count_awaited(connection, tenant_id=asker.tenant_id, now=now)
    return Queue(
        as_of=now,
        awaited=[AwaitedGoods(**one) for one in awaited],
        counts=[AwaitedCount(**one) for one in counts],
    )
