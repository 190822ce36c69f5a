"""What two tenants agreed on, who is linked with whom, and how points become the other tenant's points."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal
from uuid import UUID

# The giving tenant's copy is `out`, the receiving tenant's `in`.
Direction = Literal["out", "in"]

QUOTE_LASTS = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Conversion:
    """What is taken for what.

    Attributes:
        points: taken from the giving member, the fee within them.
        fee_points: what the giving tenant keeps.
        to_points: credited to the receiving member.
        remainder: points that were offered, would buy nothing more and are not taken.
    """

    points: int
    fee_points: int
    to_points: int
    remainder: int


@dataclass(frozen=True, slots=True)
class Terms:
    """A rate and a fee: `from_points` buy `to_points` after `fee_bp` basis points are kept of what is given."""

    from_points: int
    to_points: int
    fee_bp: int

    def convert(self, offered: int) -> Conversion:
        """Return what the most of `offered` points buys.

        The fee is rounded up and what is bought down, both against the party that asks; of the points that buy
        as much, the fewest are taken. If they buy nothing, nothing is taken.
        """
        after_fee = offered * (10_000 - self.fee_bp) // 10_000
        bought = after_fee * self.to_points // self.from_points
        taken = self.least_for(bought)
        fee = -(-taken * self.fee_bp // 10_000)
        return Conversion(taken, fee, bought, offered - taken)

    def least_for(self, bought: int) -> int:
        """Return the fewest points, the fee within them, that buy so many of the other tenant's."""
        exchanged = -(-bought * self.from_points // self.to_points)
        return -(-exchanged * 10_000 // (10_000 - self.fee_bp))


@dataclass(frozen=True, slots=True)
class Agreement:
    """What two tenants agreed on; `from_code` names the giving tenant, `to_code` the receiving one.

    Attributes:
        member_daily_points, pair_daily_points: how many points a member, and all together, may give a day.
        accepted_at: when the receiving tenant accepted it; None if it has not.
        ended_at: when one of them ended it early.
    """

    agreement_id: UUID
    from_code: str
    to_code: str
    terms: Terms
    member_daily_points: int
    pair_daily_points: int
    valid_from: datetime
    valid_until: datetime | None
    accepted_at: datetime | None
    ended_at: datetime | None

    @property
    def last_moment(self) -> datetime | None:
        """Return from when on it no longer counts; None means it is open."""
        ends = [end for end in (self.valid_until, self.ended_at) if end is not None]
        return min(ends) if ends else None

    def in_force(self, moment: datetime) -> bool:
        """Tell whether points may be exchanged under it at a moment."""
        if self.accepted_at is None or moment < max(self.accepted_at, self.valid_from):
            return False
        return self.last_moment is None or moment < self.last_moment

    def overlaps(self, other: "Agreement") -> bool:
        """Tell whether there is a moment within the dates of both."""
        begins = max(self.valid_from, other.valid_from)
        return all(end is None or begins < end for end in (self.last_moment, other.last_moment))


@dataclass(frozen=True, slots=True)
class Link:
    """Two members who are one person; `from_member` is the giving one."""

    link_id: UUID
    from_tenant: UUID
    from_member: UUID
    to_tenant: UUID
    to_member: UUID
    withdrawn_at: datetime | None
