"""Lots of points: which are spendable when, and in which order they are spent."""

from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID

from transactional.clock import business_date
from transactional.problems import Problem

# Four orders of magnitude below the range of PostgreSQL's bigint, so that sums cannot overflow.
MAX_BALANCE = 10**14


class InsufficientPoints(Problem):
    """The member's spendable points do not cover the price."""

    slug = "insufficient-points"
    title = "Not enough points"
    status = 409

    def __init__(self, *, needed: int, available: int) -> None:
        super().__init__(
            f"the redemption costs {needed} points and {available} are available",
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
class Lot:
    """A credit and what is left of it.

    Attributes:
        active_from: spendable from this moment on; before, the points are pending.
        expires_on: the last business day it can be spent; None means never expires.
    """

    lot_id: UUID
    issued: int
    remaining: int
    active_from: datetime
    expires_on: date | None

    def spendable(self, moment: datetime, day: date) -> bool:
        """Tell whether the lot can be spent at a moment, which falls on business day `day`."""
        return self.active_from <= moment and (self.expires_on is None or day <= self.expires_on)


@dataclass(slots=True)
class Account:
    """A member's account with its lots that have points left.

    `balance` is the sum of its entries, spendable or not.
    """

    balance: int
    version: int
    lots: list[Lot] = field(default_factory=list)

    def available(self, moment: datetime) -> int:
        """Return the points that can be spent at a moment."""
        day = business_date(moment)
        return sum(lot.remaining for lot in self.lots if lot.spendable(moment, day))

    def spend(self, points: int, moment: datetime) -> list[tuple[UUID, int]]:
        """Take points, earliest expiry first, and return what each lot gave.

        Raises:
            InsufficientPoints: nothing has been taken.
        """
        day = business_date(moment)
        spendable = [lot for lot in self.lots if lot.remaining and lot.spendable(moment, day)]
        available = sum(lot.remaining for lot in spendable)
        if points > available:
            raise InsufficientPoints(needed=points, available=available)
        spendable.sort(key=lambda lot: (lot.expires_on or date.max, lot.active_from, lot.lot_id.int))
        debits = []
        left = points
        for lot in spendable:
            taken = min(lot.remaining, left)
            lot.remaining -= taken
            debits.append((lot.lot_id, taken))
            left -= taken
            if not left:
                break
        self.balance -= points
        self.version += 1
        return debits

    def credit(self, lot: Lot) -> None:
        """Add a lot.

        Raises:
            BalanceTooLarge: nothing has been added.
        """
        if self.balance + lot.issued > MAX_BALANCE:
            raise BalanceTooLarge
        self.lots.append(lot)
        self.balance += lot.issued
        self.version += 1


def expiry_of(active_from: datetime, validity_months: int | None) -> date | None:
    """Return the last day of a lot: so many months on, clamped to the month's end (31 Jan + 1 = 28 Feb)."""
    if validity_months is None:
        return None
    day = business_date(active_from)
    months = day.year * 12 + day.month - 1 + validity_months
    year, month = months // 12, months % 12 + 1
    last = (date(year + month // 12, month % 12 + 1, 1) - date(year, month, 1)).days
    return date(year, month, min(day.day, last))
