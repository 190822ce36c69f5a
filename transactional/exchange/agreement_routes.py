"""`/v1/exchanges/agreements`: what two tenants agree on before points go from one to the other."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Request
from pydantic import BaseModel, ConfigDict, Field

from transactional.access.domain import Unauthenticated
from transactional.access.routes import Caller, DryRun
from transactional.database import tenant_transaction
from transactional.exchange import agreements
from transactional.exchange.agreements import NewAgreement
from transactional.exchange.consent_refusals import (
    AgreementEnded,
    AgreementOverlaps,
    UnknownAgreement,
    UnknownPartner,
)
from transactional.exchange.domain import Terms
from transactional.problem_documents import responses
from transactional.problems import InvalidRequest, RequestTooLarge
from transactional.request_types import Moment

router = APIRouter(prefix="/v1/exchanges/agreements", tags=["exchanges"])

MAX_RATE = 1_000_000
TenantCode = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_-]{1,39}$", description="A tenant's code.")]


class AgreementProposal(BaseModel):
    """Terms under which the calling tenant's points can become the other's: from_points buy to_points.

    The fee, in basis points of what a member gives, is rounded up; what the points buy is rounded down.
    """

    model_config = ConfigDict(extra="forbid")

    to_tenant: TenantCode
    from_points: Annotated[int, Field(strict=True, ge=1, le=MAX_RATE)]
    to_points: Annotated[int, Field(strict=True, ge=1, le=MAX_RATE)]
    fee_bp: Annotated[int, Field(strict=True, ge=0, le=9_999)] = 0
    member_daily_points: Annotated[int, Field(strict=True, ge=1, le=10**9)]
    pair_daily_points: Annotated[int, Field(strict=True, ge=1, le=10**12)]
    settlement_fen_per_100: Annotated[
        int,
        Field(strict=True, ge=0, le=1_000_000, description="Owed to the other for 100 points it credits."),
    ]
    valid_from: Moment | None = Field(None, description="Now if left out.")
    valid_until: Moment | None = None


class Agreement(BaseModel):
    """A tenant's copy of an agreement; it counts once it is accepted, within its dates, until it is ended."""

    agreement_id: UUID
    direction: Literal["out", "in"] = Field(description="`out` if the calling tenant's points are given.")
    partner: str
    partner_name: str
    from_points: int
    to_points: int
    fee_bp: int
    member_daily_points: int
    pair_daily_points: int
    settlement_fen_per_100: int
    valid_from: datetime
    valid_until: datetime | None
    proposed_at: datetime
    accepted_at: datetime | None
    ended_at: datetime | None


class Agreements(BaseModel):
    """All agreements and proposals of a tenant, newest first."""

    agreements: list[Agreement]


@router.post(
    "",
    status_code=201,
    summary="Propose an agreement",
    responses=responses(Unauthenticated, UnknownPartner, InvalidRequest, RequestTooLarge),
)
async def propose(
    body: AgreementProposal, tenant_id: Caller, request: Request, dry_run: DryRun = False
) -> Agreement:
    """Propose terms to the tenant whose points are to be credited; nothing counts before it accepts them."""
    state = request.app.state
    now = state.clock()
    new = NewAgreement(
        terms=Terms(body.from_points, body.to_points, body.fee_bp),
        member_daily_points=body.member_daily_points,
        pair_daily_points=body.pair_daily_points,
        settlement_fen_per_100=body.settlement_fen_per_100,
        valid_from=body.valid_from or now,
        valid_until=body.valid_until,
    )
    async with tenant_transaction(state.pools.committer, tenant_id, dry_run=dry_run) as connection:
        row = await agreements.propose(
            connection, tenant_id=tenant_id, to_code=body.to_tenant, new=new, now=now
        )
    return Agreement.model_validate(row)


@router.get("", summary="List agreements", responses=responses(Unauthenticated, InvalidRequest))
async def list_agreements(tenant_id: Caller, request: Request) -> Agreements:
    """Return the tenant's agreements and proposals in both directions."""
    async with tenant_transaction(request.app.state.pools.api, tenant_id) as connection:
        rows = await agreements.agreements_of(connection, tenant_id=tenant_id)
    return Agreements(agreements=[Agreement.model_validate(row) for row in rows])


@router.post(
    "/{agreement_id}/acceptance",
    summary="Accept an agreement",
    responses=responses(
        Unauthenticated, UnknownAgreement, AgreementEnded, AgreementOverlaps, InvalidRequest, RequestTooLarge
    ),
)
async def accept(
    agreement_id: UUID, tenant_id: Caller, request: Request, dry_run: DryRun = False
) -> Agreement:
    """Accept what another tenant proposed: its members may buy the calling tenant's points from now on."""
    state = request.app.state
    async with tenant_transaction(state.pools.committer, tenant_id, dry_run=dry_run) as connection:
        row = await agreements.accept(
            connection, tenant_id=tenant_id, agreement_id=agreement_id, now=state.clock()
        )
    return Agreement.model_validate(row)


@router.delete(
    "/{agreement_id}",
    status_code=204,
    summary="End an agreement",
    responses=responses(Unauthenticated, UnknownAgreement, InvalidRequest),
)
async def end(agreement_id: UUID, tenant_id: Caller, request: Request, dry_run: DryRun = False) -> None:
    """End an agreement or a proposal, as either tenant. What was exchanged stays and can still be reversed."""
    state = request.app.state
    async with tenant_transaction(state.pools.committer, tenant_id, dry_run=dry_run) as connection:
        await agreements.end(connection, tenant_id=tenant_id, agreement_id=agreement_id, now=state.clock())
