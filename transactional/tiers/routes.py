"""`/v1/tiers` and a member's tier."""

from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from transactional.access.domain import Unauthenticated
from transactional.access.routes import Caller, DryRun
from transactional.clock import business_date
from transactional.database import tenant_transaction
from transactional.ledger.balances import present_of
from transactional.members.domain import UnknownMember
from transactional.problem_documents import responses
from transactional.problems import InvalidRequest, RequestTooLarge
from transactional.request_types import Code, Day
from transactional.sessions.asking import Asking, Deciding
from transactional.sessions.domain import RoleNeeded, SessionOver
from transactional.tenants.queries import program_of
from transactional.tiers.domain import Tier, qualification_period, standing
from transactional.tiers.operations import replace_tiers
from transactional.tiers.queries import earned_in, tiers_of

router = APIRouter(prefix="/v1", tags=["tiers"])

MAX_TIERS = 50
MAX_THRESHOLD = 10**14


TierName = Annotated[str, StringConstraints(min_length=1, max_length=100, pattern=r"^[^\x00]*\S[^\x00]*$")]


class TierBody(BaseModel):
    """A level that members reach with so many points earned in the qualification period."""

    model_config = ConfigDict(extra="forbid", strict=True, from_attributes=True)

    code: Code
    name: TierName
    threshold_points: Annotated[int, Field(ge=0, le=MAX_THRESHOLD)]


class TierList(BaseModel):
    """All tiers of the tenant, lowest first."""

    model_config = ConfigDict(extra="forbid", strict=True)

    tiers: Annotated[list[TierBody], Field(max_length=MAX_TIERS)]

    @model_validator(mode="after")
    def _are_distinct(self) -> "TierList":
        for what in ("code", "threshold_points"):
            seen = [getattr(tier, what) for tier in self.tiers]
            if len(set(seen)) < len(seen):
                raise ValueError(f"two tiers have the same {what}; give each its own")
        return self


class MemberTier(BaseModel):
    """Where a member stands on a day; `points` were earned in the period, whatever is left of them."""

    member_id: UUID
    on: date
    period_from: date
    points: int
    tier: TierBody | None
    next_tier: TierBody | None
    missing_points: int


@router.get("/tiers", summary="List tiers", responses=responses(Unauthenticated, SessionOver, InvalidRequest))
async def list_tiers(asker: Asking, request: Request) -> TierList:
    """List the tiers, lowest first."""
    async with tenant_transaction(request.app.state.pools.api, asker.tenant_id) as connection:
        found = await tiers_of(connection, tenant_id=asker.tenant_id)
    return TierList(tiers=[TierBody.model_validate(tier) for tier in found])


@router.put(
    "/tiers",
    summary="Replace the tiers",
    responses=responses(Unauthenticated, SessionOver, RoleNeeded, InvalidRequest, RequestTooLarge),
)
async def put_tiers(body: TierList, asker: Deciding, request: Request, dry_run: DryRun = False) -> TierList:
    """Replace the list of tiers as a whole; members' tiers follow at once."""
    tiers = [Tier(tier.code, tier.name, tier.threshold_points) for tier in body.tiers]
    async with tenant_transaction(
        request.app.state.pools.api, asker.tenant_id, dry_run=dry_run
    ) as connection:
        await replace_tiers(connection, tenant_id=asker.tenant_id, tiers=tiers)
    return TierList(tiers=sorted(body.tiers, key=lambda tier: tier.threshold_points))


@router.get(
    "/members/{member_id}/tier",
    summary="Show a member's tier",
    responses=responses(Unauthenticated, UnknownMember, InvalidRequest),
)
async def show_tier(
    member_id: UUID,
    tenant_id: Caller,
    request: Request,
    on: Annotated[Day | None, Query(description="A past business day; today if left out.")] = None,
) -> MemberTier:
    """Show the tier that a member had reached by the end of a day, and what the next one needs."""
    async with tenant_transaction(request.app.state.pools.api, tenant_id) as connection:
        now = await present_of(
            connection, tenant_id=tenant_id, member_id=member_id, clock_says=request.app.state.clock()
        )
        day = on or business_date(now)
        if not date(1970, 1, 1) <= day <= business_date(now):
            raise InvalidRequest("on: ask for today or a past day since 1970")
        program = await program_of(connection, tenant_id=tenant_id)
        period = qualification_period(day, program.qualification)
        points = await earned_in(connection, tenant_id=tenant_id, member_id=member_id, period=period)
        reached = standing(points, await tiers_of(connection, tenant_id=tenant_id))
    return MemberTier(
        member_id=member_id,
        on=day,
        period_from=period.first,
        points=points,
        tier=_body(reached.tier),
        next_tier=_body(reached.next_tier),
        missing_points=reached.missing_points,
    )


def _body(tier: Tier | None) -> TierBody | None:
    return None if tier is None else TierBody.model_validate(tier)
