"""`/v1/risk/rules/proposals` and `/v1/risk/rules/acts`: who proposes, activates and closes rules, and why."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel, ConfigDict, Field

from transactional.access.domain import Unauthenticated
from transactional.access.routes import DryRun
from transactional.database import tenant_transaction
from transactional.problem_documents import responses
from transactional.problems import InvalidRequest, Problem, RequestTooLarge
from transactional.request_types import Reason, Reference
from transactional.risk.acts import Act, Actor, list_acts
from transactional.risk.proposals import (
    ProposalDecided,
    UnknownProposal,
    activate,
    list_proposals,
    propose,
    withdraw,
)
from transactional.risk.rule_requests import NewRuleRequest
from transactional.sessions.asking import Asker, Reviewing
from transactional.sessions.domain import RoleNeeded, SessionOver

router = APIRouter(prefix="/v1/risk/rules", tags=["risk"])

# Puts a proposal in force, or withdraws it.
_Decide = Callable[..., Awaitable[object]]

_REFUSED: tuple[type[Problem], ...] = (Unauthenticated, SessionOver, RoleNeeded, InvalidRequest)


class ActRequest(BaseModel):
    """Why something is done, and by whom; a person need not say who they are."""

    model_config = ConfigDict(extra="forbid")

    reason: Reason
    acted_by: Reference | None = None


class ProposalRequest(ActRequest):
    """A rule that is to count, once somebody puts it in force."""

    rule: NewRuleRequest


class RuleProposal(BaseModel):
    """A rule that was proposed, and what became of it."""

    proposal_id: UUID
    parameters: dict[str, Any]
    proposed_by: str | None
    proposed_at: datetime
    reason: str
    state: Literal["proposed", "activated", "withdrawn"]
    decided_by: str | None
    decided_at: datetime | None
    decided_reason: str | None
    rule_id: UUID | None = Field(description="The rule that it became.")


class RuleProposals(BaseModel):
    """Proposals, the newest first."""

    proposals: list[RuleProposal]


class RuleAct(BaseModel):
    """An act about a rule; `acted_by` is null where a program named nobody."""

    act_id: UUID
    act: Act
    rule_id: UUID | None
    proposal_id: UUID | None
    reason: str
    acted_by: str | None
    acted_at: datetime


class RuleActs(BaseModel):
    """A page of acts, the newest first; ask for the next one with `before=next_before`."""

    acts: list[RuleAct]
    next_before: UUID | None


@router.get("/acts", summary="List what was done about risk rules", responses=responses(*_REFUSED))
async def show_acts(
    asker: Reviewing,
    request: Request,
    before: UUID | None = None,
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
) -> RuleActs:
    """List who added, proposed, activated, withdrew or ended which rule, when and why, the newest first."""
    async with tenant_transaction(request.app.state.pools.api, asker.tenant_id) as connection:
        found = await list_acts(connection, tenant_id=asker.tenant_id, before=before, limit=limit + 1)
    page = [RuleAct.model_validate(row) for row in found[:limit]]
    return RuleActs(acts=page, next_before=page[-1].act_id if len(found) > limit else None)


@router.get("/proposals", summary="List proposed risk rules", responses=responses(*_REFUSED))
async def show_proposals(asker: Reviewing, request: Request, is_open: bool = False) -> RuleProposals:
    """List proposals with what became of them, or those nobody has decided, the newest first."""
    async with tenant_transaction(request.app.state.pools.api, asker.tenant_id) as connection:
        found = await list_proposals(connection, tenant_id=asker.tenant_id, is_open=is_open)
    return RuleProposals.model_validate({"proposals": found})


@router.post(
    "/proposals",
    status_code=201,
    summary="Propose a risk rule",
    responses=responses(*_REFUSED, RequestTooLarge),
)
async def add_proposal(
    body: ProposalRequest, asker: Reviewing, request: Request, dry_run: DryRun = False
) -> RuleProposal:
    """Propose a rule with a reason; nothing is judged by it before it is put in force."""
    if body.rule.valid_from or body.rule.valid_until:
        raise InvalidRequest("rule: it counts from when it is put in force; leave its dates out")
    actor = _actor(asker, body, request)
    async with tenant_transaction(
        request.app.state.pools.api, asker.tenant_id, dry_run=dry_run
    ) as connection:
        proposal_id = await propose(
            connection, tenant_id=asker.tenant_id, rule=body.rule.parameters(), actor=actor
        )
        (found,) = await list_proposals(connection, tenant_id=asker.tenant_id, proposal_id=proposal_id)
    return RuleProposal.model_validate(found)


@router.post(
    "/proposals/{rule_proposal_id}/activation",
    summary="Put a proposed risk rule in force",
    responses=responses(*_REFUSED, UnknownProposal, ProposalDecided, RequestTooLarge),
)
async def put_in_force(
    rule_proposal_id: UUID, body: ActRequest, asker: Reviewing, request: Request, dry_run: DryRun = False
) -> RuleProposal:
    """Put a rule in force from now on, with a reason; the next batch of redemptions meets it."""
    return await _decided(activate, rule_proposal_id, _actor(asker, body, request), asker, request, dry_run)


@router.post(
    "/proposals/{rule_proposal_id}/withdrawal",
    summary="Withdraw a proposed risk rule",
    responses=responses(*_REFUSED, UnknownProposal, ProposalDecided, RequestTooLarge),
)
async def give_up(
    rule_proposal_id: UUID, body: ActRequest, asker: Reviewing, request: Request, dry_run: DryRun = False
) -> RuleProposal:
    """Give up a proposal, with a reason."""
    return await _decided(withdraw, rule_proposal_id, _actor(asker, body, request), asker, request, dry_run)


async def _decided(
    decide: _Decide, proposal_id: UUID, actor: Actor, asker: Asker, request: Request, dry_run: bool
) -> RuleProposal:
    async with tenant_transaction(
        request.app.state.pools.api, asker.tenant_id, dry_run=dry_run
    ) as connection:
        await decide(connection, tenant_id=asker.tenant_id, proposal_id=proposal_id, actor=actor)
        (found,) = await list_proposals(connection, tenant_id=asker.tenant_id, proposal_id=proposal_id)
    return RuleProposal.model_validate(found)


def _actor(asker: Asker, body: ActRequest, request: Request) -> Actor:
    return Actor(asker.acting(body.acted_by, "acted_by"), body.reason, request.app.state.clock())
