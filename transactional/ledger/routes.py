"""`/v1/points`: credits, adjustments, and what takes them back."""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from transactional.access.routes import Caller
from transactional.engine.describing import COMMAND_PARAMETERS, command_responses
from transactional.engine.lean import answer, command_key, hash_of
from transactional.identifiers import uuid7
from transactional.ledger.account import BalanceTooLarge, InsufficientPoints
from transactional.ledger.commands import Correct, TakeBack
from transactional.ledger.refusals import (
    AlreadyReversed,
    NotReversible,
    ReturnNotPending,
    ReturnTooLarge,
    UnknownTransfer,
)
from transactional.ledger.requested import AdjustRequest, EarnRequest, Points
from transactional.members.domain import UnknownMember
from transactional.request_types import Reason

router = APIRouter(prefix="/v1/points", tags=["points"])


class CampaignExtra(BaseModel):
    """What a campaign gave beyond the points earned, as a transfer of its own; nothing once its budget is spent."""

    campaign_id: UUID
    extra_points: int
    is_budget_spent: bool
    transfer_id: UUID | None = None


class Credit(BaseModel):
    """The lot that was credited; `expires_on` is its last business day. `campaign` is there if one is about it."""

    transfer_id: UUID
    member_id: UUID
    kind: str
    points: int
    available_points: int
    effective_at: datetime
    active_from: datetime
    expires_on: date | None
    campaign: CampaignExtra | None = None


class Adjustment(BaseModel):
    """Points that were added or taken by hand."""

    transfer_id: UUID
    member_id: UUID
    kind: str
    points: int
    available_points: int
    effective_at: datetime
    reason: str


class ReturnRequest(BaseModel):
    """Points of a credit to take back, because what earned them was returned."""

    model_config = ConfigDict(extra="forbid", strict=True)

    transfer_id: Annotated[UUID, Field(strict=False, description="The credit.")]
    points: Points
    reason: Reason


class Return(BaseModel):
    """Points that were taken back; `owed_points` is what the next credits settle."""

    transfer_id: UUID
    member_id: UUID
    kind: str
    points: int
    available_points: int
    effective_at: datetime
    reverses_id: UUID
    owed_points: int
    extra_points: int | None = Field(
        None, description="Of a campaign's extra points, what went back with it."
    )
    extra_transfer_id: UUID | None = None


class CorrectionRequest(BaseModel):
    """A credit or adjustment that should not have been made, reversed as a whole."""

    model_config = ConfigDict(extra="forbid", strict=True)

    transfer_id: Annotated[UUID, Field(strict=False, description="The credit or adjustment.")]
    reason: Reason


class Correction(BaseModel):
    """The transfer that reverses another."""

    transfer_id: UUID
    member_id: UUID
    kind: str
    points: int
    available_points: int
    effective_at: datetime
    reverses_id: UUID
    reason: str
    extra_points: int | None = Field(
        None, description="Of a campaign's extra points, what went back with it."
    )
    extra_transfer_id: UUID | None = None


@router.post(
    "/earn",
    status_code=201,
    response_model=Credit,
    summary="Credit points",
    responses=command_responses(UnknownMember, BalanceTooLarge),
    openapi_extra=COMMAND_PARAMETERS,
)
async def earn(body: EarnRequest, tenant_id: Caller, request: Request) -> Response:
    """Credit points to a member as a new lot that begins and expires by the program's rules."""
    key = command_key(request)
    return await answer(request, body.command(tenant_id, key, request.app.state.clock()))


@router.post(
    "/adjustments",
    status_code=201,
    response_model=Adjustment,
    summary="Adjust a balance",
    responses=command_responses(UnknownMember, InsufficientPoints, BalanceTooLarge),
    openapi_extra=COMMAND_PARAMETERS,
)
async def adjust(body: AdjustRequest, tenant_id: Caller, request: Request) -> Response:
    """Add or take points by hand, now or as of a past moment.

    Points are taken as of the past only if they were free at that moment and at every moment since.
    """
    key = command_key(request)
    return await answer(request, body.command(tenant_id, key, request.app.state.clock()))


@router.post(
    "/returns",
    status_code=201,
    response_model=Return,
    summary="Take back earned points",
    responses=command_responses(
        UnknownTransfer, UnknownMember, NotReversible, ReturnTooLarge, ReturnNotPending, InsufficientPoints
    ),
    openapi_extra=COMMAND_PARAMETERS,
)
async def take_back(body: ReturnRequest, tenant_id: Caller, request: Request) -> Response:
    """Take back points of a credit, as the program's return policy lets: parts are possible, several times."""
    key = command_key(request)
    now = request.app.state.clock()
    return await answer(
        request,
        TakeBack(
            tenant_id=tenant_id,
            key=key,
            body_hash=hash_of("return", body.model_dump(mode="json")),
            at=now,
            transfer_id=uuid7(now),
            reversed_id=body.transfer_id,
            points=body.points,
            reason=body.reason,
        ),
    )


@router.post(
    "/corrections",
    status_code=201,
    response_model=Correction,
    summary="Reverse a credit or an adjustment",
    responses=command_responses(
        UnknownTransfer, UnknownMember, NotReversible, AlreadyReversed, InsufficientPoints, BalanceTooLarge
    ),
    openapi_extra=COMMAND_PARAMETERS,
)
async def correct(body: CorrectionRequest, tenant_id: Caller, request: Request) -> Response:
    """Reverse a credit or an adjustment as a whole with a new transfer; the old one stays."""
    key = command_key(request)
    now = request.app.state.clock()
    return await answer(
        request,
        Correct(
            tenant_id=tenant_id,
            key=key,
            body_hash=hash_of("correct", body.model_dump(mode="json")),
            at=now,
            transfer_id=uuid7(now),
            reversed_id=body.transfer_id,
            reason=body.reason,
        ),
    )
