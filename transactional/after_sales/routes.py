"""`/v1/after-sales`: opening, answering and deciding cases."""

from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response

from transactional.access.domain import Unauthenticated
from transactional.access.routes import Caller, DryRun
from transactional.after_sales.deciding import Decision, decide_case, make_refund
from transactional.after_sales.documents import (
    AnswerRequest,
    Case,
    CaseHistory,
    CasePage,
    CaseRequest,
    DecisionRequest,
)
from transactional.after_sales.domain import (
    CaseDecided,
    CaseExists,
    NotReplaceable,
    NotTakenBack,
    UnderWay,
    UnknownCase,
)
from transactional.after_sales.operations import NewCase, answer_case, open_case
from transactional.after_sales.queries import find_case, list_cases
from transactional.database import tenant_transaction
from transactional.engine.committer import CommitUnavailable, Overloaded
from transactional.identifiers import uuid7
from transactional.ledger.account import BalanceTooLarge
from transactional.problem_documents import MEDIA_TYPE, responses
from transactional.problems import InvalidRequest, RequestTooLarge
from transactional.redemption.domain import ItemBarred, OutOfStock, UnknownRedemption
from transactional.redemption.ending import RefundTooLarge, UnknownLine
from transactional.redemption.states import IllegalMove
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
    body: CaseRequest, tenant_id: Caller, request: Request, response: Response, dry_run: DryRun = False
) -> CaseHistory:
    """Open a case of a member; it is to be answered within 24 hours."""
    now = request.app.state.clock()
    async with tenant_transaction(request.app.state.pools.api, tenant_id, dry_run=dry_run) as connection:
        case_id, is_new = await open_case(
            connection,
            request.app.state.vault,
            tenant_id=tenant_id,
            case_id=uuid7(now),
            new=NewCase(**dict(body)),
            request_hash=keyed_hash(request.app.state.vault, body),
            now=now,
        )
        case = await find_case(
            connection, request.app.state.vault, tenant_id=tenant_id, case_id=case_id, now=now
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
    return await _shown(request, asker.tenant_id, case_id)


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


@router.post(
    "/after-sales/{case_id}/decision",
    summary="Decide a case",
    response_model=CaseHistory,
    responses=responses(
        Unauthenticated,
        SessionOver,
        RoleNeeded,
        UnknownCase,
        CaseDecided,
        UnderWay,
        NotReplaceable,
        ItemBarred,
        OutOfStock,
        IllegalMove,
        RefundTooLarge,
        BalanceTooLarge,
        CommitUnavailable,
        Overloaded,
        InvalidRequest,
        RequestTooLarge,
        VaultKeyMissing,
    ),
)
async def decide(
    case_id: UUID, body: DecisionRequest, asker: Serving, request: Request, dry_run: DryRun = False
) -> Any:
    """Decide a case; a refund gives points and cash back as they were paid, once.

    A replacement takes its pieces from the stock at once, or is refused where there are none; register its parcel with
    the redemption's shipments, naming the case. The case is closed when it was delivered; until then nobody else replaces
    or refunds these pieces by a case.
    If the redemption's state refuses the refund, the case stays undecided and the refusal is the answer.
    """
    state = request.app.state
    now = state.clock()
    tenant_id = asker.tenant_id
    by = asker.acting(body.decided_by, "decided_by")
    decision = Decision(body.outcome, body.responsibility, by, body.text, body.restock)
    async with tenant_transaction(state.pools.api, tenant_id, dry_run=dry_run) as connection:
        is_due = await decide_case(
            connection, state.vault, tenant_id=tenant_id, case_id=case_id, decision=decision, now=now
        )
        case = await find_case(
            connection, request.app.state.vault, tenant_id=tenant_id, case_id=case_id, now=now
        )
    if not is_due or dry_run:
        return CaseHistory.model_validate(case)
    refusal = await make_refund(
        state.pools, state.committer, state.vault, tenant_id=tenant_id, case_id=case_id, now=now
    )
    if refusal is not None:
        return Response(refusal.body, refusal.status, media_type=MEDIA_TYPE)
    return await _shown(request, tenant_id, case_id)


async def _shown(request: Request, tenant_id: UUID, case_id: UUID) -> CaseHistory:
    async with tenant_transaction(request.app.state.pools.api, tenant_id) as connection:
        case = await find_case(
            connection,
            request.app.state.vault,
            tenant_id=tenant_id,
            case_id=case_id,
            now=request.app.state.clock(),
        )
    return CaseHistory.model_validate(case)
