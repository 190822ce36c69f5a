"""What clients send to change a member's points, and the commands it becomes."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints

from transactional.engine.lean import hash_of
from transactional.identifiers import uuid7
from transactional.ledger.commands import Adjust, Earn
from transactional.request_types import Moment, Reason, Reference, require_past

MAX_POINTS = 1_000_000_000

# What an Idempotency-Key header may be.
ItemKey = Annotated[str, StringConstraints(min_length=1, max_length=200, pattern=r"^[\x20-\x7e]+$")]
MemberId = Annotated[UUID, Field(strict=False)]
Points = Annotated[int, Field(ge=1, le=MAX_POINTS)]


def _not_zero(points: int) -> int:
    if not points:
        raise ValueError("an adjustment of 0 points changes nothing")
    return points


class EarnRequest(BaseModel):
    """Points to credit: `earn` for the member's own act, `grant` for a gift of the tenant."""

    model_config = ConfigDict(extra="forbid", strict=True)

    member_id: MemberId
    points: Points
    kind: Literal["earn", "grant"] = "earn"
    reference: Reference | None = None
    effective_at: Annotated[Moment | None, Field(strict=False)] = Field(
        None, description="When they were earned, if that was earlier than now."
    )

    def command(self, tenant_id: UUID, key: str | None, now: datetime, *, field: str = "") -> Earn:
        """Return the command.

        Raises:
            InvalidRequest: it is to take effect in the future; `field` names the place in the request.
        """
        if self.effective_at is not None:
            require_past(f"{field}effective_at", self.effective_at, now)
        return Earn(
            tenant_id=tenant_id,
            member_id=self.member_id,
            key=key,
            body_hash=hash_of("earn", self.model_dump(mode="json", include=set(EarnRequest.model_fields))),
            at=now,
            transfer_id=uuid7(now),
            points=self.points,
            kind=self.kind,
            reference=self.reference,
            effective_at=self.effective_at,
        )


class AdjustRequest(BaseModel):
    """A correction by hand: positive points are credited, negative ones are taken."""

    model_config = ConfigDict(extra="forbid", strict=True)

    member_id: MemberId
    points: Annotated[int, Field(ge=-MAX_POINTS, le=MAX_POINTS), AfterValidator(_not_zero)]
    reason: Reason
    effective_at: Annotated[Moment | None, Field(strict=False)] = Field(
        None, description="As of which past moment; now if left out."
    )

    def command(self, tenant_id: UUID, key: str | None, now: datetime, *, field: str = "") -> Adjust:
        """Return the command.

        Raises:
            InvalidRequest: it is to take effect in the future; `field` names the place in the request.
        """
        if self.effective_at is not None:
            require_past(f"{field}effective_at", self.effective_at, now)
        return Adjust(
            tenant_id=tenant_id,
            member_id=self.member_id,
            key=key,
            body_hash=hash_of(
                "adjust", self.model_dump(mode="json", include=set(AdjustRequest.model_fields))
            ),
            at=now,
            transfer_id=uuid7(now),
            points=self.points,
            reason=self.reason,
            effective_at=self.effective_at,
        )
