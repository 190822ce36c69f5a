"""`/v1/risk/rules` and `/v1/risk/assessments`: what a tenant's redemptions are judged by, and what came of it."""

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel, Field

from transactional.access.domain import Unauthenticated
from transactional.access.routes import Caller, DryRun
from transactional.database import tenant_transaction
from transactional.problem_documents import responses
from transactional.problems import InvalidRequest, RequestTooLarge
from transactional.request_types import Moment, Reason, Reference
from transactional.risk.acts import Actor, note_act
from transactional.risk.operations import (
    AlreadyEnded,
    HasRules,
    UnknownRule,
    add_default_rules,
    add_rules,
    end_rule,
)
from transactional.risk.periods import period
from transactional.risk.queries import list_assessments, list_rules
from transactional.risk.rule_requests import NewRuleRequest
from transactional.sessions.asking import Reviewing
from transactional.sessions.domain import RoleNeeded, SessionOver

router = APIRouter(prefix="/v1/risk", tags=["risk"])


class RiskRule(BaseModel):
    """A rule of the tenant; what its kind does not use is null."""

    rule_id: UUID
    kind: str
    dimension: str | None
    measure: str | None
    threshold: int | None
    window_seconds: int | None
    days: int | None
    verdict: str
    score: int
    note: str
    valid_from: datetime
    valid_until: datetime | None
    recorded_at: datetime


class RiskRules(BaseModel):
    """Rules by the time they begin."""

    rules: list[RiskRule]


class RuleEnd(BaseModel):
    """When a rule stops counting; now, if left out. A person says why."""

    valid_until: Moment | None = None
    reason: Reason | None = None
    ended_by: Reference | None = None


class TriggeredRule(BaseModel):
    """A rule that triggered: what it saw and the limit it had."""

    rule_id: UUID
    kind: str
    verdict: str
    score: int
    observed: int
    limit: int


class RiskAssessment(BaseModel):
    """An attempt that was not allowed; device and address are hashes, equal for equal ones."""

    assessment_id: UUID
    redemption_id: UUID | None
    member_id: UUID
    device: str | None
    ip: str | None
    verdict: str
    score: int
    triggered: list[TriggeredRule]
    effective_at: datetime
    decided_verdict: str | None
    decided_by: str | None
    decided_at: datetime | None
    decided_reason: str | None
    recorded_at: datetime
    points: int | None = Field(description="What the redemption that was parked takes.")
    review_until: datetime | None = Field(
        description="Until when it waits for a person; null if it does not."
    )


class AssessmentPage(BaseModel):
    """A page of assessments, newest first; ask for the next one with `before=next_before`."""

    assessments: list[RiskAssessment]
    next_before: UUID | None


@router.get(
    "/rules",
    summary="List risk rules",
    responses=responses(Unauthenticated, SessionOver, RoleNeeded, InvalidRequest),
)
async def show_rules(asker: Reviewing, request: Request, include_ended: bool = False) -> RiskRules:
    """List the rules in force and those to come; with `include_ended`, also those that have ended."""
    now = request.app.state.clock()
    async with tenant_transaction(request.app.state.pools.api, asker.tenant_id) as connection:
        rules = await list_rules(
            connection, tenant_id=asker.tenant_id, not_ended_at=None if include_ended else now
        )
    return _told(rules)


@router.post(
    "/rules",
    status_code=201,
    summary="Add a risk rule",
    responses=responses(Unauthenticated, InvalidRequest, RequestTooLarge),
)
async def add_rule(
    body: NewRuleRequest, tenant_id: Caller, request: Request, dry_run: DryRun = False
) -> RiskRule:
    """Put a rule in force. The next batch of redemptions meets it; it counts what was attempted before, too."""
    now = request.app.state.clock()
    valid_from, valid_until = period(body.valid_from, body.valid_until, now)
    async with tenant_transaction(request.app.state.pools.api, tenant_id, dry_run=dry_run) as connection:
        rule_ids = await add_rules(
            connection,
            tenant_id=tenant_id,
            rules=[body.parameters()],
            valid_from=valid_from,
            valid_until=valid_until,
        )
        await note_act(
            connection, tenant_id=tenant_id, act="added", actor=Actor(None, "", now), rule_ids=rule_ids
        )
        rules = await list_rules(connection, tenant_id=tenant_id, rule_ids=rule_ids)
    return RiskRule.model_validate(rules[0])


@router.post(
    "/rules/defaults",
    status_code=201,
    summary="Begin with the default risk rules",
    responses=responses(Unauthenticated, InvalidRequest, RequestTooLarge, HasRules),
)
async def begin_with_defaults(tenant_id: Caller, request: Request, dry_run: DryRun = False) -> RiskRules:
    """Put a sensible set of rules in force for a tenant that never had any; each can be ended like its own."""
    now = request.app.state.clock()
    async with tenant_transaction(request.app.state.pools.api, tenant_id, dry_run=dry_run) as connection:
        rule_ids = await add_default_rules(connection, tenant_id=tenant_id, valid_from=now)
        await note_act(
            connection, tenant_id=tenant_id, act="added", actor=Actor(None, "", now), rule_ids=rule_ids
        )
        return _told(await list_rules(connection, tenant_id=tenant_id, rule_ids=rule_ids))


@router.post(
    "/rules/{rule_id}/end",
    summary="End a risk rule",
    responses=responses(
        Unauthenticated,
        SessionOver,
        RoleNeeded,
        InvalidRequest,
        RequestTooLarge,
        UnknownRule,
        AlreadyEnded,
    ),
)
async def end(
    rule_id: UUID, asker: Reviewing, request: Request, body: RuleEnd | None = None, dry_run: DryRun = False
) -> RiskRule:
    """Let a rule count no longer. To change a rule, end it and add another: what was in force when is kept."""
    told, tenant_id, now = body or RuleEnd(), asker.tenant_id, request.app.state.clock()
    if asker.username is not None and told.reason is None:
        raise InvalidRequest("reason: say why the rule is to count no longer")
    name = asker.acting(told.ended_by, "ended_by") if asker.username is not None else told.ended_by
    ends_at, _ = period(told.valid_until, None, now, first_field="valid_until")
    async with tenant_transaction(request.app.state.pools.api, tenant_id, dry_run=dry_run) as connection:
        await end_rule(connection, tenant_id=tenant_id, rule_id=rule_id, now=now, ends_at=ends_at)
        await note_act(
            connection,
            tenant_id=tenant_id,
            act="ended",
            actor=Actor(name, told.reason or "", now),
            rule_ids=[rule_id],
        )
        rules = await list_rules(connection, tenant_id=tenant_id, rule_ids=[rule_id])
    return RiskRule.model_validate(rules[0])


@router.get(
    "/assessments",
    summary="List risk assessments",
    responses=responses(Unauthenticated, SessionOver, RoleNeeded, InvalidRequest),
)
async def show_assessments(
    asker: Reviewing,
    request: Request,
    verdict: Literal["review", "deny"] | None = None,
    is_waiting: bool = False,
    member_id: UUID | None = None,
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
    before: UUID | None = None,
) -> AssessmentPage:
    """List the attempts that were put up for review or denied, newest first, with each rule that triggered.

    With `is_waiting` only those that a person can still decide about.
    """
    async with tenant_transaction(request.app.state.pools.api, asker.tenant_id) as connection:
        found = await list_assessments(
            connection,
            tenant_id=asker.tenant_id,
            is_waiting=is_waiting,
            now=request.app.state.clock(),
            verdict=verdict,
            member_id=member_id,
            before=before,
            limit=limit + 1,
        )
    page = [RiskAssessment.model_validate(one) for one in found[:limit]]
    return AssessmentPage(
        assessments=page, next_before=page[-1].assessment_id if len(found) > limit else None
    )


def _told(rules: list[dict[str, Any]]) -> RiskRules:
    return RiskRules(rules=[RiskRule.model_validate(rule) for rule in rules])
