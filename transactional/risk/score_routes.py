"""`/v1/risk/scores`; the pipeline writes them with `/v1/write-back/…/risk-scores`."""

from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel, ConfigDict, Field, model_validator

from transactional.access.domain import Unauthenticated
from transactional.access.routes import WRITE_BACK_ONLY, Caller, DryRun
from transactional.database import tenant_transaction
from transactional.problem_documents import responses
from transactional.problems import InvalidRequest
from transactional.request_types import Code
from transactional.risk.scores import Score, Scores, list_scores
from transactional.write_back.requests import (
    MAX_ITEMS,
    RESPONSES,
    WriteBackRequest,
    WriteBackResults,
    require_distinct,
    write_back,
)

router = APIRouter(prefix="/v1", tags=["risk"])

_MAX_REASONS = 20


class ScoreItem(BaseModel):
    """A member's score and the parts of it that are not 0."""

    model_config = ConfigDict(extra="forbid")

    member_id: UUID
    score: Annotated[int, Field(strict=True, ge=1, le=1000)]
    reasons: Annotated[list[Code], Field(min_length=1, max_length=_MAX_REASONS)]


class ScoresRequest(WriteBackRequest):
    """Members with a score; all others have 0."""

    items: Annotated[list[ScoreItem], Field(max_length=MAX_ITEMS)]

    @model_validator(mode="after")
    def _are_distinct(self) -> "ScoresRequest":
        require_distinct(item.member_id for item in self.items)
        return self


class MemberScore(BaseModel):
    """A member's batch risk score on a day, by a release of the warehouse."""

    member_id: UUID
    score: int
    reasons: list[str]
    as_of_date: date
    release_id: str


class ScorePage(BaseModel):
    """A page, highest first; ask for the next one with `after=next_after`."""

    scores: list[MemberScore]
    next_after: str | None


@router.put(
    "/write-back/{tenant_id}/risk-scores",
    summary="Write risk scores back",
    dependencies=[WRITE_BACK_ONLY],
    responses=RESPONSES,
)
async def put_scores(
    tenant_id: UUID, body: ScoresRequest, request: Request, dry_run: DryRun = False
) -> WriteBackResults:
    """Store the scores a release computed; for the pipeline. A newer release replaces an older one, never back."""
    told = Scores([Score(item.member_id, item.score, tuple(item.reasons)) for item in body.items])
    return await write_back(request, tenant_id, body, told, dry_run=dry_run)


@router.get("/risk/scores", summary="List risk scores", responses=responses(Unauthenticated, InvalidRequest))
async def show_scores(
    tenant_id: Caller,
    request: Request,
    minimum: Annotated[int, Query(ge=1, le=1000)] = 1,
    member_id: UUID | None = None,
    after: Annotated[str | None, Query(pattern=r"^\d{1,4}:[0-9a-f-]{36}$")] = None,
    limit: Annotated[int, Query(ge=1, le=1000)] = 200,
) -> ScorePage:
    """List members with a batch risk score, highest first; a member who is not there has a score of 0."""
    cursor = None
    if after is not None:
        score, _, last = after.partition(":")
        try:
            cursor = (int(score), UUID(last))
        except ValueError as error:
            raise InvalidRequest("after: give the `next_after` of the page before") from error
    async with tenant_transaction(request.app.state.pools.api, tenant_id) as connection:
        found = await list_scores(
            connection,
            tenant_id=tenant_id,
            minimum=minimum,
            member_id=member_id,
            after=cursor,
            limit=limit + 1,
        )
    page = [MemberScore.model_validate(one) for one in found[:limit]]
    more = f"{page[-1].score}:{page[-1].member_id}" if len(found) > limit else None
    return ScorePage(scores=page, next_after=more)
