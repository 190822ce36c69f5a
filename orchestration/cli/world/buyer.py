"""Buys for a simulated shop: one purchase order per supplier and day, counted in as its parts arrive."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

from orchestration.cli.world.catalogue import IntArray
from orchestration.cli.world.identity import Identities
from orchestration.cli.world.service import DAY, HOUR
from orchestration.cli.world.supply import Arrival
from orchestration.cli.world.terms import ItemTerms
from transactional.catalogue.operations import StockReceipt
from transactional.clock import business_date
from transactional.purchasing.domain import Batch
from transactional.purchasing.importing import PastOrder, PastPurchases, PastReceipt
from transactional.purchasing.lines import NewLine

_BY = "simulated planner"
# What is wanted is seen at the end of a day, and deliveries come before the shop's own day begins.
_PROPOSED, _APPROVED, _ORDERED, _RECEIVED = DAY - HOUR, DAY - HOUR // 2, DAY - HOUR // 4, 7 * HOUR


class Buyer:
    """Keeps the shop's purchase orders."""

    def __init__(
        self, purchases: PastPurchases, terms: ItemTerms, suppliers: list[UUID], items: list[UUID],
        identities: Identities,
    ) -> None:  # fmt: skip
        """Buy items, in the order of their numbers, from suppliers in the order of theirs."""
        self._purchases = purchases
        self._terms = terms
        self._suppliers = suppliers
        self._items = items
        self._identities = identities
        # Of which supplier an item was ordered on a day.
        self._asked: dict[tuple[int, int], int] = {}
        # By the day of the order and its supplier: the order, its line of each item, and how many are still to come.
        self._open: dict[tuple[int, int], tuple[UUID, dict[int, int], set[int]]] = {}

    def order(self, day: int, midnight: int, pieces: IntArray, sellers: IntArray) -> None:
        """Order pieces of each item from its seller at the end of a day that begins at an epoch second."""
        by_supplier: defaultdict[int, list[int]] = defaultdict(list)
        for item in pieces.nonzero()[0].tolist():
            by_supplier[int(sellers[item])].append(item)
            self._asked[day, item] = int(sellers[item])
        for supplier, items in sorted(by_supplier.items()):
            proposed, approved, ordered = (_moment(midnight + s) for s in (_PROPOSED, _APPROVED, _ORDERED))
            order_id = self._identities.at(proposed)
            self._purchases.place(
                PastOrder(
                    order_id,
                    f"{business_date(proposed)} {supplier + 1}",
                    self._suppliers[supplier],
                    tuple(NewLine(self._items[item], int(pieces[item])) for item in items),
                    _BY,
                    proposed,
                    approved,
                    ordered,
                )
            )
            self._open[day, supplier] = order_id, {item: n for n, item in enumerate(items, 1)}, set(items)

    def receive(self, midnight: int, arrivals: Iterable[Arrival]) -> list[StockReceipt]:
        """Count what arrives on a day that begins at an epoch second, and return what comes to the shelf."""
        at = _moment(midnight + _RECEIVED)
        deliveries: defaultdict[tuple[int, int], list[Arrival]] = defaultdict(list)
        for arrival in arrivals:
            deliveries[arrival.ordered, self._asked[arrival.ordered, arrival.item]].append(arrival)
        came: list[StockReceipt] = []
        for order, parts in deliveries.items():
            order_id, line_of, awaited = self._open[order]
            for part in parts:
                if part.is_last:
                    awaited.remove(part.item)
                    del self._asked[order[0], part.item]
            batches = tuple(
                Batch(line_of[p.item], p.pieces, p.broken, self._last_day(p.item, business_date(at)))
                for p in parts
            )
            came += self._purchases.receive(
                PastReceipt(self._identities.at(at), order_id, batches, at, is_last=not awaited)
            )
            if not awaited:
                del self._open[order]
        return came

    def _last_day(self, item: int, day: date) -> date | None:
        keeps = int(self._terms.shelf_life[item])
        return day + timedelta(days=keeps) if keeps else None


def _moment(second: int) -> datetime:
    return datetime.fromtimestamp(second, UTC)
