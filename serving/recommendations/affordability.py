"""Whether a member can have an item: for points now, with cash for the rest, or soon. Mirrors the redemption's rule.

The rule of points and cash is that of `transactional/redemption/pricing.py`; a test holds the two against each other.
"""

import numpy as np

from serving.recommendations.domain import Affordability, CashRule, Purse, Reach
from serving.recommendations.shelf import Integers, Shelf

NOW, WITH_CASH, SOON, OUT = range(4)
NAMES: tuple[Affordability, ...] = ("now", "with_cash", "soon")
# No price is higher.
ANY_PRICE = 1_000_000_000


def affordability(shelf: Shelf, purse: Purse, reach: Reach) -> Integers:
    """Return NOW, WITH_CASH, SOON or OUT of each offer; what `reach` leaves out is OUT."""
    prices = shelf.prices
    later = SOON if reach == "soon" else OUT
    found = np.where(prices <= purse.available + purse.coming, later, OUT)
    if reach != "now" and purse.cash is not None:
        least, most = _bounds(prices, shelf.cash_shares, purse.cash)
        found[(least <= most) & (least <= purse.available)] = WITH_CASH
    found[prices <= purse.available] = NOW
    return found


def farthest_price(purse: Purse, reach: Reach) -> int:
    """Return a price above which nothing is within reach."""
    farthest = purse.available
    if reach == "soon":
        farthest += purse.coming
    if reach != "now" and purse.cash is not None and purse.available:
        points_share_bp = 10_000 - purse.cash.share_max_bp
        with_cash = purse.available * 10_000 // points_share_bp if points_share_bp else ANY_PRICE
        farthest = max(farthest, with_cash)
    return min(farthest, ANY_PRICE)


def payment(price: int, cash_share: tuple[int, int], kind: int, purse: Purse) -> tuple[int, int]:
    """Return (points, fen) that the member pays: as many points as it has and may pay, the rest in cash.

    The fen are rounded up, against the party that pays.
    """
    if kind != WITH_CASH or purse.cash is None:
        return price, 0
    _, most = _bounds(np.array([price]), np.array([cash_share]), purse.cash)
    points = min(int(most[0]), purse.available)
    return points, -(-(price - points) * purse.cash.fen // purse.cash.points)


def _bounds(prices: Integers, cash_shares: Integers, cash: CashRule) -> tuple[Integers, Integers]:
    """Return the fewest and most points that may be paid of each price, never none and never all."""
    lower = np.maximum(cash_shares[:, 0], cash.share_min_bp)
    upper = np.minimum(cash_shares[:, 1], cash.share_max_bp)
    # What both let is nothing where they do not overlap, and then it is for points alone.
    lower, upper = np.where(lower <= upper, (lower, upper), 0)
    most = np.minimum(prices - -(-prices * lower // 10_000), prices - 1)
    least = np.maximum(prices - prices * upper // 10_000, 1)
    return least, most
