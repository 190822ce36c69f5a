"""A member's points, one by one: each point is a token that is somewhere at any time."""

from dataclasses import dataclass, field
from datetime import date, datetime
from enum import Enum
from uuid import UUID

from tests.transactional.reference.days import day_of


class Place(Enum):
    """Where a point is; with the member it is pending, available, held or, past its last day, expired."""

    WITH_MEMBER = "with the member"
    SPENT = "spent"
    EXCHANGED = "given for points of another tenant, or kept as the fee of that"
    SWEPT = "expired and swept"
    WITHDRAWN = "returned, corrected or adjusted away"
    SETTLED = "given for what was owed"


@dataclass(eq=False)
class Lot:
    """What points that came together have in common.

    Attributes:
        changes: when its points came and went, as (effective time, how many came).
    """

    name: UUID
    active_from: datetime
    last_day: date | None
    changes: list[tuple[datetime, int]] = field(default_factory=list)

    def begun(self, moment: datetime) -> bool:
        return self.active_from <= moment

    def over(self, moment: datetime) -> bool:
        return self.last_day is not None and self.last_day < day_of(moment)


@dataclass(eq=False)
class Point:
    """One point."""

    lot: Lot
    place: Place = Place.WITH_MEMBER


@dataclass(eq=False)
class Hold:
    """Points set aside from `begins` until `ends`, or until it was captured or released.

    Attributes:
        lots: the lot that each point was of then.
        order: the redemption it belongs to.
    """

    name: UUID
    member: UUID
    points: list[Point]
    begins: datetime
    ends: datetime
    order: UUID | None = None
    outcome: str | None = None
    resolved_at: datetime | None = None
    captured: int = 0
    lots: list[Lot] = field(init=False)

    def __post_init__(self) -> None:
        self.lots = [point.lot for point in self.points]

    def over_at(self) -> datetime:
        return self.ends if self.resolved_at is None else self.resolved_at

    def active(self, moment: datetime) -> bool:
        return self.outcome is None and moment < self.ends

    def state(self, moment: datetime) -> str:
        if self.outcome is not None:
            return self.outcome
        return "open" if moment < self.ends else "expired"


@dataclass(eq=False)
class Wallet:
    """All points a member ever had, holds, and what the member owes.

    Attributes:
        newest: effective time of the newest change; nothing happens before it.
    """

    points: list[Point] = field(default_factory=list)
    lots: list[Lot] = field(default_factory=list)
    holds: list[Hold] = field(default_factory=list)
    owed: int = 0
    newest: datetime | None = None

    def moment(self, at: datetime) -> datetime:
        return at if self.newest is None else max(at, self.newest)

    def changed(self, moment: datetime) -> None:
        self.newest = self.moment(moment)

    def held(self, moment: datetime) -> set[Point]:
        return {point for hold in self.holds if hold.active(moment) for point in hold.points}

    def loose(self, moment: datetime) -> list[Point]:
        """Return the points with the member that nothing holds."""
        held = self.held(moment)
        return [p for p in self.points if p.place is Place.WITH_MEMBER and p not in held]

    def spendable(self, moment: datetime) -> list[Point]:
        """Return the available points in the order in which they are spent: earliest last day first."""
        good = [p for p in self.loose(moment) if p.lot.begun(moment) and not p.lot.over(moment)]
        return sorted(good, key=spending_order)

    def buckets(self, moment: datetime) -> dict[str, int]:
        loose = self.loose(moment)
        over = [p for p in loose if p.lot.over(moment) and p.lot.begun(moment)]
        return {
            "available": len(self.spendable(moment)),
            "held": len(self.held(moment)),
            "pending": len([p for p in loose if not p.lot.begun(moment)]),
            "expired": len(over) + self.count(Place.SWEPT),
            "spent": self.count(Place.SPENT) + self.count(Place.EXCHANGED),
            "owed": self.owed,
        }

    def count(self, place: Place) -> int:
        return len([p for p in self.points if p.place is place])

    def move(self, points: list[Point], place: Place, moment: datetime) -> None:
        """Take points away from the member."""
        for point in points:
            assert point.place is Place.WITH_MEMBER, point
            point.place = place
            point.lot.changes.append((moment, -1))
        self.changed(moment)

    def give_back(self, points: list[Point], moment: datetime) -> None:
        """Bring points back to the member."""
        for point in points:
            assert point.place is not Place.WITH_MEMBER, point
            point.place = Place.WITH_MEMBER
            point.lot.changes.append((moment, 1))
        self.changed(moment)

    def free_at(self, lot: Lot, moment: datetime) -> int:
        """Return how many points of a lot were with the member and not held at a past moment."""
        there = sum(change for at, change in lot.changes if at <= moment)
        held = sum(h.lots.count(lot) for h in self.holds if h.begins <= moment < h.over_at())
        return there - held

    def always_free(self, lot: Lot, since: datetime) -> int:
        """Return how many points of a lot were free at a past moment and at every moment since."""
        moments = {since}
        moments |= {at for at, _ in lot.changes if at > since}
        moments |= {h.begins for h in self.holds if h.begins > since}
        return max(0, min(self.free_at(lot, moment) for moment in moments))

    def swap_in_holds(self, points: list[Point], newest: datetime) -> None:
        """Let holds that may still be active hold other points of the same lots instead: those of a lot are alike.

        A hold that has ended is active again when the clock jumps back, unless something happened since.
        """
        holds = [hold for hold in self.holds if hold.active(newest)]
        for hold in holds:
            for number, point in enumerate(hold.points):
                if point in points:
                    busy = {*points, *(p for h in holds for p in h.points)}
                    there = [p for p in self.points if p.lot is point.lot and p.place is Place.WITH_MEMBER]
                    hold.points[number] = next(p for p in there if p not in busy)

    def available_at(self, moment: datetime) -> int:
        """Return what was available at a past moment, as it is known now."""
        good = [lot for lot in self.lots if lot.begun(moment) and not lot.over(moment)]
        return sum(self.free_at(lot, moment) for lot in good)


def spending_order(point: Point) -> tuple[date, datetime, int]:
    """Return the order of spending: the earliest last day, then the older lot."""
    return point.lot.last_day or date.max, point.lot.active_from, point.lot.name.int
