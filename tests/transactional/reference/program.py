"""A tenant's rules as plain values."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Rules:
    """The rules of a program.

    Attributes:
        months: how long points last; None means for ever.
        cash, offset: (points, fen) that are worth the same; None means that it is not offered.
        exchange: (points, points of the partner that they buy, fee in basis points).
        least_cash, most_cash: bounds of the share of a price that is paid in cash, in basis points.
    """

    months: int | None = 1
    pending_days: int = 0
    rounding: str = "day"
    policy: str = "within_balance"
    grace_days: int = 30
    cash: tuple[int, int] | None = None
    least_cash: int = 0
    most_cash: int = 10_000
    offset: tuple[int, int] | None = None
    exchange: tuple[int, int, int] = (3, 1, 500)
    payment_minutes: int = 15
    review_hours: int = 48
    confirmation_hours: int = 24
