"""Points in memory: oldest first, gone when their time is up, never below nothing."""

import numpy as np
import pytest

from orchestration.cli.experiment.points import Points


def array(*values):
    return np.array(values, dtype=np.int64)


def test_the_oldest_points_are_spent_first_and_what_is_left_of_them_expires():
    points = Points(2, validity_months=2)
    points.credit(array(0, 1, 0), array(60, 5, 40))
    points.begin_month()
    points.credit(array(0), array(30))
    points.spend(array(0), array(70))
    assert points.balance.tolist() == [60, 5]
    points.begin_month()
    assert points.balance.tolist() == [60, 5]
    # The first month's lots last until the end of the second month after it.
    points.begin_month()
    assert points.balance.tolist() == [30, 0]
    points.begin_month()
    assert points.balance.tolist() == [0, 0]


def test_lots_and_balance_agree_whatever_happens():
    rng = np.random.default_rng(4)
    points = Points(50, validity_months=3)
    for _ in range(40):
        points.credit(rng.integers(0, 50, 30), rng.integers(1, 100, 30))
        spender = rng.permutation(50)[:20]
        points.spend(spender, (points.balance[spender] * rng.random(20)).astype(np.int64))
        assert (points.balance == points._lots.sum(axis=1)).all()
        assert (points._lots >= 0).all()
        points.begin_month()


def test_what_a_member_does_not_have_is_not_spent():
    points = Points(1, validity_months=2)
    points.credit(array(0), array(10))
    with pytest.raises(ValueError, match="more points than it has"):
        points.spend(array(0), array(11))
