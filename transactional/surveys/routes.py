"""`/v1/surveys`: opening, answering and reading surveys."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response

from transactional.access.domain import Unauthenticated
from transactional.access.routes import DryRun
from transactional.database import tenant_transaction
from transactional.identifiers import uuid7
from transactional.members.domain import UnknownMember
from transactional.members.queries import require_member
from transactional.problem_documents import responses
from transactional.problems import InvalidRequest, RequestTooLarge
from transactional.redemption.domain import UnknownRedemption
from transactional.request_hash import request_hash
from transactional.sessions.asking import ActingForMember, Asking, Deciding
from transactional.sessions.domain import RoleNeeded, SessionOver
from transactional.surveys import documents, queries
from transactional.surveys.answering import NewResponse, respond
from transactional.surveys.domain import (
    Answer,
    AnswersUnsuitable,
    NotInvited,
    Question,
    SurveyAnswered,
    SurveyEnded,
    SurveyExists,
    UnknownSurvey,
)
from transactional.surveys.operations import NewSurvey, end_survey, open_survey
from transactional.texts.sealing import keyed_hash
from transactional.vault import VaultKeyMissing

router = APIRouter(prefix="/v1", tags=["surveys"])


@router.post(
    "/surveys",
    status_code=201,
    summary="Open a survey",
    responses={
        200: {"model": documents.SurveyResults, "description": "The code and these contents were sent before"},
        **responses(Unauthenticated, SessionOver, RoleNeeded, SurveyExists, InvalidRequest, RequestTooLarge),
    },
)  # fmt: skip
async def add(
    body: documents.SurveyRequest,
    asker: Deciding,
    request: Request,
    response: Response,
    dry_run: DryRun = False,
) -> documents.SurveyResults:
    """Open a survey; it stands as it is and takes answers until it is ended."""
    now = request.app.state.clock()
    questions = [
        Question(
            n, q.kind, q.wording, None if q.choices is None else tuple(q.choices), q.is_satisfaction, q.is_required
        )
        for n, q in enumerate(body.questions, start=1)
    ]  # fmt: skip
    async with tenant_transaction(
        request.app.state.pools.api, asker.tenant_id, dry_run=dry_run
    ) as connection:
        survey_id, is_new = await open_survey(
            connection,
            tenant_id=asker.tenant_id,
            survey_id=uuid7(now),
            new=NewSurvey(body.code, body.title, body.invites_after, questions),
            request_hash=request_hash(body),
            by=asker.acting(body.opened_by, "opened_by"),
            now=now,
        )
        found = await queries.survey_results(connection, tenant_id=asker.tenant_id, survey_id=survey_id)
    if not is_new:
        response.status_code = 200
    return documents.SurveyResults.model_validate(found)


@router.get(
    "/surveys",
    summary="List surveys",
    responses=responses(Unauthenticated, SessionOver, InvalidRequest),
)
async def show_all(asker: Asking, request: Request) -> documents.SurveyList:
    """List the tenant's surveys, the newest first."""
    async with tenant_transaction(request.app.state.pools.api, asker.tenant_id) as connection:
        found = await queries.list_surveys(connection, tenant_id=asker.tenant_id)
    return documents.SurveyList(surveys=[documents.Survey.model_validate(dict(row)) for row in found])


@router.get(
    "/surveys/{survey_id}",
    summary="Show a survey and its results",
    responses=responses(Unauthenticated, SessionOver, UnknownSurvey, InvalidRequest),
)
async def show(survey_id: UUID, asker: Asking, request: Request) -> documents.SurveyResults:
    """Show a survey with how often each question was answered how."""
    async with tenant_transaction(request.app.state.pools.api, asker.tenant_id) as connection:
        found = await queries.survey_results(connection, tenant_id=asker.tenant_id, survey_id=survey_id)
    return documents.SurveyResults.model_validate(found)


@router.post(
    "/surveys/{survey_id}/end",
    summary="End a survey",
    responses=responses(
        Unauthenticated, SessionOver, RoleNeeded, UnknownSurvey, InvalidRequest, RequestTooLarge
    ),
)
async def end(
    survey_id: UUID, asker: Deciding, request: Request, dry_run: DryRun = False
) -> documents.SurveyResults:
    """End a survey: nobody is invited any more, and no more answers are taken."""
    async with tenant_transaction(
        request.app.state.pools.api, asker.tenant_id, dry_run=dry_run
    ) as connection:
        await end_survey(
            connection, tenant_id=asker.tenant_id, survey_id=survey_id, now=request.app.state.clock()
        )
        found = await queries.survey_results(connection, tenant_id=asker.tenant_id, survey_id=survey_id)
    return documents.SurveyResults.model_validate(found)


@router.post(
    "/surveys/{survey_id}/responses",
    status_code=201,
    summary="Answer a survey",
    responses={
        200: {"model": documents.SurveyResponse, "description": "The same answers were stored before"},
        **responses(
            Unauthenticated,
            SessionOver,
            RoleNeeded,
            UnknownSurvey,
            UnknownMember,
            UnknownRedemption,
            SurveyEnded,
            NotInvited,
            SurveyAnswered,
            AnswersUnsuitable,
            VaultKeyMissing,
            InvalidRequest,
            RequestTooLarge,
        ),
    },
)
async def answer(
    survey_id: UUID,
    body: documents.ResponseRequest,
    asker: ActingForMember,
    request: Request,
    response: Response,
    dry_run: DryRun = False,
) -> documents.SurveyResponse:
    """Store a member's answers, once; the answer to the question of satisfaction counts as feedback."""
    state, tenant_id = request.app.state, asker.tenant_id
    async with tenant_transaction(state.pools.api, tenant_id, dry_run=dry_run) as connection:
        is_new = await respond(
            connection,
            state.vault,
            tenant_id=tenant_id,
            survey_id=survey_id,
            new=NewResponse(
                body.member_id, body.redemption_id, [Answer(**dict(answer)) for answer in body.answers]
            ),
            request_hash=keyed_hash(state.vault, body),
            now=state.clock(),
        )
        (stored,) = await queries.list_responses(
            connection,
            state.vault,
            tenant_id=tenant_id,
            survey_id=survey_id,
            member_id=body.member_id,
            limit=1,
        )
    if not is_new:
        response.status_code = 200
    return documents.SurveyResponse.model_validate(stored)


@router.get(
    "/surveys/{survey_id}/responses",
    summary="List what members answered",
    responses=responses(Unauthenticated, SessionOver, UnknownSurvey, VaultKeyMissing, InvalidRequest),
)
async def show_responses(
    survey_id: UUID,
    asker: Asking,
    request: Request,
    after: UUID | None = None,
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
) -> documents.SurveyResponsePage:
    """List what members answered, in the order of their ids."""
    state = request.app.state
    async with tenant_transaction(state.pools.api, asker.tenant_id) as connection:
        found = await queries.list_responses(
            connection,
            state.vault,
            tenant_id=asker.tenant_id,
            survey_id=survey_id,
            after=after,
            limit=limit + 1,
        )
    page = [documents.SurveyResponse.model_validate(one) for one in found[:limit]]
    return documents.SurveyResponsePage(
        responses=page, next_after=page[-1].member_id if len(found) > limit else None
    )


@router.get(
    "/members/{member_id}/surveys",
    summary="Show what a member is invited to",
    responses=responses(Unauthenticated, SessionOver, UnknownMember, InvalidRequest),
)
async def show_invitations(member_id: UUID, asker: Asking, request: Request) -> documents.Invitations:
    """Show the surveys that a member is invited to and has not answered."""
    async with tenant_transaction(request.app.state.pools.api, asker.tenant_id) as connection:
        await require_member(connection, tenant_id=asker.tenant_id, member_id=member_id)
        found = await queries.invitations_of(connection, tenant_id=asker.tenant_id, member_id=member_id)
    invitations = [documents.Invitation.model_validate(dict(row)) for row in found]
    return documents.Invitations(member_id=member_id, invitations=invitations)
