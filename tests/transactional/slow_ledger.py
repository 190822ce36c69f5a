"""A slow, obvious model of one member's points: every move is kept, and every question sums all of them."""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

# Nothing recorded is later.
ALL = 10**9


def shanghai_day(moment: datetime) -> date:
    return (moment.astimezone(UTC) + timedelta(hours=8)).date()


def day_ends(day: date) -> datetime:
    """The moment the business day is over."""
    return datetime(day.year, day.month, day.day, 16, tzinfo=UTC)


@dataclass
class SlowLot:
    begins: datetime
    last_day: date | None
    # (effective time, step in which it was recorded, points, kind)
    moves: list[tuple[datetime, int, int, str]] = field(default_factory=list)
    absorbed: list[tuple[datetime, int, int]] = field(default_factory=list)

    def left(self, at: datetime, known: int = ALL) -> int:
        return sum(points for when, step, points, _ in self.moves if when <= at and step <= known)

    def of_kind(self, kinds: tuple[str, ...], at: datetime, known: int = ALL) -> int:
        return sum(p for when, step, p, kind in self.moves if when <= at and step <= known and kind in kinds)

    def expired(self, at: datetime) -> bool:
        return self.last_day is not None and shanghai_day(at) > self.last_day

    def spendable(self, at: datetime) -> bool:
        return self.begins <= at and not self.expired(at)


@dataclass
class SlowHold:
    shares: list[tuple[UUID, int]]
    begins: datetime
    ends: datetime
    step: int
    resolved: tuple[datetime, int] | None = None

    def active(self, at: datetime, known: int = ALL) -> bool:
        if self.step > known or not self.begins <= at < self.ends:
            return False
        return self.resolved is None or self.resolved[1] > known or at < self.resolved[0]


@dataclass
class SlowLedger:
    """Everything about one member. `step` counts what is recorded together; `changed` is the account's clock."""

    changed: datetime
    grace_days: int
    step: int = 0
    lots: dict[UUID, SlowLot] = field(default_factory=dict)
    holds: dict[UUID, SlowHold] = field(default_factory=dict)
    owing: list[tuple[datetime, int, int]] = field(default_factory=list)
    credits: dict[UUID, int] = field(default_factory=dict)
    redemptions: dict[UUID, list[tuple[UUID, int]]] = field(default_factory=dict)

    def held(self, lot_id: UUID, at: datetime, known: int = ALL) -> int:
        active = [hold for hold in self.holds.values() if hold.active(at, known)]
        return sum(points for hold in active for lot, points in hold.shares if lot == lot_id)

    def free(self, lot_id: UUID, at: datetime) -> int:
        return self.lots[lot_id].left(at) - self.held(lot_id, at)

    def owed(self, at: datetime, known: int = ALL) -> int:
        return sum(points for when, step, points in self.owing if when <= at and step <= known)

    def buckets(self, at: datetime, known: int = ALL) -> dict[str, int]:
        told = dict.fromkeys(
            ("available", "held", "pending", "expired", "spent", "unswept", "balance", "owed_points"), 0
        )
        for lot_id, lot in self.lots.items():
            left, held = lot.left(at, known), self.held(lot_id, at, known)
            told["balance"] += left
            told["held"] += held
            bucket = "pending" if at < lot.begins else "unswept" if lot.expired(at) else "available"
            told[bucket] += left - held
            told["spent"] -= lot.of_kind(("redeem", "refund"), at, known)
            told["expired"] -= lot.of_kind(("expire",), at, known)
            told["expired"] -= sum(p for when, step, p in lot.absorbed if when <= at and step <= known)
        told["expired"] += told["unswept"]
        told["owed_points"] = self.owed(at, known)
        return told

    def moments(self) -> set[datetime]:
        """Every moment at which anything happened, began or ended."""
        found = {when for lot in self.lots.values() for when, *_ in lot.moves}
        found |= {lot.begins for lot in self.lots.values()}
        found |= {day_ends(lot.last_day) for lot in self.lots.values() if lot.last_day}
        for hold in self.holds.values():
            found |= {hold.begins, hold.ends}
        return found

    def spend_from(self, points: int, at: datetime, since: bool = False) -> list[tuple[UUID, int]] | None:
        """Earliest expiry first; `since` takes only what was free at every moment from `at` on."""
        later = [at, *(moment for moment in self.moments() if moment > at)] if since else [at]
        order = sorted(
            (lot.last_day or date.max, lot.begins, lot_id.int, lot_id)
            for lot_id, lot in self.lots.items()
            if lot.spendable(at)
        )
        shares = []
        for *_, lot_id in order:
            part = min(points, max(0, min(self.free(lot_id, moment) for moment in later)))
            if part:
                shares.append((lot_id, part))
                points -= part
        return None if points else shares

    def move(self, shares, at: datetime, kind: str, sign: int = -1) -> None:
        for lot_id, points in shares:
            self.lots[lot_id].moves.append((at, self.step, sign * points, kind))
        self.changed = max(self.changed, at)

    def credit(
        self, lot_id: UUID, points: int, at: datetime, begins: datetime, last_day: date | None, kind: str
    ):
        self.lots[lot_id] = SlowLot(begins, last_day)
        self.move([(lot_id, points)], at, kind, 1)
        if kind in ("earn", "grant"):
            self.credits[lot_id] = points
        if kind != "refund":
            self.settle([(lot_id, points)])

    def settle(self, credited) -> None:
        at = self.changed
        for lot_id, points in credited:
            part = min(points, self.owed(at))
            if part:
                self.owing.append((at, self.step, -part))
                self.move([(lot_id, part)], at, "settle")

    def take_back(self, credit: UUID, points: int, at: datetime) -> bool:
        """Own lot, then what expired of it, then others, then a debt."""
        if points > self.credits[credit]:
            return False
        self.credits[credit] -= points
        lot = self.lots[credit]
        own = min(points, lot.left(at) - self.held(credit, at))
        swept = -lot.of_kind(("expire",), at) - sum(p for _, _, p in lot.absorbed)
        absorbed = min(points - own, swept)
        rest = points - own - absorbed
        others = self.spend_from_others(credit, rest, at)
        self.move([(credit, own)] if own else [], at, "return")
        if absorbed:
            lot.absorbed.append((at, self.step, absorbed))
        self.move(others, at, "return")
        missing = rest - sum(part for _, part in others)
        if missing:
            self.owing.append((at, self.step, missing))
        return True

    def spend_from_others(self, credit: UUID, points: int, at: datetime) -> list[tuple[UUID, int]]:
        order = sorted(
            (lot.last_day or date.max, lot.begins, lot_id.int, lot_id)
            for lot_id, lot in self.lots.items()
            if lot.spendable(at) and lot_id != credit
        )
        shares = []
        for *_, lot_id in order:
            part = min(points, self.free(lot_id, at))
            if part:
                shares.append((lot_id, part))
                points -= part
        return shares

    def refund(self, redemption: UUID, transfer: UUID, at: datetime) -> bool:
        """Last spent first; into lots that are over, or into a new one of some days of grace."""
        shares = self.redemptions.pop(redemption, None)
        if shares is None:
            return False
        kept, late = [], 0
        for lot_id, points in reversed(shares):
            if self.grace_days and self.lots[lot_id].expired(at):
                late += points
            else:
                kept.append((lot_id, points))
        self.move(kept, at, "refund", 1)
        if late:
            until = shanghai_day(at) + timedelta(days=self.grace_days)
            self.credit(transfer, late, at, at, until, "refund")
            kept.append((transfer, late))
        self.settle(kept)
        return True

    def sweep(self, at: datetime) -> None:
        for lot_id, lot in self.lots.items():
            left = lot.left(at) - self.held(lot_id, at)
            if left and lot.expired(at):
                assert lot.last_day is not None
                over = day_ends(lot.last_day)
                ends = [
                    hold.resolved[0] if hold.resolved else hold.ends
                    for hold in self.holds.values()
                    if any(lot_id == held for held, _ in hold.shares)
                ]
                happened = [when for when in (*(m[0] for m in lot.moves), *ends) if over <= when <= at]
                self.move([(lot_id, left)], max(happened, default=over), "expire")
