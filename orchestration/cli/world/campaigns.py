"""Flash sales on member days and shopping festivals."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

import numpy as np

from orchestration.cli.world.catalogue import Catalogue, IntArray
from orchestration.cli.world.service import HOUR
from orchestration.cli.world.wishes import Sale

_OPENS, _CLOSES = 10 * HOUR, 22 * HOUR
_BIG_DAYS = ((6, 18), (11, 11), (12, 12))
_DISCOUNT = (0.55, 0.8)
MEMBER_LIMIT = 2
# Of what is on the shelf, so much is set aside for a sale; less than two pieces are no sale.
_SET_ASIDE, _LEAST = 0.45, 2


@dataclass(frozen=True)
class PlannedSale:
    """A sale to open: the item, its price in points, and pieces set aside."""

    sale: Sale
    pieces: int


def sales_of_day(
    day: date, number: int, member_day: int, catalogue: Catalogue, on_hand: IntArray, rng: np.random.Generator
) -> list[PlannedSale]:
    """Return the sales of a day: two on member days, four on 618, Double 11 and Double 12.

    Args:
        number: the day's number in the world.
    """
    count = 4 if (day.month, day.day) in _BIG_DAYS else 2 if day.day == member_day else 0
    pieces = np.floor(on_hand * _SET_ASIDE).astype(np.int64)
    listed = (catalogue.listed_from <= number) & (number < catalogue.listed_until) & (pieces >= _LEAST)
    candidates = np.flatnonzero(listed)
    if not count or len(candidates) < count:
        return []
    appeal = np.exp(catalogue.appeal[candidates])
    chosen = rng.choice(candidates, count, replace=False, p=appeal / appeal.sum())
    discounts = rng.uniform(*_DISCOUNT, count)
    return [
        PlannedSale(
            Sale(int(item), max(int(catalogue.price[item] * discount / 10) * 10, 10), _OPENS, _CLOSES),
            int(pieces[item]),
        )
        for item, discount in zip(chosen, discounts, strict=True)
    ]


def window(sale: Sale, midnight: datetime) -> tuple[datetime, datetime]:
    """Return when a sale opens and closes."""
    return midnight + timedelta(seconds=sale.opens), midnight + timedelta(seconds=sale.closes)
