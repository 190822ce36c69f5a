"""`/v1/after-sales/{case_id}/decision`: deciding cases."""

from typing import Any
from uuid import UUID

from fastapi import APIRouter, Request, Response

from transactional.access.domain import Unauthenticated
from transactional.access.routes import DryRun
from transactional.after_sales.deciding import Decision, decide_case
from transactional.after_sales.documents import CaseHistory, DecisionRequest
from transactional.after_sales.domain import CaseDecided, NotReplaceable, UnderWay, UnknownCase
from transactional.after_sales.queries import find_case
from transactional.after_sales.refunding import make_refund
from transactional.after_sales.routes import shown
from transactional.database import tenant_transaction
from transactional.engine.committer import CommitUnavailable, Overloaded
from transactional.ledger.account import BalanceTooLarge
from transactional.problem_documents import MEDIA_TYPE, responses
from transactional.problems import InvalidRequest, RequestTooLarge
from transactional.redemption.domain import ItemBarred, OutOfStock
from transactional.redemption.refusals import RefundTooLarge
from transactional.redemption.states import IllegalMove
from transactional.sessions.asking import Serving
from transactional.sessions.domain import RoleNeeded, SessionOver
from transactional.vault import VaultKeyMissing

router = APIRouter(prefix="/v1", tags=["after-sales"])


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
        case = await find_case(connection, state.vault, tenant_id=tenant_id, case_id=case_id, now=now)
    if not is_due or dry_run:
        return CaseHistory.model_validate(case)
    refusal = await make_refund(
        state.pools, state.committer, state.vault, tenant_id=tenant_id, case_id=case_id, now=now
    )
    if refusal is not None:
        return Response(refusal.body, refusal.status, media_type=MEDIA_TYPE)
    return await shown(request, tenant_id, case_id)
