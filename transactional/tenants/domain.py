"""A tenant's points rules."""

from dataclasses import dataclass
from typing import Literal

from transactional.ledger.lots import ReturnPolicy, Rounding


@dataclass(frozen=True, slots=True)
class Rate:
    """So many points are worth so many fen."""

    points: int
    fen: int

    def fen_for(self, points: int) -> int:
        """Return what a payer owes for points: rounded up, against the party that asks."""
        return -(-points * self.fen // self.points)

    def fen_given_for(self, points: int) -> int:
        """Return what is given for points: rounded down, against the party that asks."""
        return points * self.fen // self.points


@dataclass(frozen=True, slots=True)
class Program:
    """The rules of one tenant's points.

    Attributes:
        lot_validity_months: None means that points never expire.
        pending_days: after so many days points that were earned can be spent.
        refund_grace_days: how long points can be spent that come back into an expired lot; 0 means not at all.
        cash: what points are worth when a member pays part of a price in cash; None means cash is not taken.
        cash_share_min_bp, cash_share_max_bp: bounds of that part of the price, in basis points.
        offset: what points are worth on a bill; None means bills are not offset.
    """

    lot_validity_months: int | None = None
    pending_days: int = 0
    expiry_rounding: Rounding = "day"
    return_policy: ReturnPolicy = "within_balance"
    refund_grace_days: int = 30
    qualification: Literal["calendar_year", "rolling_year"] = "calendar_year"
    cash: Rate | None = None
    cash_share_min_bp: int = 0
    cash_share_max_bp: int = 10_000
    offset: Rate | None = None
    payment_minutes: int = 15
    review_hours: int = 48
    confirmation_hours: int = 24
