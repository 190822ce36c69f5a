"""A member's available points: the entries in the release plus those written since, lot by lot."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from serving.clock import business_date


@dataclass(frozen=True)
class Lot:
    """A credit of the member.

    Attributes:
        moved_points: sum of its entries that the release does not have.
        active_from: from when it can be spent.
        expires_on: the last business day it can be spent; None means never expires.
    """

    lot_id: UUID
    active_from: datetime
    expires_on: date | None
    moved_points: int


def available_points(lots: Sequence[Lot], landed_points: Mapping[UUID, int], now: datetime) -> int:
    """Return what can be spent now; landed_points: lot → sum of its entries in the release."""
    today = business_date(now)
    return sum(
        landed_points.get(lot.lot_id, 0) + lot.moved_points
        for lot in lots
        if lot.active_from <= now and (lot.expires_on is None or today <= lot.expires_on)
    )
