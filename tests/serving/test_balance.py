from datetime import UTC, date, datetime
from uuid import UUID

from serving.recommendations.balance import Lot, available_points

LOT = UUID(int=1)
START = datetime(2026, 1, 1, tzinfo=UTC)


def available(lot, now, landed=None):
    return available_points([lot], now, landed)


def test_entries_of_the_release_and_since_are_summed():
    assert available(Lot(LOT, START, None, -30), datetime(2026, 4, 1, tzinfo=UTC), {LOT: 100}) == 70


def test_a_lot_is_spendable_to_the_end_of_its_last_day_in_shanghai():
    lot = Lot(LOT, START, date(2026, 3, 31), 100)
    assert available(lot, datetime(2026, 3, 31, 15, 59, 59, tzinfo=UTC)) == 100
    assert available(lot, datetime(2026, 3, 31, 16, 0, 0, tzinfo=UTC)) == 0


def test_a_lot_is_not_spendable_before_it_becomes_active():
    lot = Lot(LOT, datetime(2026, 4, 2, tzinfo=UTC), None, 100)
    assert available(lot, datetime(2026, 4, 1, tzinfo=UTC)) == 0
    assert available(lot, datetime(2026, 4, 2, tzinfo=UTC)) == 100
