"""A member's account: lots, holds, and the order in which points are spent, set aside and given back."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal
from uuid import UUID

from transactional.changes import Change, Tracked
from transactional.clock import business_date
from transactional.ledger.history import History, SetAside
from transactional.ledger.lots import Lot, spending_order
from transactional.problems import Problem

# Four orders of magnitude below the range of PostgreSQL's bigint, so that sums cannot overflow.
MAX_BALANCE = 10**14

# So many points of a lot.
Share = tuple[UUID, int]
HoldStatus = Literal["open", "captured", "released"]
HoldState = Literal["open", "captured", "released", "expired"]


class InsufficientPoints(Problem):
    """The member's spendable points do not cover what is asked."""

    slug = "insufficient-points"
    title = "Not enough points"
    status = 409

    def __init__(self, *, needed: int, available: int) -> None:
        super().__init__(
            f"{needed} points are needed and {available} are available",
            needed_points=needed,
            available_points=available,
        )


class BalanceTooLarge(Problem):
    """The credit would push the balance beyond what an account may hold."""

    slug = "balance-too-large"
    title = "The balance would become too large"
    status = 409

    def __init__(self) -> None:
        super().__init__(f"an account holds at most {MAX_BALANCE} points")


@dataclass(slots=True)
class Hold(Tracked):
    """Points of some lots, set aside until `expires_at`.

    Attributes:
        shares: what is set aside of each lot, in spending order; sums to `points`.
    """

    hold_id: UUID
    points: int
    shares: tuple[Share, ...]
    effective_at: datetime
    expires_at: datetime
    status: HoldStatus = "open"
    captured: int = 0
    resolved_at: datetime | None = None
    redemption_id: UUID | None = None
    reference: str | None = None

    def active(self, moment: datetime) -> bool:
        """Tell whether the points are set aside at a moment; past its end a hold counts as released."""
        return self.status == "open" and moment < self.expires_at

    def state(self, moment: datetime) -> HoldState:
        """Return what a hold is at a moment: one that ended by itself is expired, swept or not."""
        if self.status == "open":
            return "open" if moment < self.expires_at else "expired"
        if self.status == "released" and self.resolved_at == self.expires_at:
            return "expired"
        return self.status


@dataclass(slots=True)
class Account(Tracked):
    """A member's account with its lots that have points left and its holds that are open.

    Attributes:
        balance: the sum of the entries, spendable or not.
        owed: points taken back beyond what the member had; the next credits settle them.
        changed_at: effective time of the newest change.
        recent: how often the member asked lately, packed by the risk rules.
        is_closed: the member was erased in this batch.
        history: what moved since the earliest moment a command of the batch is backdated to; None without one.
    """

    balance: int
    version: int
    lots: dict[UUID, Lot] = field(default_factory=dict)
    holds: dict[UUID, Hold] = field(default_factory=dict)
    owed: int = 0
    changed_at: datetime | None = None
    recent: bytes | None = None
    registered_at: datetime | None = None
    is_closed: bool = False
    history: History | None = None

    def moment(self, at: datetime) -> datetime:
        """Return the effective time of a change asked for at `at`.

        Never before the account's newest change: a clock that jumped back must not spend points before they
        came in.
        """
        return at if self.changed_at is None or at >= self.changed_at else self.changed_at

    def held(self, moment: datetime) -> Counter[UUID]:
        """Return what active holds set aside of each lot."""
        held: Counter[UUID] = Counter()
        for hold in self.holds.values():
            if hold.active(moment):
                for lot_id, points in hold.shares:
                    held[lot_id] += points
        return held

    def free(self, moment: datetime) -> list[tuple[Lot, int]]:
        """Return the lots that can be spent at a moment with what is free of each, earliest expiry first."""
        lots = self._spendable(moment)
        if len(lots) > 1:
            lots.sort(key=spending_order)
        if not self.holds:
            return [(lot, lot.remaining) for lot in lots]
        held = self.held(moment)
        return [(lot, lot.remaining - held[lot.lot_id]) for lot in lots]

    def available(self, moment: datetime) -> int:
        """Return the points that can be spent at a moment."""
        if self.holds:
            return sum(points for _, points in self.free(moment))
        # Asked for by every answer, and no order among the lots is needed.
        return sum(lot.remaining for lot in self._spendable(moment))

    def _spendable(self, moment: datetime) -> list[Lot]:
        day = business_date(moment)
        return [lot for lot in self.lots.values() if lot.remaining and lot.spendable(moment, day)]

    def plan(self, points: int, moment: datetime) -> tuple[Share, ...]:
        """Return which lots would give the points, earliest expiry first; nothing is taken.

        Raises:
            InsufficientPoints: fewer are free.
        """
        free = self.free(moment)
        available = sum(part for _, part in free)
        if points > available:
            raise InsufficientPoints(needed=points, available=available)
        return take(((lot.lot_id, part) for lot, part in free), points)

    def plan_backdated(self, points: int, moment: datetime) -> tuple[Share, ...]:
        """Return which lots would give points that are taken as of a past moment.

        A lot can give what it had free at that moment and at every moment since, so no balance in between
        becomes one that it could not have been.

        Raises:
            InsufficientPoints: less was free all the time.
        """
        assert self.history is not None
        day = business_date(moment)
        lots = [lot for lot in self.lots.values() if lot.remaining and lot.spendable(moment, day)]
        lots.sort(key=spending_order)
        free = [(lot.lot_id, self.history.free_since(lot.lot_id, lot.remaining, moment)) for lot in lots]
        available = sum(part for _, part in free)
        if points > available:
            raise InsufficientPoints(needed=points, available=available)
        return take(free, points)

    def debit(self, shares: Iterable[Share], moment: datetime) -> None:
        """Take points out of lots; the caller has made sure that they are there."""
        for lot_id, points in shares:
            lot = self.lots[lot_id]
            lot.remaining -= points
            lot.touch()
            self.balance -= points
        self._changed(moment)

    def credit(self, lot: Lot, moment: datetime) -> None:
        """Add a new lot.

        Raises:
            BalanceTooLarge: nothing has been added.
        """
        if self.balance + lot.remaining > MAX_BALANCE:
            raise BalanceTooLarge
        lot.change = Change.ADDED
        self.lots[lot.lot_id] = lot
        self.balance += lot.remaining
        self._changed(moment)

    def give_back(self, shares: Iterable[Share], moment: datetime) -> None:
        """Put points back into the lots they came from."""
        for lot_id, points in shares:
            lot = self.lots[lot_id]
            lot.remaining += points
            lot.touch()
            self.balance += points
        self._changed(moment)

    def hold(self, hold: Hold, moment: datetime) -> None:
        """Set points aside; the caller planned the shares at the same moment."""
        hold.change = Change.ADDED
        self.holds[hold.hold_id] = hold
        self._note_hold(hold)
        self._changed(moment)

    def resolve(self, hold: Hold, *, captured: int, moment: datetime) -> None:
        """End a hold; taking the captured points out of their lots is a debit of its own."""
        hold.status = "captured" if captured else "released"
        hold.captured = captured
        hold.resolved_at = moment
        hold.touch()
        self._note_hold(hold)
        self._changed(moment)

    def _note_hold(self, hold: Hold) -> None:
        """Let backdated commands of the same batch see the hold."""
        if self.history is not None:
            ends = hold.resolved_at or hold.expires_at
            self.history.note_hold(hold.hold_id, SetAside(hold.effective_at, ends, dict(hold.shares)))

    def _changed(self, moment: datetime) -> None:
        self.version += 1
        # A backdated change does not turn the account's clock back.
        self.changed_at = self.moment(moment)
        self.touch()


def take(shares: Iterable[Share], points: int) -> tuple[Share, ...]:
    """Return the first `points` points of shares, in their order."""
    taken = []
    for lot_id, part in shares:
        if not points:
            break
        given = min(part, points)
        if given:
            taken.append((lot_id, given))
            points -= given
    return tuple(taken)
