"""A member's available points, lot by lot: the entries in the release plus those written since."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from serving.clock import business_date


@dataclass(frozen=True)
class Lot:
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


def available_points(
    lots: Sequence[Lot], now: datetime, landed_points: Mapping[UUID, int] | None = None, *, held: int = 0
) -> int:
    """Return what can be spent now.

    Args:
        landed_points: lot → sum of its entries in the release, for lots that count only what came since.
        held: points set aside of these lots; of a lot that has expired meanwhile too, which errs to the low side.
    """
    today = business_date(now)
    landed = landed_points or {}
    spendable = sum(
        landed.get(lot.lot_id, 0) + lot.points
        for lot in lots
        if lot.active_from <= now and (lot.expires_on is None or today <= lot.expires_on)
    )
    return max(0, spendable - held)
