"""Flash sales on member days and shopping festivals."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256
from uuid import UUID

import numpy as np

from orchestration.cli.world.catalogue import Catalogue, IntArray
from orchestration.cli.world.identity import Identities
from orchestration.cli.world.service import HOUR
from orchestration.cli.world.wishes import Sale
from transactional.engine.importing.past import PastImport
from transactional.flash_sales.domain import NewSale

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


class Sales:
    """Opens the flash sales of a shop on their days, and closes them the night after.

    Attributes:
        ids: of today's sales, by the item's number.
    """

    def __init__(
        self, past: PastImport, items: list[UUID], days: Sequence[date], member_day: int, identities: Identities,
        rng: np.random.Generator,
    ) -> None:  # fmt: skip
        """Begin without a sale."""
        self._past = past
        self._items = items
        self._days = days
        self._member_day = member_day
        self._identities = identities
        self._rng = rng
        self.ids: dict[int, UUID] = {}

    async def run(self, day: int, midnight: int, shown: Catalogue, on_hand: IntArray) -> list[Sale]:
        """Close yesterday's sales and open today's; `on_hand` loses what is set aside."""
        for sale_id in self.ids.values():
            await self._past.sales.close(sale_id, _moment(midnight + 60))
        self.ids.clear()
        planned = sales_of_day(self._days[day], day, self._member_day, shown, on_hand, self._rng)
        for plan in planned:
            now = _moment(midnight + 120)
            opens, closes = window(plan.sale, _moment(midnight))
            reference = f"{self._days[day]}-{plan.sale.item}"
            sale_id = self._identities.at(now)
            new = NewSale(
                reference, self._items[plan.sale.item], plan.sale.price, opens, closes, plan.pieces, MEMBER_LIMIT
            )  # fmt: skip
            await self._past.sales.open(sale_id, new, sha256(reference.encode()).digest(), now)
            self.ids[plan.sale.item] = sale_id
            on_hand[plan.sale.item] -= plan.pieces
        return [plan.sale for plan in planned]


def _moment(second: int) -> datetime:
    return datetime.fromtimestamp(second, UTC)
