"""What world is to be made, and what was made of it."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from transactional.clock import BUSINESS_ZONE


@dataclass(frozen=True)
class WorldPlan:
    """What world to make: the same plan makes the same world.

    Attributes:
        members: per tenant.
        until: the last day.
    """

    tenants: int
    members: int
    days: int
    seed: int
    until: date

    @property
    def first(self) -> date:
        """Return the first day."""
        return self.until - timedelta(days=self.days - 1)

    @property
    def start(self) -> int:
        """Return the epoch second at which the first day begins."""
        return int(datetime.combine(self.first, time.min, BUSINESS_ZONE).timestamp())


@dataclass(frozen=True)
class TenantSummary:
    """What was made of a tenant."""

    code: str
    members: int
    earns: int
    redemptions: int
    refusals: int
    events: int
    answers: int
