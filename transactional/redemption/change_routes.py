"""What happens to a redemption after it was made: cancelled, refunded, reviewed, confirmed, shipped; bill offsets."""

from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from transactional.access.routes import Caller
from transactional.engine.describing import COMMAND_PARAMETERS, command_responses
from transactional.engine.lean import answer, command_key, hash_of
from transactional.features.domain import FeatureOff
from transactional.features.routes import needs
from transactional.identifiers import uuid7
from transactional.ledger.account import BalanceTooLarge, InsufficientPoints
from transactional.members.domain import UnknownMember
from transactional.problems import InvalidRequest, Problem
from transactional.redemption.commands import Cancel, ConfirmOffset, OffsetBill, Progress, Refund, Review
from transactional.redemption.domain import MAX_LINES, MAX_QUANTITY, ItemBarred, UnknownRedemption
from transactional.redemption.making import OffsetNotOffered, OffsetTooSmall
from transactional.redemption.progress import PastDeadline
from transactional.redemption.refusals import BeingReplaced, RefundByLines, RefundTooLarge, UnknownLine
from transactional.redemption.routes import Redemption
from transactional.redemption.states import IllegalMove, Move
from transactional.request_types import Reason as Why
from transactional.request_types import Reference
from transactional.sessions.asking import ActingForMember, Reviewing
from transactional.sessions.domain import RoleNeeded, SessionOver

router = APIRouter(prefix="/v1", tags=["redemptions"])

MAX_OFFSET = 1_000_000_000


class _Body(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


class OffsetRequest(_Body):
    """Points to turn into a credit on a bill of the member."""

    member_id: Annotated[UUID, Field(strict=False)]
    points: Annotated[int, Field(ge=1, le=MAX_OFFSET)]
    bill_reference: Reference


class Reason(_Body):
    """Why, in a few words."""

    reason: Reference


class RefundLine(_Body):
    """So many pieces of a line; lines count from 1."""

    line_no: Annotated[int, Field(ge=1, le=MAX_LINES)]
    quantity: Annotated[int, Field(ge=1, le=MAX_QUANTITY)]


class RefundRequest(Reason):
    """What to refund: `lines` of a redemption of items, `points` of one without; all that is left if neither."""

    lines: Annotated[list[RefundLine], Field(min_length=1, max_length=MAX_LINES)] | None = None
    points: Annotated[int, Field(ge=1)] | None = None
    restock: Annotated[bool, Field(description="Whether the pieces are back on the shelf.")] = False


class ReviewRequest(_Body):
    """What a person decided about a redemption that risk rules parked, and why; who is logged in need not tell their name."""

    verdict: Literal["approve", "reject"]
    reviewer: Reference | None = None
    reason: Why | None = None


class ConfirmationRequest(_Body):
    """Whether the bill was credited."""

    accepted: bool
    reason: Reference | None = None


class ProgressRequest(_Body):
    """How far the goods have come."""

    move: Literal["ship", "deliver", "complete"]


def _described(*problems: type[Problem], status: int = 200) -> dict[str, Any]:
    return {
        "status_code": status,
        "response_model": Redemption,
        "response_model_exclude_unset": True,
        "responses": command_responses(*problems, status=status),
        "openapi_extra": COMMAND_PARAMETERS,
    }


def _about(request: Request, tenant_id: UUID, operation: str, *parts: Any) -> dict[str, Any]:
    """Return what every command has."""
    asked = [part.model_dump(mode="json") if isinstance(part, BaseModel) else part for part in parts]
    return {
        "tenant_id": tenant_id,
        "key": command_key(request),
        "body_hash": hash_of(operation, asked),
        "at": request.app.state.clock(),
    }


@router.post(
    "/bill-offsets",
    summary="Turn points into a credit on a bill",
    dependencies=[needs("bill_offsets")],
    **_described(FeatureOff, UnknownMember, InsufficientPoints, OffsetNotOffered, OffsetTooSmall, status=201),
)
async def offset_bill(body: OffsetRequest, tenant_id: Caller, request: Request) -> Response:
    """Hold points until the system that owns the bill confirms the credit, or the deadline passes."""
    about = _about(request, tenant_id, OffsetBill.operation, body)
    command = OffsetBill(
        **about,
        member_id=body.member_id,
        redemption_id=uuid7(about["at"]),
        points=body.points,
        bill_reference=body.bill_reference,
    )
    return await answer(request, command)


@router.post(
    "/redemptions/{redemption_id}/confirmation",
    summary="Confirm a bill offset",
    **_described(UnknownRedemption, IllegalMove, PastDeadline),
)
async def confirm(
    redemption_id: UUID, body: ConfirmationRequest, tenant_id: Caller, request: Request
) -> Response:
    """Say that the bill was credited, which takes the points, or that it will not be, which frees them."""
    about = _about(request, tenant_id, ConfirmOffset.operation, str(redemption_id), body)
    command = ConfirmOffset(**about, redemption_id=redemption_id, accepted=body.accepted, reason=body.reason)
    return await answer(request, command)


@router.post(
    "/redemptions/{redemption_id}/cancellation",
    summary="Cancel a redemption",
    **_described(UnknownRedemption, IllegalMove, BeingReplaced, BalanceTooLarge),
)
async def cancel(redemption_id: UUID, body: Reason, tenant_id: Caller, request: Request) -> Response:
    """Give points, cash and stock back before anything was handed over."""
    about = _about(request, tenant_id, Cancel.operation, str(redemption_id), body)
    command = Cancel(**about, redemption_id=redemption_id, transfer_id=uuid7(about["at"]), reason=body.reason)
    return await answer(request, command)


@router.post(
    "/redemptions/{redemption_id}/refunds",
    summary="Refund a redemption or a part of it",
    **_described(
        UnknownRedemption,
        UnknownLine,
        IllegalMove,
        RefundTooLarge,
        BeingReplaced,
        RefundByLines,
        BalanceTooLarge,
    ),
)
async def refund(redemption_id: UUID, body: RefundRequest, tenant_id: Caller, request: Request) -> Response:
    """Give points and cash back after the hand-over, in the proportion in which they were paid."""
    about = _about(request, tenant_id, Refund.operation, str(redemption_id), body)
    command = Refund(
        **about,
        redemption_id=redemption_id,
        transfer_id=uuid7(about["at"]),
        lines=None if body.lines is None else tuple((line.line_no, line.quantity) for line in body.lines),
        points=body.points,
        restock=body.restock,
        reason=body.reason,
    )
    return await answer(request, command)


@router.post(
    "/redemptions/{redemption_id}/review",
    summary="Decide about a parked redemption",
    **_described(SessionOver, RoleNeeded, UnknownRedemption, IllegalMove, PastDeadline, ItemBarred),
)
async def review(redemption_id: UUID, body: ReviewRequest, asker: Reviewing, request: Request) -> Response:
    """Let a redemption that risk rules parked go on, or let go of what it holds; a person says why."""
    reviewer = asker.acting(body.reviewer, "reviewer")
    if asker.username is not None and body.reason is None:
        raise InvalidRequest("reason: tell why you decide so")
    # What is not told is left out, so that a request from before reasons were told is still the same one.
    asked = body.model_dump(mode="json", exclude_none=True)
    about = _about(request, asker.tenant_id, Review.operation, str(redemption_id), asked)
    about["key"] = asker.kept_key(about["key"])
    command = Review(
        **about,
        redemption_id=redemption_id,
        verdict=body.verdict,
        reviewer=reviewer,
        reason=body.reason,
    )
    return await answer(request, command)


@router.post(
    "/redemptions/{redemption_id}/progress",
    summary="Note how far the goods have come",
    **_described(SessionOver, RoleNeeded, UnknownRedemption, IllegalMove),
)
async def note_progress(
    redemption_id: UUID, body: ProgressRequest, asker: ActingForMember, request: Request
) -> Response:
    """Note that the goods were shipped, delivered, or that the order is complete."""
    about = _about(request, asker.tenant_id, Progress.operation, str(redemption_id), body)
    about["key"] = asker.kept_key(about["key"])
    move: Any = Move(body.move)
    return await answer(request, Progress(**about, redemption_id=redemption_id, move=move))
