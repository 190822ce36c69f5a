"""`/v1/program`: the rules of the calling tenant's points."""

from typing import Literal

from fastapi import APIRouter, Request
from pydantic import BaseModel, ConfigDict, Field

from transactional.access.domain import Unauthenticated
from transactional.database import tenant_transaction
from transactional.problem_documents import responses
from transactional.problems import InvalidRequest
from transactional.sessions.asking import Asking
from transactional.sessions.domain import SessionOver
from transactional.tenants.queries import program_of

router = APIRouter(prefix="/v1", tags=["program"])


class Rate(BaseModel):
    """So many points are worth so many fen."""

    model_config = ConfigDict(from_attributes=True)

    points: int
    fen: int


class Program(BaseModel):
    """The rules of a tenant's points; `cash` and `offset` are null where the program does not do it."""

    model_config = ConfigDict(from_attributes=True)

    lot_validity_months: int | None = Field(description="Null: points never expire.")
    pending_days: int
    expiry_rounding: Literal["day", "month", "quarter"]
    return_policy: Literal["only_pending", "within_balance", "unlimited"]
    refund_grace_days: int
    qualification: Literal["calendar_year", "rolling_year"]
    cash: Rate | None
    cash_share_min_bp: int = Field(description="Smallest part of a price paid in cash, in basis points.")
    cash_share_max_bp: int
    offset: Rate | None
    payment_minutes: int
    review_hours: int
    confirmation_hours: int


@router.get(
    "/program",
    summary="Show the program's rules",
    responses=responses(Unauthenticated, SessionOver, InvalidRequest),
)
async def show_program(asker: Asking, request: Request) -> Program:
    """Show the rules by which points are credited, expire, are taken back and are paid with."""
    async with tenant_transaction(request.app.state.pools.api, asker.tenant_id) as connection:
        return Program.model_validate(await program_of(connection, tenant_id=asker.tenant_id))
