"""`/v1/holds`: points set aside, taken or freed."""

from datetime import datetime, timedelta
from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from transactional.access.domain import Unauthenticated
from transactional.access.routes import Caller
from transactional.database import tenant_transaction
from transactional.engine.describing import COMMAND_PARAMETERS, DryRunQuote, command_responses
from transactional.engine.lean import answer, command_key, hash_of
from transactional.identifiers import uuid7
from transactional.ledger.account import InsufficientPoints
from transactional.ledger.commands import CaptureHold, PlaceHold, ReleaseHold
from transactional.ledger.queries import hold_by_id
from transactional.ledger.refusals import (
    CaptureTooLarge,
    HoldAlreadyCaptured,
    HoldAlreadyReleased,
    HoldExpired,
    HoldOfRedemption,
    UnknownHold,
)
from transactional.ledger.requested import MemberId, Points
from transactional.members.domain import UnknownMember
from transactional.problem_documents import responses
from transactional.problems import InvalidRequest
from transactional.request_types import Reference

router = APIRouter(prefix="/v1/holds", tags=["holds"])

MAX_SECONDS = 30 * 24 * 3600


class HoldRequest(BaseModel):
    """Points to set aside for a while."""

    model_config = ConfigDict(extra="forbid", strict=True)

    member_id: MemberId
    points: Points
    expires_in_seconds: Annotated[int, Field(ge=1, le=MAX_SECONDS)] = 900
    reference: Reference | None = None


class CaptureRequest(BaseModel):
    """How many of the points to take; all if left out."""

    model_config = ConfigDict(extra="forbid", strict=True)

    points: Points | None = None


class Hold(BaseModel):
    """Points that are set aside; an `expired` one ended by itself and counts as released."""

    hold_id: UUID
    member_id: UUID
    status: Literal["open", "captured", "released", "expired"]
    points: int
    captured_points: int
    reference: str | None
    effective_at: datetime
    expires_at: datetime
    resolved_at: datetime | None


class HoldAnswer(Hold):
    """A hold after it was placed or released."""

    available_points: int


class CaptureAnswer(HoldAnswer):
    """A hold after its points were taken by a transfer."""

    transfer_id: UUID


class HoldStatus(Hold):
    """A hold as it is now."""

    redemption_id: UUID | None
    recorded_at: datetime


_RESOLVING = (
    UnknownHold,
    UnknownMember,
    HoldAlreadyCaptured,
    HoldAlreadyReleased,
    HoldExpired,
    HoldOfRedemption,
)


@router.post(
    "",
    status_code=201,
    response_model=HoldAnswer,
    summary="Set points aside",
    responses=command_responses(UnknownMember, InsufficientPoints),
    openapi_extra=COMMAND_PARAMETERS,
)
async def place_hold(body: HoldRequest, tenant_id: Caller, request: Request) -> Response:
    """Set points aside; they are free again when the hold is released or its time is over."""
    key = command_key(request)
    now = request.app.state.clock()
    return await answer(
        request,
        PlaceHold(
            tenant_id=tenant_id,
            key=key,
            body_hash=hash_of("hold", body.model_dump(mode="json")),
            at=now,
            member_id=body.member_id,
            hold_id=uuid7(now),
            points=body.points,
            lasts=timedelta(seconds=body.expires_in_seconds),
            reference=body.reference,
        ),
    )


@router.get(
    "/{hold_id}",
    summary="Show a hold",
    responses=responses(Unauthenticated, UnknownHold, InvalidRequest),
)
async def show_hold(hold_id: UUID, tenant_id: Caller, request: Request) -> HoldStatus:
    """Show a hold as it is now; past its end it is expired, whether or not that was written down."""
    async with tenant_transaction(request.app.state.pools.api, tenant_id) as connection:
        found = await hold_by_id(
            connection, tenant_id=tenant_id, hold_id=hold_id, clock_says=request.app.state.clock()
        )
    return HoldStatus.model_validate(found)


@router.post(
    "/{hold_id}/capture",
    response_model=CaptureAnswer | DryRunQuote,
    summary="Take points that are set aside",
    responses=command_responses(*_RESOLVING, CaptureTooLarge, status=200),
    openapi_extra=COMMAND_PARAMETERS,
)
async def capture_hold(
    hold_id: UUID, tenant_id: Caller, request: Request, body: CaptureRequest | None = None
) -> Response:
    """Take the points of a hold, or some of them; the rest is free again."""
    key = command_key(request)
    now = request.app.state.clock()
    points = None if body is None else body.points
    return await answer(
        request,
        CaptureHold(
            tenant_id=tenant_id,
            key=key,
            body_hash=hash_of("capture", {"hold_id": hold_id, "points": points}),
            at=now,
            hold_id=hold_id,
            transfer_id=uuid7(now),
            points=points,
        ),
    )


@router.post(
    "/{hold_id}/release",
    response_model=HoldAnswer | DryRunQuote,
    summary="Free points that are set aside",
    responses=command_responses(*_RESOLVING, status=200),
    openapi_extra=COMMAND_PARAMETERS,
)
async def release_hold(hold_id: UUID, tenant_id: Caller, request: Request) -> Response:
    """Free the points of a hold."""
    key = command_key(request)
    now = request.app.state.clock()
    return await answer(
        request,
        ReleaseHold(
            tenant_id=tenant_id,
            key=key,
            body_hash=hash_of("release", {"hold_id": hold_id}),
            at=now,
            hold_id=hold_id,
        ),
    )
