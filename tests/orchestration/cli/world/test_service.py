"""Service and what is said of it are as with the real orders."""

from datetime import date

import numpy as np
import pytest

from orchestration.cli.world.parameters import parameters
from orchestration.cli.world.plan import WorldPlan
from orchestration.cli.world.regions import REMOTE_SHARE
from orchestration.cli.world.service import (
    DAY,
    DELIVER_WITHIN,
    HOUR,
    LATE_SHARE,
    MEAN_LATE,
    MEAN_ON_TIME,
    SHIP_WITHIN,
    draw_scores,
    late_shares,
    plan_deliveries,
    score_shares,
)

STARS = np.arange(1, 6)


@pytest.mark.parametrize(("late", "mean"), [(False, 4.30), (True, 2.56)])
def test_scores_have_the_published_means(late, mean):
    shares = score_shares(late=late)
    assert shares.sum() == pytest.approx(1)
    assert shares @ STARS == pytest.approx(mean, abs=1e-9)
    assert mean == (MEAN_LATE if late else MEAN_ON_TIME)


@pytest.mark.parametrize(("late", "counted", "published"), [(False, "4.32", 4.30), (True, "2.61", 2.56)])
def test_a_mean_that_was_not_counted_says_so_and_what_was(late, counted, published):
    kept = parameters(WorldPlan(1, 20, 40, 1, date(2025, 11, 30)))["parameters"]
    told = kept["score_mean_late" if late else "score_mean_on_time"]
    assert told["value"] == published
    assert "as published" in told["source"]
    assert told["source"].endswith(f"have {counted}")


def test_drawn_scores_have_those_means():
    rng = np.random.default_rng(1)
    late = rng.random(200_000) < 0.5
    scores = draw_scores(late, rng)
    assert set(scores) == {1, 2, 3, 4, 5}
    # Five standard errors of a mean of 100,000 scores.
    assert scores[~late].mean() == pytest.approx(4.30, abs=0.02)
    assert scores[late].mean() == pytest.approx(2.56, abs=0.03)


def test_an_order_in_twelve_is_late_and_more_of_them_when_much_is_ordered():
    assert pytest.approx(0.0807, abs=5e-5) == LATE_SHARE
    factors = np.array([1.0] * 300 + [3.0] * 20)
    shares = late_shares(factors)
    assert (shares * factors).sum() / factors.sum() == pytest.approx(LATE_SHARE)
    assert shares[-1] > 2 * shares[0]


def planned(late_share):
    rng = np.random.default_rng(2)
    is_remote = rng.random(50_000) < REMOTE_SHARE
    return plan_deliveries(is_remote, np.ones(50_000), late_share, rng), is_remote


def test_some_carriers_regions_and_suppliers_are_late_more_often():
    plan, is_remote = planned(0.1)
    on_way = plan.is_late & ~plan.is_shipped_late
    by_carrier = [on_way[plan.carrier == n].mean() for n in range(2)]
    assert by_carrier[1] / by_carrier[0] == pytest.approx(1.3 / 0.7, rel=0.15)
    assert on_way[is_remote].mean() / on_way[~is_remote].mean() == pytest.approx(1.8, rel=0.2)
    slow = plan_deliveries(is_remote, np.full(50_000, 2.0), 0.1, np.random.default_rng(2))
    assert slow.is_shipped_late.mean() == pytest.approx(2 * plan.is_shipped_late.mean(), rel=0.15)


def test_only_late_orders_break_a_promise():
    plan, is_remote = planned(0.3)
    assert plan.is_late.mean() == pytest.approx(0.3, abs=0.01)
    promise = np.array(DELIVER_WITHIN)[is_remote.astype(int)]
    in_time = ~plan.is_late
    assert (plan.to_ship[in_time] <= SHIP_WITHIN).all()
    assert (plan.to_deliver[in_time] <= promise[in_time]).all()
    assert ((plan.to_ship > SHIP_WITHIN) == plan.is_shipped_late).all()
    on_way = plan.is_late & ~plan.is_shipped_late
    assert (plan.to_deliver > promise)[on_way].all()
    assert (plan.to_ship >= 4 * HOUR).all()
    assert (plan.to_complete >= DAY).all()
