"""The documented forms of a new rule, one per kind."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from transactional.request_types import Moment, Text
from transactional.risk.defaults import NewRule
from transactional.risk.domain import Verdict
from transactional.risk.subjects import Dimension

_MAX_BIGINT = 2**63 - 1
Threshold = Annotated[int, Field(ge=0, le=_MAX_BIGINT, description="What is still allowed.")]
Days = Annotated[int, Field(ge=1, le=366)]


class _Dated(BaseModel):
    model_config = ConfigDict(extra="forbid")

    note: Text = ""
    valid_from: Moment | None = Field(None, description="When it begins to count; now, if left out.")
    valid_until: Moment | None = Field(None, description="When it stops counting; open, if left out.")

    def parameters(self) -> NewRule:
        """Return the rule without its dates."""
        return NewRule(**self.model_dump(exclude={"valid_from", "valid_until"}))


class _Scored(_Dated):
    verdict: Verdict = Field(description="`allow` means that only the score counts.")
    score: int = Field(0, ge=0, le=1000)


class NewVelocity(_Scored):
    """No more than `threshold` attempts, or points, of a subject within a window of up to 31 days."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "kind": "velocity",
                    "dimension": "member",
                    "measure": "count",
                    "threshold": 10,
                    "window_seconds": 10,
                    "verdict": "deny",
                    "score": 60,
                }
            ]
        }
    )

    kind: Literal["velocity"]
    dimension: Dimension
    measure: Literal["count", "points"]
    threshold: Threshold
    window_seconds: int = Field(ge=1, le=31 * 86_400)


class NewAccountAge(_Scored):
    """A member must have been registered for so many full days."""

    kind: Literal["account_age"]
    days: Days


class NewBlocked(_Scored):
    """Whoever is on the tenant's blocklist."""

    kind: Literal["blocked"]


class NewDeviceAccounts(_Scored):
    """No more than `threshold` members may turn up on one device within so many days."""

    kind: Literal["device_accounts"]
    threshold: Threshold
    days: Days


class NewMissingContext(_Scored):
    """The request must tell the shopper's address, or device."""

    kind: Literal["missing_context"]
    dimension: Literal["ip", "device"]


class NewScoreSum(_Dated):
    """From a sum of scores on, the verdict is at least this one."""

    kind: Literal["score_sum"]
    threshold: int = Field(ge=1, le=1_000_000)
    verdict: Literal["review", "deny"]


NewRuleRequest = Annotated[
    NewVelocity | NewAccountAge | NewBlocked | NewDeviceAccounts | NewMissingContext | NewScoreSum,
    Field(discriminator="kind"),
]


BlockedDimension = Literal["member", "ip", "device"]


class NewBlockRequest(BaseModel):
    """A member, address or device that may not redeem."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [{"dimension": "ip", "subject": "203.0.113.7", "reason": "scripted attempts"}]
        },
    )

    dimension: BlockedDimension
    subject: Annotated[str, Field(min_length=1, max_length=200)] = Field(
        description="The member's id or your own reference of it, the address or the device identifier; the last two are "
        "kept as a hash only."
    )
    reason: Text = Field(min_length=1)
    valid_from: Moment | None = None
    valid_until: Moment | None = None

    @model_validator(mode="after")
    def _has_a_reason(self) -> "NewBlockRequest":
        if not self.reason.strip():
            raise ValueError("give a reason that whoever lifts the block can judge")
        return self
