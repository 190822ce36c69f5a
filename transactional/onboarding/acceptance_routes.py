"""`/v1/onboarding/acceptance`: the acceptance kit's results, as the tenant that ran it records them."""

from datetime import datetime
from typing import Annotated, Self
from uuid import UUID

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, ConfigDict, Field, computed_field, model_validator

from transactional.access.domain import Unauthenticated
from transactional.access.routes import Caller, DryRun
from transactional.database import tenant_transaction
from transactional.onboarding.acceptance import record_run, runs_of
from transactional.onboarding.domain import AcceptanceOnLive, Area, Comparison, Measure
from transactional.onboarding.promises import broken_promises
from transactional.problem_documents import responses
from transactional.problems import InvalidRequest, RequestTooLarge
from transactional.request_types import Code, Moment

router = APIRouter(prefix="/v1/onboarding/acceptance", tags=["onboarding"])

_MOST = 1_000_000_000_000
Number = Annotated[float, Field(ge=-_MOST, le=_MOST, allow_inf_nan=False)]


class MeasureTold(BaseModel):
    """Something that was measured, and what it is held against."""

    model_config = ConfigDict(extra="forbid")

    area: Area
    measure: Code
    value: Number
    comparison: Comparison
    threshold: Number


class MeasureShown(MeasureTold):
    """Something that was measured, and whether it met its threshold."""

    is_met: bool


class PromiseShown(BaseModel):
    """What a measure must be held against at least, so that a run counts."""

    model_config = ConfigDict(from_attributes=True)

    area: Area
    measure: str
    comparison: Comparison
    threshold: float


class RunRequest(BaseModel):
    """A run of the acceptance kit."""

    model_config = ConfigDict(extra="forbid")

    run_id: UUID
    started_at: Moment
    finished_at: Moment
    checks: Annotated[list[MeasureTold], Field(min_length=1, max_length=100)]

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.finished_at < self.started_at:
            raise ValueError("finished_at: the run ended before it began")
        return self


class Run(BaseModel):
    """A run of the acceptance kit; passed if all that is promised was measured against that, and every threshold met."""

    run_id: UUID
    started_at: datetime
    finished_at: datetime
    is_passed: bool
    checks: list[MeasureShown]
    recorded_at: datetime

    @computed_field(  # type: ignore[prop-decorator]
        description="What was not measured, or was held against less than this: such a run has not passed."
    )
    @property
    def below_promise(self) -> list[PromiseShown]:
        """Return what keeps the run from counting, whatever was met."""
        measures = [Measure(**one.model_dump(exclude={"is_met"})) for one in self.checks]
        return [PromiseShown.model_validate(one) for one in broken_promises(measures)]


class Runs(BaseModel):
    """Runs of the kit, the one that was recorded last first; going live asks that this one passed."""

    runs: list[Run]


@router.post(
    "",
    status_code=201,
    summary="Record a run of the acceptance kit",
    responses={
        200: {"model": Run, "description": "The run was recorded before, and nothing changes"},
        **responses(Unauthenticated, AcceptanceOnLive, InvalidRequest, RequestTooLarge),
    },
)
async def record(
    body: RunRequest, tenant_id: Caller, request: Request, response: Response, dry_run: DryRun = False
) -> Run:
    """Record what `pointmart acceptance run` measured; whether it passed is computed here from the figures."""
    measures = [Measure(**one.model_dump()) for one in body.checks]
    async with tenant_transaction(request.app.state.pools.api, tenant_id, dry_run=dry_run) as connection:
        is_new = await record_run(
            connection,
            tenant_id=tenant_id,
            run_id=body.run_id,
            started_at=body.started_at,
            finished_at=body.finished_at,
            measures=measures,
        )
        (kept,) = await runs_of(connection, tenant_id=tenant_id, run_id=body.run_id)
    if not is_new:
        response.status_code = 200
    return Run.model_validate(kept)


@router.get(
    "", summary="List runs of the acceptance kit", responses=responses(Unauthenticated, InvalidRequest)
)
async def list_runs(tenant_id: Caller, request: Request) -> Runs:
    """List what the acceptance kit measured, the newest first."""
    async with tenant_transaction(request.app.state.pools.api, tenant_id) as connection:
        found = await runs_of(connection, tenant_id=tenant_id)
    return Runs(runs=[Run.model_validate(one) for one in found])
