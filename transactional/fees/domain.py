"""Tariffs, which of them binds a tenant on a day, and what a line of one comes to. Pure; amounts are integer fen."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby
from typing import Literal
from uuid import UUID

# month: a rate for each whole month, by days for a part of it · redemption, piece: for each · cash: of what was paid.
Basis = Literal["month", "redemption", "cash", "piece"]
_DAY = timedelta(days=1)


@dataclass(frozen=True)
class TariffLine:
    """What one thing costs: `rate` is fen, or basis points of cash."""

    line_code: str
    basis: Basis
    rate: int
    name_zh: str
    name_en: str


@dataclass(frozen=True)
class Confirmed:
    """A tariff and the day on which the tenant confirmed it."""

    tariff_id: UUID
    valid_from: date
    confirmed_on: date
    lines: tuple[TariffLine, ...]


@dataclass(frozen=True)
class Span:
    """Days on which one confirmed tariff binds, the last one included, all of them waived or none."""

    tariff: Confirmed
    first: date
    last: date
    is_waived: bool

    @property
    def days(self) -> int:
        """Return how many days it has."""
        return (self.last - self.first).days + 1


def month_of(day: date) -> date:
    """Return the first day of a day's month."""
    return day.replace(day=1)


def month_after(month: date) -> date:
    """Return the first day of the next month."""
    return (month.replace(day=28) + timedelta(days=4)).replace(day=1)


def waived_until(live_on: date) -> date:
    """Return the first day after the first month of a tenant that went live; month ends are clamped."""
    following = month_after(month_of(live_on))
    last = month_after(following) - _DAY
    return following.replace(day=min(live_on.day, last.day))


def binding(confirmed: Sequence[Confirmed], day: date) -> Confirmed | None:
    """Return the newest tariff that holds on a day and was confirmed by then; an older one binds until the next is."""
    held = [c for c in confirmed if c.valid_from <= day and c.confirmed_on <= day]
    return max(held, key=lambda c: c.valid_from, default=None)


def spans(month: date, *, confirmed: Sequence[Confirmed], live_on: date | None) -> list[Span]:
    """Return the days of a month that are charged, by tariff; days before going live or a confirmation are not."""
    if live_on is None:
        return []
    end, free = month_after(month), waived_until(live_on)
    days = [day for n in range((end - month).days) if (day := month + n * _DAY) >= live_on]
    found = []
    for (tariff, is_waived), run in groupby(days, lambda day: (binding(confirmed, day), day < free)):
        if tariff is not None:
            span = list(run)
            found.append(Span(tariff, span[0], span[-1], is_waived))
    return found


def amount_fen(line: TariffLine, *, quantity: int, first: date) -> int:
    """Return what a line comes to, rounded down: the platform asks.

    Args:
        quantity: days of the month from `first` on, redemptions, pieces, or fen that were paid.
        first: the first day that is charged. Spans of a month that meet cost together what they cost as one.
    """
    if line.basis == "cash":
        return line.rate * quantity // 10_000
    if line.basis != "month":
        return line.rate * quantity
    days = (month_after(month_of(first)) - month_of(first)).days
    before = first.day - 1
    return line.rate * (before + quantity) // days - line.rate * before // days
