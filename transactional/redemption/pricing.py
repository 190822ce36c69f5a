"""How a price is split between points and cash."""

from transactional.problems import Problem
from transactional.tenants.domain import Program


class CashNotTaken(Problem):
    """The program does not take cash."""

    slug = "cash-not-taken"
    title = "Cash is not taken"
    status = 409

    def __init__(self) -> None:
        super().__init__("your program has no points-and-cash rule; redeem for points alone, or set one")


class CashShareOutOfBounds(Problem):
    """More or less of the price would be paid in cash than the program lets."""

    slug = "cash-share-out-of-bounds"
    title = "The share of cash is out of bounds"
    status = 409

    def __init__(self, *, price: int, least: int, most: int) -> None:
        super().__init__(
            f"of {price} points at least {least} and at most {most} may be paid in points",
            price_points=price,
            least_points=least,
            most_points=most,
        )


def split(price: int, points: int, program: Program) -> tuple[int, int]:
    """Return (points that cash stands for, fen to pay) when `points` of a price are paid in points.

    The fen are rounded up, against the party that pays.

    Raises:
        CashNotTaken: the program has no rule for it.
        CashShareOutOfBounds: the rest is outside the program's bounds, or one part would be nothing.
    """
    if program.cash is None:
        raise CashNotTaken
    # Bounds in points: the smallest share of cash is rounded up, the largest down.
    most = min(price - -(-price * program.cash_share_min_bp // 10_000), price - 1)
    least = max(price - price * program.cash_share_max_bp // 10_000, 1)
    if not least <= points <= most:
        raise CashShareOutOfBounds(price=price, least=least, most=most)
    cash_points = price - points
    return cash_points, program.cash.fen_for(cash_points)
