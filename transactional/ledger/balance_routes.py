"""`/v1/members/{member_id}`: a member's balance, lots and statement."""

from datetime import date, datetime
from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel, Field

from transactional.access.domain import Unauthenticated
from transactional.database import tenant_transaction
from transactional.ledger.balances import balance_at, database_time, present_of
from transactional.ledger.queries import lots_of, statement
from transactional.members.domain import UnknownMember
from transactional.members.queries import require_member
from transactional.problem_documents import responses
from transactional.problems import InvalidRequest
from transactional.request_types import Moment, require_past
from transactional.sessions.asking import Asking
from transactional.sessions.domain import SessionOver

router = APIRouter(prefix="/v1/members", tags=["points"])


class Balance(BaseModel):
    """A member's points by bucket. available + held + pending + unswept = balance, what the entries sum to."""

    member_id: UUID
    as_of: datetime
    known_at: datetime | None
    available: int
    held: int
    pending: int
    expired: int = Field(description="All that expired, whether or not it was debited.")
    spent: int = Field(description="Redeemed, less what was refunded.")
    unswept: int = Field(description="The part of `expired` that is not debited yet.")
    balance: int
    owed_points: int = Field(description="Taken back beyond what was there; the next credits settle it.")


class Lot(BaseModel):
    """A credit and what is left of it; `used` is one with nothing left, `expires_on` the last business day."""

    lot_id: UUID
    issued: int
    remaining: int
    held: int
    active_from: datetime
    expires_on: date | None
    state: Literal["pending", "active", "expired", "used"]


class Lots(BaseModel):
    """A page of lots, newest first."""

    as_of: datetime
    lots: list[Lot]
    next_after: UUID | None


class StatementTransfer(BaseModel):
    """One change of a member's points; `reverses_id` is the transfer that it takes back."""

    transfer_id: UUID
    kind: Literal[
        "earn", "grant", "redeem", "refund", "adjust", "expire",
        "return", "settle", "correct", "exchange_out", "exchange_in",
    ]  # fmt: skip
    points: int
    redemption_id: UUID | None
    reference: str | None
    reverses_id: UUID | None
    reason: str | None
    effective_at: datetime
    recorded_at: datetime


class Statement(BaseModel):
    """A page of changes, newest first."""

    transfers: list[StatementTransfer]
    next_cursor: str | None


@router.get(
    "/{member_id}/balance",
    summary="Show a balance",
    responses=responses(Unauthenticated, SessionOver, UnknownMember, InvalidRequest),
)
async def show_balance(
    member_id: UUID,
    asker: Asking,
    request: Request,
    at: Annotated[Moment | None, Query(description="A past moment; now if left out.")] = None,
    known_at: Annotated[
        Moment | None, Query(description="Count only what was recorded by this past moment.")
    ] = None,
) -> Balance:
    """Show a member's points by bucket, now or at a past moment, by all that is known or was known then.

    `at` goes by when changes took effect, `known_at` by when they were recorded.
    """
    async with tenant_transaction(request.app.state.pools.api, asker.tenant_id) as connection:
        now = await present_of(
            connection, tenant_id=asker.tenant_id, member_id=member_id, clock_says=request.app.state.clock()
        )
        if at is not None:
            require_past("at", at, now)
        if known_at is not None:
            require_past("known_at", known_at, await database_time(connection))
        moment = at or now
        buckets = await balance_at(
            connection, tenant_id=asker.tenant_id, member_id=member_id, moment=moment, known_at=known_at
        )
    return Balance(member_id=member_id, as_of=moment, known_at=known_at, **buckets)


@router.get(
    "/{member_id}/lots",
    summary="List lots",
    responses=responses(Unauthenticated, SessionOver, UnknownMember, InvalidRequest),
)
async def list_lots(
    member_id: UUID,
    asker: Asking,
    request: Request,
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
    after: Annotated[UUID | None, Query(description="The `next_after` of the page before.")] = None,
) -> Lots:
    """List a member's lots as they are now, newest first, page by page."""
    async with tenant_transaction(request.app.state.pools.api, asker.tenant_id) as connection:
        now = await present_of(
            connection, tenant_id=asker.tenant_id, member_id=member_id, clock_says=request.app.state.clock()
        )
        found = await lots_of(
            connection,
            tenant_id=asker.tenant_id,
            member_id=member_id,
            moment=now,
            limit=limit + 1,
            after=after,
        )
    page = [Lot.model_validate(lot) for lot in found[:limit]]
    return Lots(as_of=now, lots=page, next_after=page[-1].lot_id if len(found) > limit else None)


@router.get(
    "/{member_id}/statement",
    summary="Show a statement",
    responses=responses(Unauthenticated, SessionOver, UnknownMember, InvalidRequest),
)
async def show_statement(
    member_id: UUID,
    asker: Asking,
    request: Request,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
    cursor: Annotated[str | None, Query(max_length=300)] = None,
) -> Statement:
    """Show a member's changes of points, newest first, page by page."""
    async with tenant_transaction(request.app.state.pools.api, asker.tenant_id) as connection:
        await require_member(connection, tenant_id=asker.tenant_id, member_id=member_id)
        page = await statement(
            connection, tenant_id=asker.tenant_id, member_id=member_id, limit=limit, cursor=cursor
        )
    return Statement.model_validate(page)
