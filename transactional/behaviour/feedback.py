"""`POST /v1/feedback`: how satisfied a member is."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

import asyncpg
from fastapi import APIRouter, Request
from pydantic import BaseModel, ConfigDict, Field

from transactional.access.domain import Unauthenticated
from transactional.access.routes import Caller
from transactional.database import tenant_transaction
from transactional.members.domain import UnknownMember
from transactional.members.queries import require_member
from transactional.problem_documents import responses
from transactional.problems import InvalidRequest, Problem
from transactional.redemption.domain import UnknownRedemption

router = APIRouter(prefix="/v1", tags=["behaviour"])


class FeedbackAlreadyGiven(Problem):
    """The redemption has been answered for."""

    slug = "feedback-already-given"
    title = "Feedback was given before"
    status = 409


class FeedbackRequest(BaseModel):
    """An answer from 1 (very dissatisfied) to 5 (very satisfied), about one redemption or in general."""

    model_config = ConfigDict(extra="forbid", strict=True)

    member_id: Annotated[UUID, Field(strict=False)]
    redemption_id: Annotated[UUID | None, Field(strict=False)] = None
    score: Annotated[int, Field(ge=1, le=5)]
    comment: Annotated[str | None, Field(max_length=2000, pattern=r"^[^\x00]*$")] = None


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
    responses=responses(
        Unauthenticated, UnknownMember, UnknownRedemption, FeedbackAlreadyGiven, InvalidRequest
    ),
)
async def give_feedback(body: FeedbackRequest, tenant_id: Caller, request: Request) -> Feedback:
    """Store a member's answer; each redemption is answered for once."""
    async with tenant_transaction(request.app.state.pools.api, tenant_id) as connection:
        await require_member(connection, tenant_id=tenant_id, member_id=body.member_id)
        if body.redemption_id is not None:
            theirs = await connection.fetchval(
                "select member_id from mall.redemption where tenant_id = $1 and redemption_id = $2",
                tenant_id,
                body.redemption_id,
            )
            if theirs != body.member_id:
                raise UnknownRedemption(f"the member has no redemption {body.redemption_id}")
        try:
            row = await connection.fetchrow(
                "insert into mall.feedback "
                "(tenant_id, member_id, redemption_id, score, comment, answered_at) "
                "values ($1, $2, $3, $4, $5, $6) "
                "returning feedback_id, member_id, redemption_id, score, answered_at",
                tenant_id,
                body.member_id,
                body.redemption_id,
                body.score,
                body.comment,
                request.app.state.clock(),
            )
        except asyncpg.UniqueViolationError as error:
            raise FeedbackAlreadyGiven(
                f"redemption {body.redemption_id} has been answered for; an answer is not changed"
            ) from error
    assert row is not None
    return Feedback.model_validate(dict(row))
