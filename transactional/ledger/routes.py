"""`/v1/points` and a member's balance and statement."""

from datetime import date, datetime
from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from transactional.access.domain import Unauthenticated
from transactional.access.routes import Caller
from transactional.database import tenant_transaction
from transactional.engine.committer import CommitUnavailable, Overloaded
from transactional.engine.decide import IdempotencyConflict
from transactional.engine.lean import (
    DRY_RUN_PARAMETER,
    KEY_PARAMETER,
    MissingIdempotencyKey,
    answer,
    command_key,
    hash_of,
)
from transactional.identifiers import uuid7
from transactional.ledger.account import BalanceTooLarge
from transactional.ledger.commands import Earn
from transactional.ledger.queries import balance_at, statement
from transactional.members.domain import UnknownMember
from transactional.members.queries import require_member
from transactional.problem_documents import responses
from transactional.problems import InvalidRequest, RequestTooLarge
from transactional.request_types import Moment, Reference

router = APIRouter(prefix="/v1", tags=["points"])

MAX_EARN = 1_000_000_000


class EarnRequest(BaseModel):
    """Points to credit: `earn` for the member's own act, `grant` for a gift of the tenant."""

    model_config = ConfigDict(extra="forbid", strict=True)

    member_id: Annotated[UUID, Field(strict=False)]
    points: Annotated[int, Field(ge=1, le=MAX_EARN)]
    kind: Literal["earn", "grant"] = "earn"
    reference: Reference | None = None


class Credit(BaseModel):
    """The lot that was credited; `expires_on` is its last business day."""

    transfer_id: UUID
    member_id: UUID
    kind: str
    points: int
    available_points: int
    effective_at: datetime
    expires_on: date | None


class Balance(BaseModel):
    """A member's points by bucket; `balance` is what the entries sum to."""

    member_id: UUID
    as_of: datetime
    available: int
    held: int
    pending: int
    expired: int
    spent: int
    balance: int


class StatementTransfer(BaseModel):
    """One change of a member's points."""

    transfer_id: UUID
    kind: str
    points: int
    redemption_id: UUID | None
    reference: str | None
    effective_at: datetime
    recorded_at: datetime


class Statement(BaseModel):
    """A page of changes, newest first."""

    transfers: list[StatementTransfer]
    next_cursor: str | None


@router.post(
    "/points/earn",
    status_code=201,
    response_model=Credit,
    summary="Credit points",
    responses=responses(
        Unauthenticated,
        MissingIdempotencyKey,
        InvalidRequest,
        IdempotencyConflict,
        UnknownMember,
        BalanceTooLarge,
        CommitUnavailable,
        Overloaded,
        RequestTooLarge,
    ),
    # Not a parameter of the function, because a missing key has a refusal of its own.
    openapi_extra={"parameters": [KEY_PARAMETER, DRY_RUN_PARAMETER]},
)
async def earn(body: EarnRequest, tenant_id: Caller, request: Request) -> Response:
    """Credit points to a member as a new lot that expires by the program's rule."""
    key = command_key(request)
    now = request.app.state.clock()
    return await answer(
        request,
        Earn(
            tenant_id=tenant_id,
            member_id=body.member_id,
            key=key,
            body_hash=hash_of("earn", body.model_dump(mode="json")),
            at=now,
            transfer_id=uuid7(now),
            points=body.points,
            kind=body.kind,
            reference=body.reference,
        ),
    )


@router.get(
    "/members/{member_id}/balance",
    summary="Show a balance",
    responses=responses(Unauthenticated, UnknownMember, InvalidRequest),
)
async def show_balance(
    member_id: UUID,
    tenant_id: Caller,
    request: Request,
    at: Annotated[Moment | None, Query(description="A past moment; now if left out.")] = None,
) -> Balance:
    """Show a member's points by bucket, now or at a past moment."""
    now: datetime = request.app.state.clock()
    moment = at or now
    if moment > now:
        raise InvalidRequest("at: a balance can be asked for now or in the past")
    async with tenant_transaction(request.app.state.pools.api, tenant_id) as connection:
        await require_member(connection, tenant_id=tenant_id, member_id=member_id)
        buckets = await balance_at(connection, tenant_id=tenant_id, member_id=member_id, moment=moment)
    return Balance(member_id=member_id, as_of=moment, **buckets)


@router.get(
    "/members/{member_id}/statement",
    summary="Show a statement",
    responses=responses(Unauthenticated, UnknownMember, InvalidRequest),
)
async def show_statement(
    member_id: UUID,
    tenant_id: Caller,
    request: Request,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
    cursor: Annotated[str | None, Query(max_length=300)] = None,
) -> Statement:
    """Show a member's changes of points, newest first, page by page."""
    async with tenant_transaction(request.app.state.pools.api, tenant_id) as connection:
        await require_member(connection, tenant_id=tenant_id, member_id=member_id)
        page = await statement(
            connection, tenant_id=tenant_id, member_id=member_id, limit=limit, cursor=cursor
        )
    return Statement.model_validate(page)
