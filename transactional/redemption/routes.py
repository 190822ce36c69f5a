"""`/v1/redemptions`: what became of one. Making one is the hot route in `requests`."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel

from transactional.access.domain import Unauthenticated
from transactional.access.routes import Caller
from transactional.database import tenant_transaction
from transactional.problem_documents import responses
from transactional.problems import InvalidRequest
from transactional.redemption.domain import UnknownRedemption
from transactional.redemption.queries import fate_of_key, redemption_by_id
from transactional.request_types import Reference

router = APIRouter(prefix="/v1", tags=["redemptions"])


class RedemptionLine(BaseModel):
    """An item of a redemption at the price of the time."""

    item_id: UUID
    quantity: int
    unit_points: int
    points: int


class RedemptionStatus(BaseModel):
    """A redemption as it is now."""

    redemption_id: UUID
    member_id: UUID
    status: str
    points: int
    effective_at: datetime
    recorded_at: datetime
    completed_at: datetime | None
    lines: list[RedemptionLine]


class Fate(BaseModel):
    """The first answer given under an idempotency key."""

    idempotency_key: str
    redemption_id: UUID | None
    decided_at: datetime
    response_status: int
    response: dict[str, Any]


class Redemption(BaseModel):
    """The answer to a redemption."""

    redemption_id: UUID
    member_id: UUID
    status: str
    points: int
    available_points: int
    effective_at: datetime
    lines: list[RedemptionLine]


@router.get(
    "/redemptions/{redemption_id}",
    summary="Show a redemption",
    responses=responses(Unauthenticated, UnknownRedemption, InvalidRequest),
)
async def show_redemption(redemption_id: UUID, tenant_id: Caller, request: Request) -> RedemptionStatus:
    """Show a redemption with its lines as it is now."""
    async with tenant_transaction(request.app.state.pools.api, tenant_id) as connection:
        found = await redemption_by_id(connection, tenant_id=tenant_id, redemption_id=redemption_id)
    return RedemptionStatus.model_validate(found)


@router.get(
    "/redemptions",
    summary="Tell what became of a request",
    responses=responses(Unauthenticated, UnknownRedemption, InvalidRequest),
)
async def show_fate(
    idempotency_key: Annotated[Reference, Query()], tenant_id: Caller, request: Request
) -> Fate:
    """Tell the first answer given under an idempotency key, for a client whose answer was lost."""
    async with tenant_transaction(request.app.state.pools.api, tenant_id) as connection:
        return Fate.model_validate(await fate_of_key(connection, tenant_id=tenant_id, key=idempotency_key))
