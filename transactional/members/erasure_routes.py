"""`/v1/members/{member_id}/erasure`: a person asks to be forgotten."""

from datetime import datetime
from uuid import UUID

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, Field

from transactional.access.domain import Unauthenticated
from transactional.access.routes import Caller
from transactional.database import tenant_transaction
from transactional.engine.describing import COMMAND_PARAMETERS, DryRunQuote, command_responses
from transactional.engine.lean import answer, command_key, hash_of
from transactional.identifiers import uuid7
from transactional.members.commands import EraseMember
from transactional.members.domain import MemberHasOpenBusiness, NotErased, UnknownMember
from transactional.members.queries import erasure_of
from transactional.problem_documents import responses
from transactional.problems import InvalidRequest

router = APIRouter(prefix="/v1/members/{member_id}/erasure", tags=["members"])


class Erasure(BaseModel):
    """A member who was erased; `points_taken` left with an adjustment, `holds_released` were let go before."""

    member_id: UUID = Field(description="Stays in the ledger and leads to nobody.")
    erased_at: datetime
    points_taken: int
    holds_released: int


@router.post(
    "",
    summary="Erase a member",
    response_model=Erasure | DryRunQuote,
    responses=command_responses(UnknownMember, MemberHasOpenBusiness, status=200),
    openapi_extra=COMMAND_PARAMETERS,
)
async def erase(member_id: UUID, tenant_id: Caller, request: Request) -> Response:
    """Erase a person: events, answers, refusals, assessments, links, segments and your own reference of them go.

    The ledger's facts stay under an id that leads to nobody. Points that are left are taken by an adjustment; holds
    are released. Redemptions and payments that are not finished are in the way. It cannot be taken back, and erasing
    again tells of the first time. The warehouse, the models and the published releases follow with the next run.
    """
    key = command_key(request)
    now = request.app.state.clock()
    told = await answer(
        request,
        EraseMember(
            tenant_id=tenant_id,
            key=key,
            body_hash=hash_of("erase", {"member_id": str(member_id)}),
            at=now,
            member_id=member_id,
            transfer_id=uuid7(now),
        ),
    )
    if told.status_code == UnknownMember.status:
        async with tenant_transaction(request.app.state.pools.api, tenant_id) as connection:
            found = await erasure_of(connection, tenant_id=tenant_id, member_id=member_id)
        if found is not None:
            return Response(Erasure.model_validate(found).model_dump_json(), media_type="application/json")
    return told


@router.get("", summary="Show an erasure", responses=responses(Unauthenticated, NotErased, InvalidRequest))
async def show(member_id: UUID, tenant_id: Caller, request: Request) -> Erasure:
    """Show when a member was erased and what was done."""
    async with tenant_transaction(request.app.state.pools.api, tenant_id) as connection:
        found = await erasure_of(connection, tenant_id=tenant_id, member_id=member_id)
    if found is None:
        raise NotErased(member_id)
    return Erasure.model_validate(found)
