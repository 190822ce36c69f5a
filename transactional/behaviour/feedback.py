"""`POST /v1/feedback`: how satisfied a member is."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from transactional.access.domain import Unauthenticated
from transactional.access.routes import DryRun
from transactional.behaviour.satisfaction import FeedbackAlreadyGiven, NewFeedback, store_feedback
from transactional.database import tenant_transaction
from transactional.identifiers import uuid7
from transactional.members.domain import UnknownMember
from transactional.problem_documents import responses
from transactional.problems import InvalidRequest, RequestTooLarge
from transactional.redemption.domain import UnknownRedemption
from transactional.request_types import Text
from transactional.sessions.asking import ActingForMember
from transactional.sessions.domain import RoleNeeded, SessionOver
from transactional.vault import VaultKeyMissing

router = APIRouter(prefix="/v1", tags=["behaviour"])


class FeedbackRequest(BaseModel):
    """An answer from 1 (very dissatisfied) to 5 (very satisfied), about one redemption or in general."""

    model_config = ConfigDict(extra="forbid", strict=True)

    member_id: Annotated[UUID, Field(strict=False)]
    redemption_id: Annotated[UUID | None, Field(strict=False)] = None
    score: Annotated[int, Field(ge=1, le=5)]
    comment: Text | None = None
    feedback_id: Annotated[UUID | None, Field(strict=False)] = Field(
        None, description="An id of the client's own; sending it again stores nothing twice."
    )


class Feedback(BaseModel):
    """Feedback as stored."""

    feedback_id: UUID
    member_id: UUID
    redemption_id: UUID | None
    score: int
    answered_at: datetime


@router.post(
    "/feedback",
    status_code=201,
    summary="Give feedback",
    responses={
        200: {"model": Feedback, "description": "The same answer was stored before"},
        **responses(
            Unauthenticated,
            SessionOver,
            RoleNeeded,
            UnknownMember,
            UnknownRedemption,
            FeedbackAlreadyGiven,
            VaultKeyMissing,
            InvalidRequest,
            RequestTooLarge,
        ),
    },
)
async def give_feedback(
    body: FeedbackRequest,
    asker: ActingForMember,
    request: Request,
    response: Response,
    dry_run: DryRun = False,
) -> Feedback:
    """Store a member's answer, a comment sealed; each redemption is answered for once."""
    state = request.app.state
    now = state.clock()
    new = NewFeedback(
        body.feedback_id or uuid7(now), body.member_id, body.redemption_id, body.score, body.comment
    )
    async with tenant_transaction(state.pools.api, asker.tenant_id, dry_run=dry_run) as connection:
        stored, is_new = await store_feedback(
            connection, state.vault, tenant_id=asker.tenant_id, new=new, now=now
        )
    if not is_new:
        response.status_code = 200
    return Feedback.model_validate(stored)
