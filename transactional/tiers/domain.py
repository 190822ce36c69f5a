"""Which tier a member has reached, and the period in which the points for it are earned."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Literal

from transactional.clock import BUSINESS_ZONE
from transactional.ledger.lots import months_after

Qualification = Literal["calendar_year", "rolling_year"]


@dataclass(frozen=True, slots=True)
class Tier:
    """A level that members reach with so many points earned in the qualification period."""

    code: str
    name: str
    threshold_points: int


@dataclass(frozen=True, slots=True)
class Period:
    """Business days from the first to the last, both within."""

    first: date
    last: date

    @property
    def begins(self) -> datetime:
        """Return the first moment within."""
        return datetime.combine(self.first, time.min, BUSINESS_ZONE)

    @property
    def ends(self) -> datetime:
        """Return the first moment after it."""
        return datetime.combine(self.last + timedelta(days=1), time.min, BUSINESS_ZONE)


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a member stands; what is missing is 0 on the highest tier."""

    points: int
    tier: Tier | None
    next_tier: Tier | None

    @property
    def missing_points(self) -> int:
        """Return how many points the next tier needs more."""
        return 0 if self.next_tier is None else self.next_tier.threshold_points - self.points


def qualification_period(on: date, qualification: Qualification) -> Period:
    """Return the days up to `on` that count: of its calendar year, or of the twelve months that end with it."""
    if qualification == "calendar_year":
        return Period(on.replace(month=1, day=1), on)
    return Period(months_after(on, -12) + timedelta(days=1), on)


def standing(points: int, tiers: Iterable[Tier]) -> Standing:
    """Return the highest tier that so many points reach and the one after it."""
    reached, following = None, None
    for tier in sorted(tiers, key=lambda tier: tier.threshold_points):
        if tier.threshold_points > points:
            following = tier
            break
        reached = tier
    return Standing(points, reached, following)
