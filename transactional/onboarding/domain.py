"""The steps by which a tenant is taken on, in their order, and why one is refused. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal
from uuid import UUID

from transactional.problems import Problem

# What a run of the acceptance kit measures, each part of it.
Area = Literal["points_sync", "redemption_accuracy", "stability"]
Comparison = Literal["at_least", "at_most"]


@dataclass(frozen=True)
class Steps:
    """When each step was done; None is yet to come."""

    applied_on: date
    configured_on: date | None
    tested_on: date | None
    live_on: date | None

    @property
    def next_step(self) -> str | None:
        """Return what is to be done next, or None once the tenant is live."""
        done = (("configure", self.configured_on), ("test", self.tested_on), ("live", self.live_on))
        return next((step for step, day in done if day is None), None)


@dataclass(frozen=True)
class Check:
    """Something that must be so before a tenant goes live; `detail` says what to do if it is not."""

    check: str
    is_met: bool
    detail: str


@dataclass(frozen=True)
class Measure:
    """Something the acceptance kit measured, and what it is held against."""

    area: Area
    measure: str
    value: float
    comparison: Comparison
    threshold: float

    @property
    def is_met(self) -> bool:
        """Tell whether the threshold is met."""
        if self.comparison == "at_least":
            return self.value >= self.threshold
        return self.value <= self.threshold


class AcceptanceOnLive(Problem):
    """The tenant is live, so nothing is tried out on it."""

    slug = "acceptance-on-live"
    title = "The tenant is live"
    status = 409

    def __init__(self) -> None:
        super().__init__("your tenant is live; the acceptance kit is for tenants in test mode alone")


class TenantExists(Problem):
    """The code belongs to a tenant that was applied for otherwise."""

    slug = "tenant-exists"
    title = "There is such a tenant"
    status = 409

    def __init__(self, code: str) -> None:
        super().__init__(
            f"the code {code} belongs to a tenant that was applied for otherwise; choose another one"
        )


class NotOnboarding(Problem):
    """The tenant is not being taken on."""

    slug = "not-onboarding"
    title = "The tenant is not being taken on"
    status = 404

    def __init__(self, tenant_id: UUID) -> None:
        super().__init__(
            f"tenant {tenant_id} has no application; it was created live", tenant_id=str(tenant_id)
        )


class QualificationLapsed(Problem):
    """The qualification is over before it is handed in."""

    slug = "qualification-lapsed"
    title = "The qualification has lapsed"
    status = 422

    def __init__(self, expires_on: date) -> None:
        super().__init__(
            f"the qualification ended on {expires_on}; hand in one that is valid", expires_on=str(expires_on)
        )


class StepOutOfTurn(Problem):
    """Another step comes first, or the step was done."""

    slug = "onboarding-step-out-of-turn"
    title = "Another step comes first"
    status = 409

    def __init__(self, step: str, next_step: str | None) -> None:
        turn = f"the next step is {next_step}" if next_step else "the tenant is live"
        super().__init__(f"{step} is not to be done now: {turn}", next_step=next_step)


class NotReady(Problem):
    """Checks before this step are not met."""

    slug = "not-ready"
    title = "The tenant is not ready for this step"
    status = 409

    def __init__(self, step: str, failed: Sequence[Check]) -> None:
        super().__init__(
            f"before {step}: {'; '.join(check.detail for check in failed)}",
            checks=[check.check for check in failed],
        )


def require_turn(steps: Steps, step: str) -> None:
    """Make sure that a step is the next one; configuring may be repeated until the tenant is live.

    Raises:
        StepOutOfTurn: another one is, or none is left.
    """
    again = step == "configure" and steps.live_on is None
    if steps.next_step != step and not again:
        raise StepOutOfTurn(step, steps.next_step)
