"""GET /v1/recommendation-experiment: what each policy's answers led to, and what the policies differ by."""

import datetime

from fastapi import APIRouter
from pydantic import BaseModel, Field

from serving.context import CallerOf, Now, ReleaseInUse
from serving.keys import DatabaseUnavailable, Unauthenticated
from serving.marts import ReleaseAnswer, about, rows_of
from serving.problems import InvalidRequest, responses
from serving.release import NoRelease
from serving.revalidation import RELEASE_ONLY

router = APIRouter(
    prefix="/v1/recommendation-experiment", tags=["recommendations"], dependencies=[RELEASE_ONLY]
)


class ComparisonRow(BaseModel):
    """A policy against the one it competes with, by members who saw only one of the two; intervals are of 95 %."""

    policy: str = Field(examples=["recipe"])
    control_policy: str = Field(examples=["popularity"])
    member_count: int
    control_member_count: int
    both_arms_count: int = Field(description="Members who saw both and are left out.")
    waiting_count: int = Field(description="Members whose 28 days are not over.")
    redemption_count: int
    control_redemption_count: int
    redemptions_per_member: float | None
    control_redemptions_per_member: float | None
    difference: float | None = Field(description="Redemptions per member more than the control's.")
    low: float | None
    high: float | None
    relative_lift: float | None
    is_decided: bool | None = Field(description="Whether the interval excludes 0.")


class PolicyRow(BaseModel):
    """What the answers of a policy led to in a month; intervals are of 95 % and rather too narrow."""

    policy: str
    month: datetime.date
    member_count: int
    request_count: int
    impression_count: int
    click_count: int
    click_rate: float | None
    click_rate_low: float | None
    click_rate_high: float | None
    redemption_count: int
    redemption_rate: float | None
    redemption_rate_low: float | None
    redemption_rate_high: float | None


class ExperimentAnswer(ReleaseAnswer):
    """The readout; no rows while no impressions were logged."""

    comparisons: list[ComparisonRow]
    policies: list[PolicyRow] = Field(description="By month, the latest first.")


@router.get("", responses=responses(Unauthenticated, InvalidRequest, NoRelease, DatabaseUnavailable))
async def get_experiment(caller: CallerOf, release: ReleaseInUse, now: Now) -> ExperimentAnswer:
    """Return what recommendations led to by the policy that chose them, with intervals."""
    comparisons = await rows_of(
        release, caller.tenant_id, ComparisonRow, "fct_recommendation_experiment", "order by policy"
    )
    policies = await rows_of(
        release, caller.tenant_id, PolicyRow, "fct_recommendation_policies", "order by month desc, policy"
    )
    return ExperimentAnswer(**about(release, caller, now), comparisons=comparisons, policies=policies)
