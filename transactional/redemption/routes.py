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
from transactional.redemption.codes import open_codes
from transactional.redemption.domain import UnknownRedemption
from transactional.redemption.queries import fate_of_key, redemption_by_id
from transactional.request_types import Reference
from transactional.vault import VaultKeyMissing

router = APIRouter(prefix="/v1", tags=["redemptions"])


class RedemptionLine(BaseModel):
    """An item of a redemption at the price of the time."""

    item_id: UUID
    quantity: int
    unit_points: int
    points: int


class PaymentTold(BaseModel):
    """Cash that a provider collects for a redemption."""

    payment_id: UUID
    provider: str
    amount_fen: int
    status: str


class IssuedCode(BaseModel):
    """A voucher code that was issued."""

    item_id: UUID
    code: str


class StatusLine(RedemptionLine):
    """A line and how many of its pieces were refunded."""

    line_no: int
    refunded_quantity: int


class RedemptionStatus(BaseModel):
    """A redemption as it is now.

    `points` has the fee of an exchange within it; `cash_points` is the part of the price that `cash_fen` pays; `deadline` is until when it waits.
    """

    redemption_id: UUID
    member_id: UUID
    mode: str
    status: str
    points: int
    fee_points: int
    cash_points: int
    cash_fen: int
    refunded_points: int
    refunded_cash_fen: int
    bill_reference: str | None
    bill_fen: int | None
    deadline: datetime | None
    effective_at: datetime
    recorded_at: datetime
    paid_at: datetime | None
    shipped_at: datetime | None
    delivered_at: datetime | None
    completed_at: datetime | None
    ended_at: datetime | None
    reason: str | None
    lines: list[StatusLine]
    payment: PaymentTold | None
    codes: list[IssuedCode]


class Fate(BaseModel):
    """The first answer given under an idempotency key."""

    idempotency_key: str
    redemption_id: UUID | None
    decided_at: datetime
    response_status: int
    response: dict[str, Any]


class Redemption(BaseModel):
    """Where a redemption stands after a request; what does not apply is left out."""

    redemption_id: UUID
    member_id: UUID
    mode: str
    status: str
    points: int
    available_points: int
    effective_at: datetime
    lines: list[RedemptionLine]
    deadline: datetime | None = None
    fee_points: int | None = None
    cash_fen: int | None = None
    payment: PaymentTold | None = None
    refunded_points: int | None = None
    refunded_cash_fen: int | None = None
    returned_points: int | None = None
    returned_cash_fen: int | None = None
    bill_reference: str | None = None
    bill_fen: int | None = None
    reason: str | None = None
    codes: list[IssuedCode] | None = None


@router.get(
    "/redemptions/{redemption_id}",
    summary="Show a redemption",
    responses=responses(Unauthenticated, UnknownRedemption, InvalidRequest, VaultKeyMissing),
)
async def show_redemption(redemption_id: UUID, tenant_id: Caller, request: Request) -> RedemptionStatus:
    """Show a redemption with its lines as it is now."""
    async with tenant_transaction(request.app.state.pools.api, tenant_id) as connection:
        found = await redemption_by_id(connection, tenant_id=tenant_id, redemption_id=redemption_id)
    return RedemptionStatus.model_validate(open_codes(found, request.app.state.vault, tenant_id))


@router.get(
    "/redemptions",
    summary="Tell what became of a request",
    responses=responses(Unauthenticated, UnknownRedemption, InvalidRequest, VaultKeyMissing),
)
async def show_fate(
    idempotency_key: Annotated[Reference, Query()], tenant_id: Caller, request: Request
) -> Fate:
    """Tell the first answer given under an idempotency key, for a client whose answer was lost."""
    async with tenant_transaction(request.app.state.pools.api, tenant_id) as connection:
        found = await fate_of_key(connection, tenant_id=tenant_id, key=idempotency_key)
    found["response"] = open_codes(found["response"], request.app.state.vault, tenant_id)
    return Fate.model_validate(found)
