import numpy as np
import pandas as pd
import pytest

from recommender.frames import InvalidFrame
from recommender.replenishment.plan import plan_holiday
from recommender.replenishment.scoring import score_plan
from tests.recommender.replenishment.planned import FIRST_DAY, certain, days, lines, normal


def planned(frame, forecast):
    return plan_holiday(frame, forecast, seed=1).lines


def test_a_plan_that_was_right_is_as_good_as_hindsight():
    frame = lines(on_hand=25.0, lead_days=1, safety_days=1)
    score = score_plan(planned(frame, certain([8.0] * 6)), frame, np.full((1, 6), 8.0), days(6))
    assert (score.wape, score.bias, score.coverage) == (0.0, 0.0, 1.0)
    assert (score.stock_outs_avoided, score.stock_outs) == (1, 0)
    assert score.saved_fen == 23 * 100
    assert score.regret_fen == 0
    assert score.share_of_possible == 1.0


def test_a_plan_is_scored_by_what_it_saved_and_left_over():
    # 10 a day were planned for; the first item took 15 a day, the second 5, all without any stock.
    frame = lines(2, shortage_fen=300.0, leftover_fen=20.0)
    plan = planned(frame, certain([[10.0] * 4, [10.0] * 4]))
    score = score_plan(plan, frame, np.array([[15.0] * 4, [5.0] * 4]), days(4))
    table = score.lines
    assert table["quantity"].tolist() == [40, 40]
    assert table["hindsight_quantity"].tolist() == [60, 20]
    assert table["lost"].tolist() == [20, 0]
    assert table["lost_without"].tolist() == [60, 20]
    assert table["left"].tolist() == [0, 20]
    assert table["cost_fen"].tolist() == [20 * 300, 20 * 20]
    assert table["cost_without_fen"].tolist() == [60 * 300, 20 * 300]
    assert table["cost_hindsight_fen"].tolist() == [0, 0]
    assert score.wape == 40 / 80
    assert score.bias == 0.0
    assert score.coverage == 0.0
    assert (score.stock_outs_avoided, score.stock_outs) == (1, 1)
    assert score.saved_fen == 24_000 - 6_400
    assert score.regret_fen == 6_400
    assert score.share_of_possible == pytest.approx(17_600 / 24_000)


def test_what_could_not_come_in_time_is_not_held_against_the_plan():
    frame = lines(lead_days=4)
    score = score_plan(planned(frame, certain([10.0] * 6)), frame, np.full((1, 6), 10.0), days(6))
    assert score.lines["lost"].tolist() == [40]
    assert score.lines["lost_hindsight"].tolist() == [40]
    assert score.regret_fen == 0


def test_what_expired_unsold_costs_its_purchase():
    frame = lines(shelf_life_days=2, leftover_fen=10.0, unit_cost_fen=70.0)
    plan = planned(frame, certain([10.0] * 4))
    score = score_plan(plan, frame, np.array([[4.0, 4.0, 4.0, 4.0]]), days(4))
    assert plan["quantity"].tolist() == [20]
    assert score.lines["lost"].tolist() == [8]
    assert score.lines["cost_fen"].tolist() == [8 * 100 + 12 * 70]


def test_a_line_without_an_order_is_scored_as_nothing_ordered():
    frame = lines(on_hand=100.0)
    score = score_plan(planned(frame, certain([5.0] * 3)), frame, np.full((1, 3), 50.0), days(3))
    assert score.lines["quantity"].tolist() == [0]
    assert score.saved_fen == 0
    assert score.lines["hindsight_quantity"].tolist() == [50]
    assert score.regret_fen == 5_000


def test_hindsight_is_never_worse_than_the_plan():
    generator = np.random.default_rng(5)
    frame = lines(
        40,
        on_hand=generator.integers(0, 60, size=40).astype(float),
        lead_days=generator.integers(0, 8, size=40),
        shelf_life_days=generator.choice([np.nan, 3.0, 6.0], size=40),
    )
    plan = planned(frame, normal([10.0] * 10, [4.0] * 10, n=40))
    coming = pd.DataFrame({"item_id": frame["item_id"], "warehouse_id": "north", "quantity": 5.0})
    demand = generator.poisson(10, size=(40, 10)).astype(float)
    score = score_plan(plan, frame, demand, days(10), open_orders=coming.assign(date=FIRST_DAY + 5))
    assert (score.lines["cost_hindsight_fen"] <= score.lines["cost_fen"] + 1e-9).all()
    assert score.saved_fen > 0


def test_other_lines_and_unknown_demand_are_refused():
    frame = lines(2)
    plan = planned(frame, certain([[1.0], [1.0]]))
    with pytest.raises(InvalidFrame, match="not those of the plan"):
        score_plan(plan.iloc[::-1], frame, np.ones((2, 1)), days(1))
    with pytest.raises(InvalidFrame, match="Demand must be known"):
        score_plan(plan, frame, np.array([[1.0], [np.nan]]), days(1))


def test_hindsight_orders_as_late_as_the_plan_where_that_saves_more():
    # One piece is asked for at once, but what keeps two days is better ordered for the ten a day later.
    frame = lines(shelf_life_days=2)
    plan = planned(frame, certain([0.0, 0.0, 10.0, 10.0]))
    score = score_plan(plan, frame, np.array([[1.0, 0.0, 10.0, 10.0]]), days(4))
    assert score.lines["hindsight_quantity"].tolist() == [20]
    assert score.regret_fen == 0
