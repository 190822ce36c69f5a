"""Rules that order goods: what they see, what they order, and how they are judged."""

from datetime import date, timedelta

import numpy as np
import pytest

from orchestration.cli.stock_trial.accuracy import Accuracy
from orchestration.cli.stock_trial.arm import WARM_UP_DAYS, Arm, Order, measured, run_arm
from orchestration.cli.stock_trial.diary import Diary
from orchestration.cli.stock_trial.forecast_rule import ForecastRule
from orchestration.cli.stock_trial.report import against_naive
from orchestration.cli.stock_trial.rules import MeanRule, TakeOver
from orchestration.cli.world.catalogue import NEVER_DELISTED, Catalogue
from orchestration.cli.world.plan import WorldPlan
from orchestration.cli.world.planner import Seen, Shop

DAYS = 200
FIRST = date(2024, 1, 1)


def shop_of(categories, listed_from=None, days=DAYS):
    items = len(categories)
    catalogue = Catalogue(
        category=np.array(categories),
        class_=np.zeros(items, dtype=np.int64),
        price=np.full(items, 100),
        appeal=np.zeros(items),
        listed_from=np.zeros(items, dtype=np.int64) if listed_from is None else np.array(listed_from),
        listed_until=np.full(items, NEVER_DELISTED),
    )
    return Shop(catalogue, tuple(FIRST + timedelta(days=n) for n in range(days)), 8)


def seen(sold, *, is_out=False, on_hand=5, demand=None):
    sold = np.array(sold)
    whole = np.ones_like(sold)
    return Seen(
        sold, np.full(sold.shape, is_out), whole * on_hand, sold if demand is None else np.array(demand)
    )


def test_the_mean_is_of_days_with_stock_and_borrows_from_the_category_while_an_item_is_new():
    diary = Diary(shop_of([0, 0, 1], listed_from=[0, 21, 0]))
    for day in range(28):
        is_new = day >= 21
        diary.note(
            day,
            Seen(
                np.array([4 if day % 2 else 0, 8 if is_new else 0, 2]),
                np.array([day % 2 == 0, False, False]),
                np.array([9, 9, 9]),
                np.array([50, 50, 50]),
            ),
        )
    # 14 days of 4; 7 own days of 8, and for 7 more the (56 + 56) pieces over 21 days of the category; 28 days of 2.
    assert diary.recent_mean(27).tolist() == pytest.approx([4.0, (56 + 7 * 112 / 21) / 14, 2.0])


def test_the_naive_rule_takes_over_on_its_day_and_orders_what_is_missing_to_its_level():
    shop = shop_of([0] * 7)
    planner = TakeOver(shop, _Asks(1000), MeanRule(1.5), first=28)
    for day in range(29):
        planner.note(day, seen([2] * 7))
        planner.told(day, np.full(7, 6))
    nothing = np.zeros(7, dtype=np.int64)
    assert planner.wanted(27, nothing, nothing).tolist() == [1000] * 7
    # 2 a day for 7 days of review and 6 of delivery, half as much again, less 5 on hand and 4 on their way.
    wanted = planner.wanted(28, nothing + 5, nothing + 4)
    assert wanted.tolist() == [39 - 9, 0, 0, 0, 0, 0, 0]


def test_the_forecast_rule_sees_sales_and_days_without_stock_and_never_what_was_wanted():
    shop, usual = shop_of([0, 0, 1, 1]), np.array([8.0, 4.0, 2.0, 20.0])
    rng, diary = np.random.default_rng(5), Diary(shop)
    for day in range(190):
        sold = rng.poisson(usual)
        diary.note(day, seen(sold, demand=sold * 100))
        diary.told(np.array([6, 6, 7, 7]))
    rule = ForecastRule(shop, service_level=0.95, seed=1, report=lambda _: None, rehearsals=5)
    days_of_stock = rule.levels(189, diary) / usual
    # For 13 or 14 days, and more the more a fortnight varies.
    assert (days_of_stock > 9).all()
    assert (days_of_stock < 25).all()


def test_figures_count_the_days_after_the_first_orders_have_arrived():
    shop = shop_of([0, 0], listed_from=[0, DAYS - 1])
    diary = Diary(shop)
    for day in range(DAYS):
        late = day >= 100 + WARM_UP_DAYS
        diary.note(day, seen([1, 0], is_out=not late, on_hand=10 if late else 0, demand=[2, 0]))
    arm = measured(Order(WorldPlan(1, 20, DAYS, 1, FIRST), 0, 100, factor=1.0), diary, None)
    assert (arm.stock_out_rate, arm.lost_rate, arm.stock, arm.stock_days) == (0.0, 0.5, 20.0, 10.0)
    assert arm.item_days == DAYS - 100 - WARM_UP_DAYS + 1


def test_stock_is_held_against_what_the_naive_rule_needs_to_run_out_as_seldom():
    naive = [Arm("mean × 1", 1, 0.1, 0.1, 100.0, 1.0), Arm("mean × 2", 1, 0.02, 0.0, 200.0, 2.0)]
    exact = Accuracy(0.0, 0.0, 0.0, 0.0, 0.0, 0.0)
    ours = Arm("forecast", 1, 0.06, 0.0, 120.0, 1.0, exact)
    assert against_naive(ours, [*naive, ours]) == pytest.approx(120 / 150)
    assert against_naive(naive[0], [*naive, ours]) is None
    assert against_naive(Arm("forecast", 1, 0.01, 0.0, 120.0, 1.0, exact), naive) is None


def test_a_rule_orders_for_a_small_shop_through_the_real_operations():
    order = Order(WorldPlan(1, 300, 130, 7, date(2025, 6, 30)), 0, 90, factor=1.5)
    told = []
    first = run_arm(order, told.append)
    assert told[-1] == "mean × 1.5: day 130 of 130"
    assert 0 < first.stock_out_rate < 1
    assert first.stock > 0
    assert run_arm(order, lambda _: None) == first


class _Asks:
    def __init__(self, pieces):
        self._pieces = pieces

    def note(self, day, seen):
        pass

    def wanted(self, day, on_hand, on_order):
        return np.full(len(on_hand), self._pieces)

    def told(self, day, leads):
        pass
