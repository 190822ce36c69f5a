"""How a price is split between points and cash."""

from collections.abc import Iterable
from typing import NamedTuple

from transactional.problems import Problem
from transactional.tenants.domain import Program


class CashShare(NamedTuple):
    """What part of a price may be paid in cash, in basis points."""

    min_bp: int
    max_bp: int

    def narrowed(self, own: "CashShare") -> "CashShare":
        """Return what is within both; where nothing is, what the price is given for is points alone."""
        least, most = max(self.min_bp, own.min_bp), min(self.max_bp, own.max_bp)
        return CashShare(least, most) if least <= most else _POINTS_ALONE


_POINTS_ALONE = CashShare(0, 0)


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


class PointsOnly(Problem):
    """What is asked for is given for points alone."""

    slug = "points-only"
    title = "For points alone"
    status = 409

    def __init__(self) -> None:
        super().__init__("what is asked for is given for points alone; redeem it without cash")


def split(priced: Iterable[tuple[int, CashShare]], points: int, program: Program) -> tuple[int, int]:
    """Return (points that cash stands for, fen to pay) when `points` of some prices together are paid in points.

    The fen are rounded up, against the party that pays.

    Args:
        priced: the price of each line with its offer's bounds, which hold for its part of the whole.

    Raises:
        CashNotTaken: the program has no rule for it.
        PointsOnly: no line may be paid in cash.
        CashShareOutOfBounds: the rest is outside the bounds, or one part would be nothing.
    """
    if program.cash is None:
        raise CashNotTaken
    shares = _by_share(priced, program)
    if not any(share.max_bp for share in shares):
        raise PointsOnly
    price = sum(shares.values())
    # Bounds in points: the smallest share of cash is rounded up, the largest down.
    most = min(price - sum(-(-part * share.min_bp // 10_000) for share, part in shares.items()), price - 1)
    least = max(price - sum(part * share.max_bp // 10_000 for share, part in shares.items()), 1)
    if not least <= points <= most:
        raise CashShareOutOfBounds(price=price, least=least, most=most)
    cash_points = price - points
    return cash_points, program.cash.fen_for(cash_points)


def _by_share(priced: Iterable[tuple[int, CashShare]], program: Program) -> dict[CashShare, int]:
    """Return the price of lines with the same bounds together, so that it does not matter how many they are."""
    whole = CashShare(program.cash_share_min_bp, program.cash_share_max_bp)
    prices: dict[CashShare, int] = {}
    for price, own in priced:
        share = whole.narrowed(own)
        prices[share] = prices.get(share, 0) + price
    return prices
