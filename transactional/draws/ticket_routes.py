"""Buying tickets of draws and cancelling a draw: commands of the engine."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from transactional.access.routes import Caller
from transactional.draws.commands import BuyTicket, CancelDraw
from transactional.draws.refusals import (
    DrawNotOpen,
    DrawRevealed,
    DrawSoldOut,
    PrizeBarred,
    TicketLimitReached,
    UnknownDraw,
)
from transactional.engine.describing import COMMAND_PARAMETERS, command_responses
from transactional.engine.lean import answer, command_key, hash_of
from transactional.identifiers import uuid7
from transactional.ledger.account import InsufficientPoints
from transactional.ledger.requested import MemberId
from transactional.members.domain import UnknownMember
from transactional.redemption.context import ContextRequest, hashed
from transactional.redemption.routes import Redemption
from transactional.request_types import Reference
from transactional.risk.domain import RiskDenied
from transactional.risk.subjects import MAX_DEVICE_LENGTH, InvalidSubject

router = APIRouter(prefix="/v1/draws", tags=["draws"])


class _Body(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


class Context(_Body):
    """The address and the device of the member who asks; kept only as keyed hashes, for the risk rules."""

    ip: Annotated[str, Field(min_length=2, max_length=45)] | None = None
    device_id: Annotated[str, Field(min_length=1, max_length=MAX_DEVICE_LENGTH)] | None = None


class TicketRequest(_Body):
    """Who buys a ticket."""

    member_id: MemberId
    context: Context | None = None


class SoldTicket(Redemption):
    """A ticket: a redemption that stays `paid` until the draw has ended."""

    draw_id: UUID
    ticket_no: int
    head: str = Field(
        description="The receipt: the running digest of the public log after this ticket, in hex. A log that does "
        "not pass through it was changed."
    )
    pseudonym: str = Field(description="The member's name in this draw's public log.")


class DrawCancellation(_Body):
    """Why, in a few words; the members are told."""

    reason: Reference


class CancelledDraw(BaseModel):
    """A draw that was cancelled; the points of its tickets are given back within seconds to minutes."""

    draw_id: UUID
    ticket_count: int
    cancelled_at: datetime
    reason: str


@router.post(
    "/{draw_id}/tickets",
    status_code=201,
    response_model=SoldTicket,
    response_model_exclude_unset=True,
    summary="Buy a ticket",
    responses=command_responses(
        UnknownDraw,
        UnknownMember,
        DrawNotOpen,
        PrizeBarred,
        DrawSoldOut,
        TicketLimitReached,
        InsufficientPoints,
        RiskDenied,
        InvalidSubject,
    ),
    openapi_extra=COMMAND_PARAMETERS,
)
async def buy_ticket(draw_id: UUID, body: TicketRequest, tenant_id: Caller, request: Request) -> Response:
    """Take the points of one ticket; it takes part at once and can be neither cancelled nor refunded before the end.

    After the draw it is completed, or goes on with its prize; a ticket that a risk rule wants looked at is refused.
    """
    state = request.app.state
    key = command_key(request)
    now = state.clock()
    context = body.context or Context()
    ip, device = hashed(ContextRequest(context.ip, context.device_id), state.subject_key)
    return await answer(
        request,
        BuyTicket(
            tenant_id=tenant_id,
            key=key,
            # Where the request came from may differ in a retry.
            body_hash=hash_of(BuyTicket.operation, (draw_id, body.member_id)),
            at=now,
            member_id=body.member_id,
            redemption_id=uuid7(now),
            draw_id=draw_id,
            ip=ip,
            device=device,
        ),
    )


@router.post(
    "/{draw_id}/cancellation",
    response_model=CancelledDraw,
    summary="Cancel a draw",
    responses=command_responses(UnknownDraw, DrawRevealed, status=200),
    openapi_extra=COMMAND_PARAMETERS,
)
async def cancel_draw(draw_id: UUID, body: DrawCancellation, tenant_id: Caller, request: Request) -> Response:
    """Sell no more tickets and draw no winners: prizes go back to the shelf, points to the members.

    The draw's public log stays, and says so. `settled_at` of the draw tells when the last points are back.
    """
    key = command_key(request)
    return await answer(
        request,
        CancelDraw(
            tenant_id=tenant_id,
            key=key,
            body_hash=hash_of(CancelDraw.operation, (draw_id, body.reason)),
            at=request.app.state.clock(),
            draw_id=draw_id,
            reason=body.reason,
        ),
    )
