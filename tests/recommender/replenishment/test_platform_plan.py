"""Several shops under one budget."""

from datetime import date

import numpy as np
import pandas as pd
import pytest

from recommender.demand.model import Forecast
from recommender.replenishment.holidays import Holiday
from recommender.replenishment.plan import Limits, plan_holiday, plan_together, prepare
from recommender.replenishment.succession import Shop, plan_in_succession
from tests.recommender.replenishment.planned import certain, days, lines, normal


def shop(warehouse, demand, **changes):
    one = lines(**changes).assign(warehouse_id=warehouse)
    return prepare(one, certain(demand), seed=1)


def test_a_budget_that_suffices_leaves_each_shop_the_plan_it_would_have_alone():
    frame, forecast = lines(2, on_hand=[3.0, 0.0], pack_size=4), normal([40.0, 50.0], [9.0, 9.0], n=2)
    rooms = [{"north": 70.0}, {}]
    alone = [plan_holiday(frame, forecast, seed=1, limits=Limits(None, room)) for room in rooms]
    spent = sum(plan.purchase_fen for plan in alone)
    together = plan_together([prepare(frame, forecast, seed=1, storage=room) for room in rooms], spent)
    for own, found in zip(alone, together, strict=True):
        pd.testing.assert_frame_equal(found.lines, own.lines)
        pd.testing.assert_frame_equal(found.cuts, own.cuts)
        assert (found.budget_price, found.storage_prices) == (0.0, own.storage_prices)


def test_a_budget_goes_to_the_shop_in_which_it_saves_most():
    dear, cheap = shop("a", [40.0], shortage_fen=300.0), shop("b", [40.0], shortage_fen=100.0)
    plans = plan_together([dear, cheap], 5000.0)
    assert [plan.lines["quantity"].tolist() for plan in plans] == [[40.0], [10.0]]
    assert [plan.purchase_fen for plan in plans] == [4000.0, 1000.0]
    assert plans[0].cuts.empty
    assert plans[1].cuts["reason"].tolist() == ["budget"]
    assert [plan.budget_price for plan in plans] == pytest.approx([1.0, 1.0])


@pytest.mark.parametrize("seed", range(6))
def test_every_shop_keeps_its_own_room_and_all_of_them_the_budget(seed):
    generator = np.random.default_rng(seed)
    prepared, rooms, free = [], [], 0.0
    for n_rows in (5, 9, 3):
        mean = generator.uniform(5, 60, size=(n_rows, 1)) * np.ones(7)
        scores = np.array([-1.645, 0.0, 1.282, 1.645])
        forecast = Forecast(days(7), mean, np.maximum(mean[..., None] * (1 + 0.4 * scores), 0.0))
        frame = lines(n_rows).assign(
            unit_cost_fen=np.rint(generator.uniform(10, 900, size=n_rows)),
            shortage_fen=generator.uniform(100, 2000, size=n_rows),
            leftover_fen=20.0,
            pack_size=generator.choice([1, 6], size=n_rows),
            lead_days=generator.integers(0, 5, size=n_rows),
        )
        alone = plan_holiday(frame, forecast, seed=1)
        rooms.append(0.8 * float(alone.lines["quantity"].sum()))
        free += alone.purchase_fen
        prepared.append(prepare(frame, forecast, seed=1, storage={"north": rooms[-1]}))
    plans = plan_together(prepared, 0.5 * free)
    assert sum(plan.purchase_fen for plan in plans) <= 0.5 * free * (1 + 1e-9)
    for plan, room in zip(plans, rooms, strict=True):
        assert plan.lines["quantity"].sum() <= room + 1e-6
        assert plan.cost_with_fen <= plan.cost_without_fen
        assert 0 <= plan.optimality_gap < 0.05
    # Shared, the budget saves no less than divided beforehand.
    parts = [plan_together([one], 0.5 * free / 3)[0] for one in prepared]
    assert sum(plan.cost_with_fen for plan in plans) <= sum(part.cost_with_fen for part in parts) * (1 + 1e-6)


def test_shops_meet_only_at_the_holidays_that_both_have():
    early = Holiday("early", date(2027, 1, 11), date(2027, 1, 11))
    late = Holiday("late", date(2027, 1, 13), date(2027, 1, 13))
    shops = [
        Shop(lines().assign(warehouse_id=name), certain([10.0] * 4), holidays)
        for name, holidays in (("a", [early, late]), ("b", [late]))
    ]
    made = [
        (place, holiday.occasion_id, plan.lines["quantity"].tolist())
        for place, holiday, plan in plan_in_succession(shops, seed=1, budget_fen=5_000.0)
    ]
    # The later plan of the first counts on what its earlier one orders; 20 + 40 pieces cost 6,000 fen.
    assert made[0] == (0, "early", [20.0])
    assert [(place, name) for place, name, _ in made[1:]] == [(0, "late"), (1, "late")]
    assert made[1][2][0] + made[2][2][0] == 50.0
