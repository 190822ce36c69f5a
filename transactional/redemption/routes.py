"""`/v1/redemptions`: what became of one. Making one is the hot route in `requests`."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel

from transactional.access.domain import Unauthenticated
from transactional.database import tenant_transaction
from transactional.members.domain import UnknownMember
from transactional.problem_documents import responses
from transactional.problems import InvalidRequest
from transactional.redemption.codes import open_codes
from transactional.redemption.domain import UnknownRedemption
from transactional.redemption.queries import fate_of_key, redemption_by_id, redemptions_of_member
from transactional.request_types import Moment, Reference
from transactional.sessions.asking import Asking
from transactional.sessions.domain import SessionOver
from transactional.vault import VaultKeyMissing

router = APIRouter(prefix="/v1", tags=["redemptions"])


class RedemptionLine(BaseModel):
    """An item of a redemption at the price of the time; a campaign lowered that from `list_points`."""

    item_id: UUID
    quantity: int
    unit_points: int
    points: int
    list_points: int | None = None
    campaign_id: UUID | None = None


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


class RedemptionPage(BaseModel):
    """A page of redemptions; ask for the next one with `before=next_before`."""

    redemptions: list[RedemptionStatus]
    next_before: datetime | None


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
    responses=responses(Unauthenticated, SessionOver, UnknownRedemption, InvalidRequest, VaultKeyMissing),
)
async def show_redemption(redemption_id: UUID, asker: Asking, request: Request) -> RedemptionStatus:
    """Show a redemption with its lines as it is now."""
    tenant_id = asker.tenant_id
    async with tenant_transaction(request.app.state.pools.api, tenant_id) as connection:
        found = await redemption_by_id(connection, tenant_id=tenant_id, redemption_id=redemption_id)
    return RedemptionStatus.model_validate(open_codes(found, request.app.state.vault, tenant_id))


@router.get(
    "/redemptions",
    summary="Tell what became of a request",
    responses=responses(Unauthenticated, SessionOver, UnknownRedemption, InvalidRequest, VaultKeyMissing),
)
async def show_fate(idempotency_key: Annotated[Reference, Query()], asker: Asking, request: Request) -> Fate:
    """Tell the first answer given under an idempotency key, for a client whose answer was lost."""
    tenant_id, key = asker.tenant_id, str(asker.kept_key(idempotency_key))
    async with tenant_transaction(request.app.state.pools.api, tenant_id) as connection:
        found = await fate_of_key(connection, tenant_id=tenant_id, key=key)
    found["response"] = open_codes(found["response"], request.app.state.vault, tenant_id)
    return Fate.model_validate(found)


@router.get(
    "/members/{member_id}/redemptions",
    summary="List a member's redemptions",
    responses=responses(Unauthenticated, SessionOver, UnknownMember, InvalidRequest, VaultKeyMissing),
)
async def list_redemptions(
    member_id: UUID,
    asker: Asking,
    request: Request,
    limit: Annotated[int, Query(ge=1, le=100)] = 20,
    before: Annotated[
        Moment | None, Query(description="Only what was redeemed before this moment: `next_before`.")
    ] = None,
) -> RedemptionPage:
    """List what a member redeemed, newest first, as it is now."""
    async with tenant_transaction(request.app.state.pools.api, asker.tenant_id) as connection:
        found = await redemptions_of_member(
            connection, tenant_id=asker.tenant_id, member_id=member_id, before=before, limit=limit + 1
        )
    page = [
        RedemptionStatus.model_validate(open_codes(one, request.app.state.vault, asker.tenant_id))
        for one in found[:limit]
    ]
    return RedemptionPage(redemptions=page, next_before=page[-1].effective_at if len(found) > limit else None)
