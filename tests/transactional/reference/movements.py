"""What points do: come, go, are held, come back. Nothing is refused here."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from tests.transactional.reference.campaigns import Campaign
from tests.transactional.reference.days import beginning_of, day_of, last_day_of
from tests.transactional.reference.program import Rules
from tests.transactional.reference.wallet import Hold, Lot, Place, Point, Wallet


@dataclass(eq=False)
class Act:
    """A transfer that can be taken back: the points that came, or those that an adjustment took.

    Attributes:
        campaign: what gave it, if it is extra points; `extra` are those of an earning.
    """

    kind: str
    member: UUID
    points: list[Point]
    is_credit: bool = True
    lot: Lot | None = None
    reversed: int = 0
    campaign: Campaign | None = None
    extra: "Act | None" = None


@dataclass
class Movements:
    """The wallets of a tenant's members.

    Attributes:
        program: what the program's own accounts have; with the members' points and nothing else it sums to zero.
    """

    rules: Rules
    wallets: dict[UUID, Wallet] = field(default_factory=dict)
    acts: dict[UUID, Act] = field(default_factory=dict)
    holds: dict[UUID, Hold] = field(default_factory=dict)
    program: Counter[str] = field(default_factory=Counter)
    campaigns: list[Campaign] = field(default_factory=list)

    def moment(self, member: UUID, at: datetime) -> datetime:
        return self.wallets[member].moment(at)

    def note(self, name: UUID, kind: str, member: UUID) -> None:
        """Remember a transfer that nobody may return or correct."""
        self.acts[name] = Act(kind, member, [])

    def hold(
        self, name: UUID, member: UUID, points: list[Point], moment: datetime, ends: datetime,
        order: UUID | None = None,
    ) -> None:  # fmt: skip
        hold = Hold(name, member, points, moment, ends, order)
        self.holds[name] = hold
        self.wallets[member].holds.append(hold)
        self.wallets[member].changed(moment)

    def capture(self, hold: Hold, points: int, moment: datetime) -> list[Point]:
        hold.outcome, hold.resolved_at, hold.captured = "captured", moment, points
        taken = hold.points[:points]
        self.spend(hold.member, taken, moment)
        return taken

    def spend(self, member: UUID, points: list[Point], moment: datetime) -> None:
        self.wallets[member].move(points, Place.SPENT, moment)
        self.program["redeemed"] += len(points)

    def release(self, hold: Hold, moment: datetime) -> None:
        """Free what is held; a hold that ended by itself ended then, whenever that is noticed."""
        hold.outcome = "expired" if moment >= hold.ends else "released"
        hold.resolved_at = min(moment, hold.ends)
        self.wallets[hold.member].changed(hold.resolved_at)

    def bring_back(self, points: list[Point], member: UUID, moment: datetime, name: UUID) -> None:
        """Give points back into their lots, or, where those are over, into a lot of the days of grace."""
        wallet = self.wallets[member]
        late = [p for p in points if p.lot.over(moment)] if self.rules.grace_days else []
        if late:
            until = day_of(moment) + timedelta(days=self.rules.grace_days)
            grace = Lot(name, moment, until)
            wallet.lots.append(grace)
            for point in late:
                point.lot = grace
        wallet.give_back(points, moment)
        # What came back into its own lot settles first.
        self._settle(member, [p for p in points if p not in late] + late, moment)

    def credit(
        self, name: UUID, member: UUID, count: int, kind: str, account: str, moment: datetime, pending: int
    ) -> None:
        begins = beginning_of(day_of(moment) + timedelta(days=pending)) if pending else moment
        lot = Lot(name, begins, last_day_of(begins, self.rules.months, self.rules.rounding))
        points = [Point(lot) for _ in range(count)]
        lot.changes.append((moment, count))
        self.wallets[member].points += points
        self.wallets[member].lots.append(lot)
        self.wallets[member].changed(moment)
        self.program[account] -= count
        self.acts[name] = Act(kind, member, points, lot=lot)
        self._settle(member, points, moment)

    def _settle(self, member: UUID, points: list[Point], moment: datetime) -> None:
        """Take what the member owes from points that came, once it owed it."""
        wallet = self.wallets[member]
        settled = points[: wallet.owed]
        if settled:
            wallet.move(settled, Place.SETTLED, wallet.moment(moment))
            wallet.owed -= len(settled)
            self.program["receivable"] += len(settled)
