"""What is agreed on, quoted and exchanged between a tenant and its partner."""

from dataclasses import dataclass, field
from datetime import date, datetime
from fractions import Fraction
from math import ceil, floor
from uuid import UUID

from tests.transactional.reference.orders import Order
from tests.transactional.reference.wallet import Lot


@dataclass(frozen=True)
class Terms:
    """So many points buy so many of the partner's, after a fee in basis points; so many may be given on a day."""

    from_points: int
    to_points: int
    fee_bp: int
    a_member_a_day: int
    all_a_day: int
    fen_per_100: int
    ends: datetime

    def fee_of(self, points: int) -> int:
        return ceil(Fraction(points * self.fee_bp, 10_000))

    def bought_for(self, points: int) -> int:
        return floor(Fraction((points - self.fee_of(points)) * self.to_points, self.from_points))


@dataclass
class Quote:
    """What a member was offered: `taken`, the fee within them, buy `bought`."""

    member: UUID
    taken: int
    bought: int
    ends: datetime
    is_used: bool = False


@dataclass(eq=False)
class Trade:
    """An exchange, which is an order of the giving member.

    Attributes:
        asked: the day whose limits it counts for.
        in_transfer: the id of the receiving leg; `lot` is what it credited, None before.
        taken_back, fee_back: what was reversed of `bought` and of `fee`; the order knows of the points.
        settled: (day, sign, points, fee, bought) of both legs and of each part that was reversed.
    """

    order: Order
    receiver: UUID
    fee: int
    bought: int
    asked: date
    in_transfer: UUID
    lot: Lot | None = None
    taken_back: int = 0
    fee_back: int = 0
    settled: list[tuple[date, int, int, int, int]] = field(default_factory=list)
