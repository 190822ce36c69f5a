"""Parcels of a simulated shop: what happens to each, and how the mall is told; pushes get lost, come twice or too late."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Literal
from uuid import UUID

import numpy as np

from orchestration.cli.world.catalogue import BoolArray, IntArray
from orchestration.cli.world.identity import Identities
from orchestration.cli.world.order import Order
from orchestration.cli.world.regions import IS_REMOTE, PROVINCE_SHARES, PROVINCES
from orchestration.cli.world.service import CARRIERS, HOUR, Delivery
from orchestration.cli.world.truth import Truth
from transactional.fulfilment.importing import News, PastParcel, PastParcels
from transactional.fulfilment.states import Event, ShipmentStatus

# Shares of a carrier's pushes; the mall asks every four hours, so that nothing that was lost stays unknown for longer.
LOST_PUSH_SHARE, LATE_PUSH_SHARE, DUPLICATE_PUSH_SHARE = 0.02, 0.03, 0.03
_PUSHED_AFTER = 2 * 60
_ASKED_EVERY = 4 * HOUR
_LATE_BY = (1 * HOUR, 3.5 * HOUR)
_AGAIN_AFTER = (60, HOUR)
_PACKED_BEFORE = (1 * HOUR, 3 * HOUR)
# In transit it is scanned no sooner than the mall has learnt that it was collected.
_SCANNED_AFTER, _DRIVEN_BEFORE = 4 * HOUR, (HOUR // 2, 5 * HOUR // 4)
_S = ShipmentStatus
_STEPS = tuple(enumerate((_S.COLLECTED, _S.IN_TRANSIT, _S.OUT_FOR_DELIVERY, _S.DELIVERED)))
_LOST_STEPS = (*_STEPS[:2], (3, _S.LOST))
_PREFIXES = {"sf": "SF", "jd": "JDV", "sandbox": "T"}


class Parcels:
    """Packs the orders of a tenant, one parcel each, and lets carriers tell of them."""

    def __init__(
        self, past: PastParcels, items: list[UUID], members: int, identities: Identities, truth: Truth,
        rng: np.random.Generator,
    ) -> None:  # fmt: skip
        """Give each of so many members a province and begin without parcels."""
        self._past = past
        self._items = items
        self._identities = identities
        self._truth = truth
        self._rng = rng
        self._province = rng.choice(len(PROVINCES), members, p=PROVINCE_SHARES)
        self._number = 0

    def is_remote(self, orders: Sequence[Order]) -> BoolArray:
        """Return which orders go to a remote province."""
        remote: BoolArray = IS_REMOTE[self._province[[order.member for order in orders]]]
        return remote

    def send(
        self, orders: Sequence[Order], plan: Delivery, shipped: IntArray, delivered: IntArray
    ) -> tuple[IntArray, IntArray]:
        """Send orders on their way; return when the mall learns that each was shipped and that it was delivered.

        Args:
            shipped, delivered: when that truly happens; delivered is when a parcel gets lost that does.
        """
        happens = self._steps(shipped, delivered)
        told, lost, late, again = self._pushes(happens)
        packed = shipped - self._rng.integers(*_PACKED_BEFORE, len(orders))
        columns = (plan.carrier, packed, happens, told, lost, again, plan.is_lost)
        shipments = [
            self._send(order, *row)
            for order, *row in zip(orders, *(column.tolist() for column in columns), strict=True)
        ]
        self._truth.parcels(
            {
                "shipment_id": [str(shipment) for shipment in shipments],
                "redemption_id": [str(order.redemption_id) for order in orders],
                "carrier": [CARRIERS[n] for n in plan.carrier.tolist()],
                "province": [PROVINCES[self._province[order.member]] for order in orders],
                "packed_at": packed,
                "shipped_at": shipped,
                "delivered_at": delivered,
                "is_shipped_late": plan.is_shipped_late,
                "is_late": plan.is_late,
                "is_lost": plan.is_lost,
                "lost_pushes": lost.sum(axis=1),
                "late_pushes": late.sum(axis=1),
                "duplicate_pushes": (again > 0).sum(axis=1),
            }
        )
        return told[:, 0], told[:, -1]

    def _steps(self, shipped: IntArray, delivered: IntArray) -> IntArray:
        """Return when each parcel is scanned at each step, a row per parcel."""
        rng, count = self._rng, len(shipped)
        room = delivered - shipped - _SCANNED_AFTER - _DRIVEN_BEFORE[1]
        transit = shipped + _SCANNED_AFTER + (rng.random(count) * 0.5 * room).astype(np.int64)
        driven = delivered - rng.integers(*_DRIVEN_BEFORE, count)
        return np.column_stack([shipped, transit, driven, delivered])

    def _pushes(self, happens: IntArray) -> tuple[IntArray, BoolArray, BoolArray, IntArray]:
        """Return when the mall learns of each step; whether its push got lost or came late; when it came again, or 0."""
        rng, shape = self._rng, happens.shape
        fate = rng.random(shape)
        lost = fate < LOST_PUSH_SHARE
        late = ~lost & (fate < LOST_PUSH_SHARE + LATE_PUSH_SHARE)
        delay = np.where(late, rng.uniform(*_LATE_BY, shape), rng.exponential(_PUSHED_AFTER, shape))
        # Nothing is late by as much as the mall waits before it asks.
        waited = np.minimum(np.where(lost, rng.uniform(0, _ASKED_EVERY, shape), delay), _ASKED_EVERY)
        told = happens + waited.astype(np.int64)
        twice = ~lost & (rng.random(shape) < DUPLICATE_PUSH_SHARE)
        again = np.where(twice, told + rng.integers(*_AGAIN_AFTER, shape), 0)
        return told, lost, late, again

    def _send(
        self, order: Order, carrier: int, packed: int, happens: list[int], told: list[int], lost: list[bool],
        again: list[int], is_lost: bool,
    ) -> UUID:  # fmt: skip
        created_at = _moment(packed)
        shipment_id = self._identities.at(created_at)
        self._number += 1
        name = CARRIERS[carrier]
        news = []
        for n, step in _LOST_STEPS if is_lost else _STEPS:
            event = Event(f"{step}@{happens[n]}", step, _moment(happens[n]))
            source: Literal["push", "pull"] = "pull" if lost[n] else "push"
            news.append(News(_moment(told[n]), event, source))
            if again[n]:
                news.append(News(_moment(again[n]), event, "push"))
        news.sort(key=lambda one: one.told_at)
        self._past.add(
            PastParcel(
                shipment_id, order.redemption_id, order.member_id, self._items[order.item], order.quantity, name,
                f"{_PREFIXES[name]}{self._number:012d}", PROVINCES[self._province[order.member]], _moment(order.second),
                created_at, tuple(news),
            )
        )  # fmt: skip
        return shipment_id


def _moment(second: int) -> datetime:
    return datetime.fromtimestamp(second, UTC)
