"""Lots of points and the program's rules about when they begin and end."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Literal
from uuid import UUID

from transactional.changes import Tracked
from transactional.clock import BUSINESS_ZONE, business_date

Rounding = Literal["day", "month", "quarter"]
ReturnPolicy = Literal["only_pending", "within_balance", "unlimited"]


@dataclass(slots=True)
class Lot(Tracked):
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

    def expired(self, day: date) -> bool:
        """Tell whether the lot's last day lies before a business day."""
        return self.expires_on is not None and self.expires_on < day


def spending_order(lot: Lot) -> tuple[date, datetime, int]:
    """Return the sort key of spending: earliest expiry first, then the older lot."""
    return lot.expires_on or date.max, lot.active_from, lot.lot_id.int


def active_from(earned_at: datetime, pending_days: int) -> datetime:
    """Return from when points can be spent: at once, or from the start of the business day so many days on."""
    if pending_days == 0:
        return earned_at
    return _midnight(business_date(earned_at) + timedelta(days=pending_days))


def expiry_of(begins: datetime, validity_months: int | None, rounding: Rounding = "day") -> date | None:
    """Return the last day of a lot.

    So many months on, clamped to the month's end (31 Jan + 1 = 28 Feb), then rounded up to the last day of
    its month or calendar quarter.
    """
    if validity_months is None:
        return None
    last = months_after(business_date(begins), validity_months)
    if rounding == "day":
        return last
    months = last.year * 12 + last.month - 1
    if rounding == "quarter":
        months += 2 - months % 12 % 3
    return _last_day(months)


def months_after(day: date, months: int) -> date:
    """Return the same day so many months later (negative: earlier), or that month's last day if it has none."""
    last = _last_day(day.year * 12 + day.month - 1 + months)
    return last.replace(day=min(day.day, last.day))


def expiry_moment(expires_on: date) -> datetime:
    """Return the moment from which a lot with this last day is expired: the business midnight after it."""
    return _midnight(expires_on + timedelta(days=1))


def _last_day(months: int) -> date:
    """Return the last day of the month that lies so many months after January of year 0."""
    return date((months + 1) // 12, (months + 1) % 12 + 1, 1) - timedelta(days=1)


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time.min, BUSINESS_ZONE)
