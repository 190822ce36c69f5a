"""`/v1/after-sales`: opening and answering cases, and what is known of them."""

from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response

from transactional.access.domain import Unauthenticated
from transactional.access.routes import DryRun
from transactional.after_sales.documents import (
    AnswerRequest,
    Case,
    CaseHistory,
    CasePage,
    CaseRequest,
)
from transactional.after_sales.domain import (
    CaseExists,
    NotTakenBack,
    UnknownCase,
)
from transactional.after_sales.operations import NewCase, answer_case, open_case
from transactional.after_sales.queries import find_case, list_cases
from transactional.database import tenant_transaction
from transactional.identifiers import uuid7
from transactional.problem_documents import responses
from transactional.problems import InvalidRequest, RequestTooLarge
from transactional.redemption.domain import UnknownRedemption
from transactional.redemption.refusals import UnknownLine
from transactional.sessions.asking import Asking, Serving
from transactional.sessions.domain import RoleNeeded, SessionOver
from transactional.texts.sealing import keyed_hash
from transactional.vault import VaultKeyMissing

router = APIRouter(prefix="/v1", tags=["after-sales"])


@router.post(
    "/after-sales",
    status_code=201,
    summary="Open a case",
    responses={
        200: {"model": CaseHistory, "description": "The reference and these contents were sent before"},
        **responses(
            Unauthenticated,
            SessionOver,
            RoleNeeded,
            UnknownRedemption,
            UnknownLine,
            CaseExists,
            NotTakenBack,
            InvalidRequest,
            RequestTooLarge,
            VaultKeyMissing,
        ),
    },
)
async def add(
    body: CaseRequest, asker: Serving, request: Request, response: Response, dry_run: DryRun = False
) -> CaseHistory:
    """Open a case of a member; it is to be answered within 24 hours."""
    now = request.app.state.clock()
    async with tenant_transaction(
        request.app.state.pools.api, asker.tenant_id, dry_run=dry_run
    ) as connection:
        case_id, is_new = await open_case(
            connection,
            request.app.state.vault,
            tenant_id=asker.tenant_id,
            case_id=uuid7(now),
            new=NewCase(**dict(body)),
            request_hash=keyed_hash(request.app.state.vault, body),
            now=now,
        )
        case = await find_case(
            connection, request.app.state.vault, tenant_id=asker.tenant_id, case_id=case_id, now=now
        )
    if not is_new:
        response.status_code = 200
    return CaseHistory.model_validate(case)


@router.get(
    "/after-sales",
    summary="List cases",
    responses=responses(Unauthenticated, SessionOver, InvalidRequest),
)
async def show_all(
    asker: Asking,
    request: Request,
    status: Literal["open", "answered", "closed"] | None = None,
    is_overdue: bool | None = None,
    redemption_id: UUID | None = None,
    before: UUID | None = None,
    limit: Annotated[int, Query(ge=1, le=1000)] = 200,
) -> CasePage:
    """List cases, the newest first; `status=open` shows those nobody has answered yet."""
    async with tenant_transaction(request.app.state.pools.api, asker.tenant_id) as connection:
        found = await list_cases(
            connection,
            tenant_id=asker.tenant_id,
            now=request.app.state.clock(),
            status=status,
            is_overdue=is_overdue,
            redemption_id=redemption_id,
            before=before,
            limit=limit + 1,
        )
    page = [Case.model_validate(dict(row)) for row in found[:limit]]
    return CasePage(cases=page, next_before=page[-1].case_id if len(found) > limit else None)


@router.get(
    "/after-sales/{case_id}",
    summary="Show a case",
    responses=responses(Unauthenticated, SessionOver, UnknownCase, InvalidRequest, VaultKeyMissing),
)
async def show(case_id: UUID, asker: Asking, request: Request) -> CaseHistory:
    """Show a case with what was said and done about it."""
    return await shown(request, asker.tenant_id, case_id)


@router.post(
    "/after-sales/{case_id}/answers",
    summary="Answer a case",
    responses=responses(
        Unauthenticated,
        SessionOver,
        RoleNeeded,
        UnknownCase,
        InvalidRequest,
        RequestTooLarge,
        VaultKeyMissing,
    ),
)
async def answer(
    case_id: UUID, body: AnswerRequest, asker: Serving, request: Request, dry_run: DryRun = False
) -> CaseHistory:
    """Answer a case; the first answer stops its clock."""
    now = request.app.state.clock()
    tenant_id = asker.tenant_id
    async with tenant_transaction(request.app.state.pools.api, tenant_id, dry_run=dry_run) as connection:
        await answer_case(
            connection,
            request.app.state.vault,
            tenant_id=tenant_id,
            case_id=case_id,
            text=body.text,
            by=asker.acting(body.answered_by, "answered_by"),
            now=now,
        )
        case = await find_case(
            connection, request.app.state.vault, tenant_id=tenant_id, case_id=case_id, now=now
        )
    return CaseHistory.model_validate(case)


async def shown(request: Request, tenant_id: UUID, case_id: UUID) -> CaseHistory:
    """Return a case with what was said and done about it, as it stands."""
    async with tenant_transaction(request.app.state.pools.api, tenant_id) as connection:
        case = await find_case(
            connection,
            request.app.state.vault,
            tenant_id=tenant_id,
            case_id=case_id,
            now=request.app.state.clock(),
        )
    return CaseHistory.model_validate(case)
