"""A campaign while it gives: what it gives for an earning or a piece, and what is left of its budget. Pure."""

from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID

from transactional.changes import Tracked
from transactional.clock import business_date


@dataclass(slots=True)
class Campaign(Tracked):
    """A campaign whose budget is being used. `use` and `give_back` change it as they go.

    Attributes:
        is_live: it was approved and not stopped.
        earning: (numerator, denominator) by which earned points are multiplied.
        member_days: the days on which they are; none is every day.
        used: what of the budget has been given and did not come back.
    """

    campaign_id: UUID
    starts_at: datetime
    ends_at: datetime
    is_live: bool
    budget: int
    used: int = 0
    member_limit: int | None = None
    earning: tuple[int, int] | None = None
    member_days: frozenset[date] = field(default=frozenset())
    discount_bp: int | None = None

    def runs(self, moment: datetime) -> bool:
        """Tell whether it runs at a moment."""
        return self.is_live and self.starts_at <= moment < self.ends_at

    def extra_for(self, points: int, earned_at: datetime) -> int:
        """Return how many points more than `points` are given: rounded down, against the party that asks."""
        if self.earning is None or not self.starts_at <= earned_at < self.ends_at:
            return 0
        if self.member_days and business_date(earned_at) not in self.member_days:
            return 0
        numerator, denominator = self.earning
        return points * (numerator - denominator) // denominator

    def price_of(self, plain: int, own: int | None) -> int:
        """Return what a piece costs: its own price here, or the plain one less the discount, rounded up, at least 1."""
        if own is not None:
            return min(own, plain)
        if self.discount_bp is None:
            return plain
        return max(1, -(-plain * (10_000 - self.discount_bp) // 10_000))

    def covers(self, points: int, *, had: int) -> bool:
        """Tell whether the budget and the part of a member who has had so many points of it cover `points` more."""
        return self.used + points <= self.budget and (
            self.member_limit is None or had + points <= self.member_limit
        )

    def use(self, points: int) -> None:
        """Take points of the budget; the caller has made sure that it covers them."""
        assert self.used + points <= self.budget, self
        self.used += points
        self.touch()

    def give_back(self, points: int) -> None:
        """Put points back that did not stay with a member."""
        self.used -= points
        self.touch()
