"""A member's points, lot by lot: the entries in the release plus those written since."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from uuid import UUID

from msgspec import Struct

from serving.clock import business_date
from serving.recommendations.domain import Expiring

# How far ahead a member is told of points that come and points that go.
SOON = timedelta(days=30)


class Lot(Struct, frozen=True):
    """A credit of the member.

    Attributes:
        active_from: from when it can be spent.
        expires_on: the last business day it can be spent; None means never expires.
        points: sum of its entries, as far as its source has them: the release, or the live database since then.
    """

    lot_id: UUID
    active_from: datetime
    expires_on: date | None
    points: int


class Balance(Struct, frozen=True):
    """All lots of a member with all that moved on them.

    Attributes:
        held: points set aside of these lots; of a lot that has expired meanwhile too, which errs to the low side.
    """

    lots: Sequence[Lot]
    held: int = 0

    def available(self, now: datetime) -> int:
        """Return what can be spent now."""
        return max(0, sum(lot.points for lot in self._spendable(now)) - self.held)

    def activated_by(self, now: datetime, until: datetime) -> int:
        """Return the points that cannot be spent now and can be spent by a later moment."""
        last_day = business_date(until)
        return sum(
            max(lot.points, 0)
            for lot in self.lots
            if now < lot.active_from <= until and (lot.expires_on is None or last_day <= lot.expires_on)
        )

    def expiring(self, now: datetime, within: timedelta = SOON) -> Expiring | None:
        """Return what of the available points is lost within a time, by default 30 days; None if nothing is."""
        last_day = business_date(now + within)
        lost = [
            (lot.expires_on, lot.points)
            for lot in self._spendable(now)
            if lot.expires_on is not None and lot.expires_on <= last_day and lot.points > 0
        ]
        points = min(sum(points for _, points in lost), self.available(now))
        if not points:
            return None
        days = {day for day, _ in lost}
        return Expiring(points, min(days), len(days) == 1)

    def _spendable(self, now: datetime) -> Iterator[Lot]:
        today = business_date(now)
        for lot in self.lots:
            if lot.active_from <= now and (lot.expires_on is None or today <= lot.expires_on):
                yield lot


def united(lots: Sequence[Lot], landed: Sequence[Lot]) -> list[Lot]:
    """Return live lots, which count what came since a landing, with what had moved on them before it."""
    landed_points: Mapping[UUID, int] = {lot.lot_id: lot.points for lot in landed}
    return [
        Lot(lot.lot_id, lot.active_from, lot.expires_on, landed_points.get(lot.lot_id, 0) + lot.points)
        for lot in lots
    ]
