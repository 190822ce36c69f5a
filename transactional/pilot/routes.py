"""`/v1/pilot`: a share of the members sees the mall first."""

import secrets
from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Request
from pydantic import BaseModel, ConfigDict, Field, model_validator

from transactional.access.domain import Unauthenticated
from transactional.access.routes import Caller, DryRun
from transactional.clock import business_date
from transactional.database import Connection, tenant_transaction
from transactional.members.domain import UnknownMember
from transactional.pilot.domain import NoPilot, Pilot, PilotBegun, is_chosen
from transactional.problem_documents import responses
from transactional.problems import InvalidRequest, RequestTooLarge
from transactional.request_types import Day, Reference

router = APIRouter(prefix="/v1", tags=["pilot"])

_TENTH = 1000


class PilotRequest(BaseModel):
    """A pilot to set, or to extend once it has begun."""

    model_config = ConfigDict(extra="forbid")

    share_bp: Annotated[int, Field(strict=True, ge=1, le=10_000)] = Field(
        _TENTH, description="Basis points of the members; by default a tenth."
    )
    starts_on: Day
    ends_on: Day
    set_by: Reference

    @model_validator(mode="after")
    def _in_order(self) -> "PilotRequest":
        if self.ends_on < self.starts_on:
            raise ValueError("ends_on: the last day lies before the first")
        return self


class PilotShown(BaseModel):
    """The pilot: its share and its days, both included."""

    model_config = ConfigDict(from_attributes=True)

    share_bp: int
    starts_on: date
    ends_on: date


class PilotMember(BaseModel):
    """Whether a member is of the pilot's share, and whether it sees the mall today."""

    member_id: UUID
    is_chosen: bool
    sees_mall: bool = Field(
        description="Within the pilot its share sees it, afterwards everybody, and before it nobody."
    )


async def _find(connection: Connection, tenant_id: UUID) -> Pilot | None:
    row = await connection.fetchrow(
        "select salt, share_bp, starts_on, ends_on from mall.pilot where tenant_id = $1", tenant_id
    )
    return Pilot(*row) if row else None


@router.put(
    "/pilot",
    summary="Set a pilot",
    responses=responses(Unauthenticated, PilotBegun, InvalidRequest, RequestTooLarge),
)
async def put(body: PilotRequest, tenant_id: Caller, request: Request, dry_run: DryRun = False) -> PilotShown:
    """Choose a share of the members by a stable hash; once it has begun, only its last day may move."""
    now = request.app.state.clock()
    async with tenant_transaction(request.app.state.pools.api, tenant_id, dry_run=dry_run) as connection:
        await connection.execute(
            "select pg_advisory_xact_lock(hashtextextended('pilot ' || $1, 0))", str(tenant_id)
        )
        known = await _find(connection, tenant_id)
        if (
            known is not None
            and known.starts_on <= business_date(now)
            and (known.share_bp, known.starts_on) != (body.share_bp, body.starts_on)
        ):
            raise PilotBegun(known.starts_on)
        await connection.execute(
            "insert into mall.pilot (tenant_id, salt, share_bp, starts_on, ends_on, set_by, set_at) "
            "values ($1, $2, $3, $4, $5, $6, $7) on conflict (tenant_id) do update set share_bp = excluded.share_bp, "
            "starts_on = excluded.starts_on, ends_on = excluded.ends_on, set_by = excluded.set_by, set_at = excluded.set_at "
            "where (pilot.share_bp, pilot.starts_on, pilot.ends_on) "
            "is distinct from (excluded.share_bp, excluded.starts_on, excluded.ends_on)",
            tenant_id,
            secrets.token_hex(16),
            body.share_bp,
            body.starts_on,
            body.ends_on,
            body.set_by,
            now,
        )
    return PilotShown.model_validate(body, from_attributes=True)


@router.get("/pilot", summary="Show the pilot", responses=responses(Unauthenticated, NoPilot, InvalidRequest))
async def show(tenant_id: Caller, request: Request) -> PilotShown:
    """Show the pilot's share and days; what it came to is told by the warehouse (`fct_pilot_effect`)."""
    async with tenant_transaction(request.app.state.pools.api, tenant_id) as connection:
        pilot = await _find(connection, tenant_id)
    if pilot is None:
        raise NoPilot
    return PilotShown.model_validate(pilot)


@router.get(
    "/members/{member_id}/pilot",
    summary="Tell whether a member sees the mall",
    responses=responses(Unauthenticated, UnknownMember, NoPilot, InvalidRequest),
)
async def show_member(member_id: UUID, tenant_id: Caller, request: Request) -> PilotMember:
    """Tell whether a member is of the pilot's share; the same each time it is asked."""
    today = business_date(request.app.state.clock())
    async with tenant_transaction(request.app.state.pools.api, tenant_id) as connection:
        if not await connection.fetchval(
            "select exists (select from mall.member where tenant_id = $1 and member_id = $2 and erased_at is null)",
            tenant_id,
            member_id,
        ):
            raise UnknownMember(member_id)
        pilot = await _find(connection, tenant_id)
    if pilot is None:
        raise NoPilot
    chosen = is_chosen(pilot, member_id)
    return PilotMember(
        member_id=member_id,
        is_chosen=chosen,
        sees_mall=today > pilot.ends_on or (today >= pilot.starts_on and chosen),
    )
