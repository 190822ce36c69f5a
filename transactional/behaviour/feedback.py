"""`POST /v1/feedback`: how satisfied a member is."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

import asyncpg
from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from transactional.access.domain import Unauthenticated
from transactional.access.routes import Caller, DryRun
from transactional.database import Connection, tenant_transaction
from transactional.identifiers import uuid7
from transactional.members.domain import UnknownMember
from transactional.members.queries import require_member
from transactional.problem_documents import responses
from transactional.problems import InvalidRequest, Problem, RequestTooLarge
from transactional.redemption.domain import UnknownRedemption
from transactional.request_types import Text
from transactional.texts.sealing import require, seal
from transactional.vault import VaultKeyMissing

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


_STORE = """
insert into mall.feedback (tenant_id, feedback_id, member_id, redemption_id, score, sealed_comment, answered_at)
values ($1, $2, $3, $4, $5, $6, $7)
on conflict (tenant_id, feedback_id) do nothing
returning feedback_id, member_id, redemption_id, score, answered_at
"""
_STORED = """
select feedback_id, member_id, redemption_id, score, answered_at
from mall.feedback
where tenant_id = $1 and feedback_id = $2
"""


@router.post(
    "/feedback",
    status_code=201,
    summary="Give feedback",
    responses={
        200: {"model": Feedback, "description": "The same answer was stored before"},
        **responses(
            Unauthenticated,
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
    tenant_id: Caller,
    request: Request,
    response: Response,
    dry_run: DryRun = False,
) -> Feedback:
    """Store a member's answer, a comment sealed; each redemption is answered for once."""
    state = request.app.state
    now = state.clock()
    feedback_id = body.feedback_id or uuid7(now)
    sealed = (
        seal(require(state.vault), body.comment, "comment", tenant_id, feedback_id) if body.comment else None
    )
    async with tenant_transaction(state.pools.api, tenant_id, dry_run=dry_run) as connection:
        await require_member(connection, tenant_id=tenant_id, member_id=body.member_id)
        if body.redemption_id is not None:
            await _require_theirs(connection, tenant_id, body.member_id, body.redemption_id)
        try:
            stored = await connection.fetchrow(
                _STORE,
                tenant_id,
                feedback_id,
                body.member_id,
                body.redemption_id,
                body.score,
                sealed,
                now,
            )
        except asyncpg.UniqueViolationError as error:
            raise FeedbackAlreadyGiven(
                f"redemption {body.redemption_id} has been answered for; an answer is not changed"
            ) from error
        if stored is None:
            response.status_code = 200
            stored = await connection.fetchrow(_STORED, tenant_id, feedback_id)
    feedback = Feedback.model_validate(dict(stored or {}))
    if (feedback.member_id, feedback.redemption_id, feedback.score) != (
        body.member_id, body.redemption_id, body.score,
    ):  # fmt: skip
        raise FeedbackAlreadyGiven(
            f"feedback {body.feedback_id} was given with another answer; make a new id"
        )
    return feedback


async def _require_theirs(
    connection: Connection, tenant_id: UUID, member_id: UUID, redemption_id: UUID
) -> None:
    owner = await connection.fetchval(
        "select member_id from mall.redemption where tenant_id = $1 and redemption_id = $2",
        tenant_id,
        redemption_id,
    )
    if owner != member_id:
        raise UnknownRedemption(f"the member has no redemption {redemption_id}")
