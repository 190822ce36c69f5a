"""A tenant's points rules."""

from dataclasses import dataclass
from typing import Literal
from uuid import UUID

from transactional.ledger.lots import ReturnPolicy, Rounding
from transactional.problems import Problem

MAX_RATE = 1_000_000


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
        campaigns: ids of what is approved and neither stopped nor known to be over.
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
    campaigns: tuple[UUID, ...] = ()


class ProgramRefused(Problem):
    """The rules make no sense."""

    slug = "program-refused"
    title = "The program's rules make no sense"
    status = 422


def check_program(program: Program) -> None:
    """Make sure that rules make sense.

    Raises:
        ProgramRefused: with a sentence that names the rule and its bounds.
    """
    bounds = (
        ("points last", "months", program.lot_validity_months, 1, 120),
        ("points are pending for", "days", program.pending_days, 0, 365),
        ("the grace after a refund is", "days", program.refund_grace_days, 0, 365),
        ("a payment is waited for", "minutes", program.payment_minutes, 1, 1440),
        ("a review is waited for", "hours", program.review_hours, 1, 720),
        ("a confirmation is waited for", "hours", program.confirmation_hours, 1, 720),
    )
    for what, unit, value, least, most in bounds:
        if value is not None and not least <= value <= most:
            raise ProgramRefused(f"{what} {least} to {most} {unit}, not {value}")
    for what, rate in (("cash", program.cash), ("bills", program.offset)):
        if rate is not None and not (1 <= rate.points <= MAX_RATE and 1 <= rate.fen <= MAX_RATE):
            raise ProgramRefused(
                f"the rate for {what} is 1 to {MAX_RATE} points for 1 to {MAX_RATE} fen, "
                f"not {rate.points} for {rate.fen}"
            )
    least, most = program.cash_share_min_bp, program.cash_share_max_bp
    if not (0 <= least <= most <= 10_000 and most > 0):
        raise ProgramRefused(
            "the share of cash lies between 0 and 100 percent, the largest above 0 and not below the smallest"
        )
