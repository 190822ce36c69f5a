import numpy as np
import pytest

from recommender.replenishment.service import measure_service
from recommender.replenishment.simulation import InvalidSimulation, Terms, fixed_levels, simulate


def play_slowly(demand, reviews, levels, leads, review, pack, minimum):
    """One series, one day after another, with a list of open orders: the model of the fast one."""
    first, stock, open_orders = reviews[0], levels[0], []
    lost, left = [0.0] * len(demand), [0.0] * len(demand)
    left[first] = stock
    for day in range(first + 1, len(demand)):
        stock += sum(quantity for due, quantity in open_orders if due == day)
        open_orders = [(due, quantity) for due, quantity in open_orders if due > day]
        wanted = 0.0 if np.isnan(demand[day]) else demand[day]
        served = min(stock, wanted)
        lost[day], stock = wanted - served, stock - served
        left[day] = stock
        if day in reviews:
            place = reviews.index(day)
            lack = levels[place] - stock - sum(quantity for _, quantity in open_orders)
            if lack > 0:
                quantity = max(lack, minimum)
                quantity = -(-quantity // pack) * pack if pack else quantity
                open_orders.append((day + leads[place] + 1, quantity))
    return lost, left


@pytest.mark.parametrize("seed", range(8))
def test_the_fast_simulation_agrees_with_a_slow_one(seed):
    generator = np.random.default_rng(seed)
    demand = generator.poisson(3, size=(5, 60)).astype(float)
    demand[generator.random(demand.shape) < 0.1] = np.nan
    reviews = np.arange(3, 55, 7)
    levels = generator.integers(10, 60, size=(len(reviews), 5)).astype(float)
    leads = generator.integers(0, 12, size=levels.shape)
    pack, minimum = generator.choice([0.0, 1.0, 6.0], size=5), generator.choice([0.0, 10.0], size=5)
    played = simulate(demand, reviews, fixed_levels(levels), Terms(7, leads, pack, minimum))
    for row in range(5):
        lost, left = play_slowly(
            demand[row], reviews.tolist(), levels[:, row], leads[:, row], 7, pack[row], minimum[row]
        )
        np.testing.assert_allclose(played.lost[row], lost)
        np.testing.assert_allclose(played.stock[row], left)


def test_an_order_arrives_before_the_demand_of_the_day_after_its_lead_time():
    demand = np.ones((1, 12))
    reviews = np.array([0, 4, 8])
    played = simulate(demand, reviews, fixed_levels(np.full((3, 1), 3.0)), Terms(4, 2))
    # Three are there at the start; the three ordered at the end of day 4 come on day 7.
    assert played.lost[0].tolist() == [0, 0, 0, 0, 1, 1, 1, 0, 0, 0, 1, 0]
    assert played.stock[0].tolist() == [3, 2, 1, 0, 0, 0, 0, 2, 1, 0, 0, 1]


def test_a_rule_sees_sales_and_never_the_demand_that_was_lost():
    seen = {}

    def rule(place, observed):
        seen[place] = observed
        return np.array([2.0])

    simulate(np.full((1, 6), 3.0), np.array([0, 3]), rule, Terms(3, 0))
    assert seen[1].sales.tolist() == [[3, 2, 0, 0]]
    assert seen[1].is_short.tolist() == [[False, True, True, True]]


def test_an_order_below_the_minimum_is_raised_and_then_filled_to_whole_packs():
    terms = Terms(7, 1, pack=np.array([6.0, 6.0, 0.0]), minimum_order=np.array([0.0, 20.0, 20.0]))
    np.testing.assert_allclose(terms.order(np.array([7.0, 1.0, 1.0])), [12.0, 24.0, 20.0])
    np.testing.assert_allclose(terms.order(np.array([0.0, -3.0, 0.0])), [0.0, 0.0, 0.0])


def test_service_is_measured_over_the_cycles_of_the_counted_orders():
    # Reviews on 0, 2, 4; one day of lead time: their cycles are days 2-3, 4-5, 6-7.
    demand = np.array([[0, 0, 2, 2, 2, 2, 2, 2.0], [0, 0, 1, 1, 1, np.nan, 1, 1]])
    played = simulate(demand, np.array([0, 2, 4]), fixed_levels(np.full((3, 2), 5.0)), Terms(2, 1))
    festive = np.array([False] * 5 + [True, False, False])
    service = measure_service(played, np.array([0, 2, 4]), review=2, lead=1, warm_up=1, is_holiday=festive)
    # The first series has 1 left on day 3, gets 2 on day 4 and 4 on day 6, and loses 1 on day 5.
    assert played.lost.tolist() == [[0, 0, 0, 0, 0, 1, 0, 0], [0] * 8]
    assert service.cycles == 4
    assert service.cycles_short == 0.25
    assert service.fill_rate == pytest.approx(1 - 1 / 11)
    assert service.days_short == pytest.approx(1 / 7)
    assert service.holiday_cycles_short == 0.5
    assert service.holiday_fill_rate == 0.5
    assert service.holiday_days_short == 1.0


def test_stock_is_told_in_periods_of_mean_demand():
    demand = np.tile(np.array([[2.0], [4.0], [8.0]]), (1, 20))
    levels = demand[:, :1].T * np.full((5, 1), 6.0)
    reviews = np.arange(0, 20, 4)[:4]
    played = simulate(demand, reviews, fixed_levels(levels[:4]), Terms(4, 0))
    service = measure_service(played, reviews, review=4, lead=0, warm_up=1)
    # Six days' demand after each order, falling to two before the next: 5, 4, 3, 2.
    assert service.stock_periods == pytest.approx(3.5)


@pytest.mark.parametrize(
    ("reviews", "lead", "message"),
    [([0, 9], 1, "within the 8 periods"), ([0, 3], 1, "2 periods apart"), ([0, 2], -1, "cannot be negative")],
)
def test_what_does_not_fit_is_refused(reviews, lead, message):
    with pytest.raises(InvalidSimulation, match=message):
        simulate(np.ones((1, 8)), np.array(reviews), fixed_levels(np.ones((2, 1))), Terms(2, lead))
