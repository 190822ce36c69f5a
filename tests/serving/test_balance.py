from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest

from serving.recommendations.balance import SOON, Balance, Lot, united
from serving.recommendations.domain import Expiring

LOT, OTHER = UUID(int=1), UUID(int=2)
START = datetime(2026, 1, 1, tzinfo=UTC)
NOW = datetime(2026, 4, 1, 3, 0, tzinfo=UTC)


def available(lot, now):
    return Balance([lot]).available(now)


def test_entries_of_the_release_and_since_are_summed():
    lots = united([Lot(LOT, START, None, -30), Lot(OTHER, START, None, 5)], [Lot(LOT, START, None, 100)])
    assert lots == [Lot(LOT, START, None, 70), Lot(OTHER, START, None, 5)]
    assert Balance(lots).available(NOW) == 75
    assert Balance(lots, held=80).available(NOW) == 0


def test_a_lot_is_spendable_to_the_end_of_its_last_day_in_shanghai():
    lot = Lot(LOT, START, date(2026, 3, 31), 100)
    assert available(lot, datetime(2026, 3, 31, 15, 59, 59, tzinfo=UTC)) == 100
    assert available(lot, datetime(2026, 3, 31, 16, 0, 0, tzinfo=UTC)) == 0


def test_a_lot_is_not_spendable_before_it_becomes_active():
    lot = Lot(LOT, datetime(2026, 4, 2, tzinfo=UTC), None, 100)
    assert available(lot, datetime(2026, 4, 1, tzinfo=UTC)) == 0
    assert available(lot, datetime(2026, 4, 2, tzinfo=UTC)) == 100


@pytest.mark.parametrize(
    ("active_from", "expires_on", "points"),
    [
        (NOW, None, 0),
        (NOW + timedelta(microseconds=1), None, 100),
        (NOW + SOON, None, 100),
        (NOW + SOON + timedelta(microseconds=1), None, 0),
        (NOW + timedelta(days=3), date(2026, 4, 30), 0),
        (NOW + timedelta(days=3), date(2026, 5, 1), 100),
    ],
)
def test_what_becomes_spendable_in_time_and_stays_so_is_coming(active_from, expires_on, points):
    lot = Lot(LOT, active_from, expires_on, 100)
    assert Balance([lot]).activated_by(NOW, NOW + SOON) == points


def lots(*of):
    return [Lot(UUID(int=n), START, day, points) for n, (day, points) in enumerate(of)]


@pytest.mark.parametrize(
    ("of", "held", "expiring"),
    [
        ([(None, 100), (date(2026, 5, 2), 50)], 0, None),
        ([(None, 100), (date(2026, 5, 1), 50)], 0, Expiring(50, date(2026, 5, 1), True)),
        ([(date(2026, 4, 9), 20), (date(2026, 4, 3), 50)], 0, Expiring(70, date(2026, 4, 3), False)),
        ([(date(2026, 4, 1), 20), (date(2026, 3, 31), 50)], 0, Expiring(20, date(2026, 4, 1), True)),
        ([(date(2026, 4, 9), 0), (None, 50)], 0, None),
        ([(date(2026, 4, 9), 50), (None, 10)], 45, Expiring(15, date(2026, 4, 9), True)),
        ([(date(2026, 4, 9), 50)], 50, None),
    ],
)
def test_points_of_the_next_thirty_days_are_about_to_expire(of, held, expiring):
    assert Balance(lots(*of), held).expiring(NOW) == expiring
