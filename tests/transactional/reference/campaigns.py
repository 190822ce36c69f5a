"""Campaigns: who gets what out of a budget, by counting every point that was given and came back."""

from dataclasses import dataclass, field
from datetime import date, datetime
from fractions import Fraction
from math import ceil, floor
from uuid import UUID

from tests.transactional.reference.days import day_of


@dataclass(eq=False)
class Campaign:
    """A campaign.

    Attributes:
        factor: by which earned points are multiplied, on `days` if there are any.
        prices: of items that have one of their own; those in `cheaper` cost `off` less.
        uses: (member, points) that were given, and negative ones that came back.
    """

    name: UUID
    starts: datetime
    ends: datetime
    members: frozenset[UUID]
    budget: int
    limit: int | None = None
    factor: Fraction = Fraction(1)
    days: frozenset[date] = frozenset()
    prices: dict[UUID, int] = field(default_factory=dict)
    cheaper: frozenset[UUID] = frozenset()
    off: Fraction = Fraction(0)
    is_stopped: bool = False
    uses: list[tuple[UUID, int]] = field(default_factory=list)

    def is_for(self, member: UUID, moment: datetime) -> bool:
        return not self.is_stopped and member in self.members and self.starts <= moment < self.ends

    def extra(self, points: int, earned: datetime) -> int:
        if not self.starts <= earned < self.ends or (self.days and day_of(earned) not in self.days):
            return 0
        return floor(points * (self.factor - 1))

    def price(self, item: UUID, plain: int) -> int:
        if item in self.prices:
            return min(plain, self.prices[item])
        return max(1, ceil(plain * (1 - self.off))) if item in self.cheaper else plain

    def left(self, member: UUID) -> int:
        """Return what it may still give a member."""
        whole = self.budget - sum(points for _, points in self.uses)
        if self.limit is None:
            return whole
        return min(whole, self.limit - self.used_by(member))

    def used_by(self, member: UUID) -> int:
        return sum(points for one, points in self.uses if one == member)


def best_extra(
    campaigns: list[Campaign], member: UUID, points: int, *, earned: datetime, now: datetime
) -> tuple[Campaign, int] | None:
    """Return the campaign that gives most of those that can give, and how much."""
    able = [
        (campaign, extra)
        for campaign in campaigns
        if campaign.is_for(member, now)
        and (extra := campaign.extra(points, earned))
        and extra <= campaign.left(member)
    ]
    return min(able, key=lambda one: (-one[1], one[0].name), default=None)
