import numpy as np
import pandas as pd
import pytest

from recommender.demand.model import Forecast
from recommender.frames import InvalidFrame
from recommender.replenishment.demand_paths import Draws, demand_paths
from recommender.replenishment.newsvendor import critical_fractile, shortage_of_service
from recommender.replenishment.plan import Limits, plan_holiday
from tests.recommender.replenishment.planned import FIRST_DAY, certain, days, lines, normal


def reasons(plan):
    return dict(zip(plan.cuts["reason"], plan.cuts["quantity"], strict=True))


def only(plan):
    assert len(plan.lines) == 1
    return plan.lines.iloc[0]


def day(place):
    return pd.Timestamp(FIRST_DAY + place)


def test_one_item_is_ordered_at_its_critical_fractile():
    # 900 ÷ (900 + 100) = .9 of normal demand of 1000 ± 100: 1000 + 1.2816 × 100.
    one = lines(shortage_fen=900.0)
    plan = plan_holiday(one, normal([1000.0], [100.0]), seed=1, correlation=0.0, n_paths=4000)
    assert only(plan)["quantity"] == pytest.approx(1128, abs=6)
    assert only(plan)["risk_with"] == pytest.approx(0.1, abs=0.002)
    assert only(plan)["risk_without"] == 1.0


def test_a_service_level_is_a_shortage_cost():
    shortage = shortage_of_service(0.95, np.array([40.0]))
    np.testing.assert_allclose(shortage, [760.0])
    np.testing.assert_allclose(critical_fractile(shortage, np.array([40.0])), [0.95])


def test_known_demand_is_ordered_by_lead_time_and_safety_before_the_shelf_is_empty():
    # 25 in stock last to the evening of the third day; the fourth falls short.
    one = lines(on_hand=25.0, lead_days=1, safety_days=1)
    line = only(plan_holiday(one, certain([8.0] * 6), seed=1))
    assert line["quantity"] == 48 - 25
    assert line["need_date"] == day(3)
    assert line["arrives_on"] == day(2)
    assert line["order_by"] == day(1)
    assert line["order_up_to"] == 48
    assert not line["is_too_late"]
    assert (line["risk_without"], line["risk_with"]) == (1.0, 0.0)
    assert (line["lost_without"], line["left_with"]) == (23.0, 0.0)
    assert (line["cost_without_fen"], line["cost_with_fen"]) == (2300.0, 0.0)


def test_what_is_under_way_is_not_ordered_again():
    coming = pd.DataFrame(
        {"item_id": ["item-0"] * 3, "warehouse_id": "north", "quantity": [10.0, 10.0, 99.0]}
    ).assign(date=[FIRST_DAY - 3, FIRST_DAY + 2, FIRST_DAY + 40])
    one = lines(on_hand=5.0)
    line = only(plan_holiday(one, certain([8.0] * 6), seed=1, open_orders=coming))
    assert line["quantity"] == 48 - 25
    assert line["order_up_to"] == 48


def test_too_late_to_order_tells_what_can_still_be_had():
    line = only(plan := plan_holiday(lines(lead_days=4), certain([10.0] * 6), seed=1))
    assert line["is_too_late"]
    assert line["wish_quantity"] == 60
    assert line["quantity"] == 20
    assert line["order_by"] == day(0)
    assert line["arrives_on"] == day(4)
    assert line["lost_with"] == 40
    assert reasons(plan) == {"too_late": -40.0}


def test_nothing_is_ordered_that_comes_after_the_last_day():
    line = only(plan := plan_holiday(lines(lead_days=6), certain([10.0] * 6), seed=1))
    assert line["quantity"] == 0
    assert pd.isna(line["order_by"])
    assert line["is_too_late"]
    assert reasons(plan) == {"too_late": -60.0}


def test_what_would_expire_before_it_is_sold_is_not_ordered():
    line = only(plan := plan_holiday(lines(shelf_life_days=2), certain([10.0] * 6), seed=1))
    assert line["wish_quantity"] == 60
    assert line["quantity"] == 20
    assert reasons(plan) == {"shelf_life": -40.0}
    assert line["lost_with"] == 40


@pytest.mark.parametrize(
    ("shortage_fen", "quantity", "why"),
    [(100.0, 24.0, {"pack": 1.0}), (10.0, 12.0, {"pack": -11.0})],
)
def test_packs_are_rounded_to_the_cheaper_side(shortage_fen, quantity, why):
    # Of 23 pieces wanted, a second pack of 12 saves 11 and leaves one over that costs 111 fen.
    one = lines(pack_size=12, shortage_fen=shortage_fen, leftover_fen=111.0)
    forecast = certain([23.0])
    plan = plan_holiday(one, forecast, seed=1)
    assert only(plan)["quantity"] == quantity
    assert reasons(plan) == why


@pytest.mark.parametrize(("leftover_fen", "quantity", "change"), [(10.0, 50.0, 27.0), (200.0, 0.0, -23.0)])
def test_the_minimum_order_is_taken_where_it_pays_and_else_nothing(leftover_fen, quantity, change):
    one = lines(minimum_order=50, leftover_fen=leftover_fen)
    plan = plan_holiday(one, certain([23.0]), seed=1)
    assert only(plan)["quantity"] == quantity
    assert reasons(plan) == {"minimum_order": change}


def test_a_budget_goes_to_what_saves_most_for_its_money():
    two = lines(2, shortage_fen=[300.0, 100.0])
    plan = plan_holiday(two, certain([[40.0], [40.0]]), seed=1, limits=Limits(budget_fen=5000.0))
    assert plan.lines["quantity"].tolist() == [40, 10]
    assert plan.purchase_fen == 5000
    assert plan.cost_with_fen == 30 * 100
    assert plan.optimality_gap == 0.0
    # One more fen buys a hundredth of a piece that saves 100 fen.
    assert plan.budget_price == pytest.approx(1.0)
    assert plan.cuts.to_dict("records") == [
        {"item_id": "item-1", "warehouse_id": "north", "reason": "budget", "quantity": -30.0}
    ]


def test_room_goes_to_what_saves_most_for_its_size_in_its_own_warehouse():
    three = lines(3, unit_volume=[1.0, 4.0, 4.0], on_hand=[10.0, 0.0, 0.0]).assign(
        warehouse_id=["north", "north", "south"]
    )
    limits = Limits(storage={"north": 100.0})
    plan = plan_holiday(three, certain([[20.0], [40.0], [40.0]]), seed=1, limits=limits)
    # North holds 10 pieces already; of 90 left, 10 go to the small item and 80 to 20 of the large one.
    assert plan.lines["quantity"].tolist() == [10, 20, 40]
    assert plan.storage_prices["north"] == pytest.approx(25.0)
    assert reasons(plan) == {"storage": -20.0}


def test_a_full_warehouse_takes_nothing():
    plan = plan_holiday(lines(on_hand=10.0), certain([30.0]), seed=1, limits=Limits(storage={"north": 5.0}))
    assert only(plan)["quantity"] == 0
    assert reasons(plan) == {"storage": -20.0}


def test_risks_and_costs_are_those_of_playing_the_courses_day_by_day():
    n = 12
    mean = np.linspace(4, 16, n)
    forecast = normal(mean, mean * 0.4)
    one = lines(on_hand=30.0, lead_days=2, safety_days=1, shortage_fen=400.0, pack_size=5)
    coming = pd.DataFrame(
        {"item_id": ["item-0"], "warehouse_id": ["north"], "date": [FIRST_DAY + 6], "quantity": [12.0]}
    )
    line = only(plan_holiday(one, forecast, seed=5, open_orders=coming, n_paths=5000))
    paths = demand_paths(forecast, Draws.of(n, correlation=0.3, n_paths=20_000, seed=77))[0]
    for suffix, quantity in (("without", 0.0), ("with", line["quantity"])):
        arrives = int((line["arrives_on"] - pd.Timestamp(FIRST_DAY)).days)
        stock, lost = np.full(len(paths), 30.0), np.zeros(len(paths))
        for place in range(n):
            stock += (12.0 if place == 6 else 0.0) + (quantity if place == arrives else 0.0)
            served = np.minimum(stock, paths[:, place])
            lost += paths[:, place] - served
            stock -= served
        assert line[f"risk_{suffix}"] == pytest.approx((lost > 1e-6).mean(), abs=0.02)
        assert line[f"lost_{suffix}"] == pytest.approx(lost.mean(), rel=0.05, abs=0.2)
        assert line[f"left_{suffix}"] == pytest.approx(stock.mean(), rel=0.05, abs=0.2)
        cost = 400 * lost.mean() + 100 * stock.mean()
        assert line[f"cost_{suffix}_fen"] == pytest.approx(cost, rel=0.05)
    assert line["quantity"] > 0
    assert line["demand_q95"] == pytest.approx(np.quantile(paths.sum(axis=1), 0.95), rel=0.03)


@pytest.mark.parametrize(("deviation", "word"), [(10.0, "high"), (25.0, "medium"), (60.0, "low")])
def test_confidence_is_how_narrow_the_demand_is(deviation, word):
    plan = plan_holiday(lines(), normal([100.0], [deviation]), seed=1)
    assert only(plan)["confidence"] == word


def market(seed, n_items=12, n_days=30):
    """Made-up lines in two warehouses with everything that can bind."""
    generator = np.random.default_rng(seed)
    n = 2 * n_items
    mean = generator.lognormal(1, 1, size=(n, 1)) * generator.choice([1.0, 3.0], size=n_days)
    scores = np.array([-1.645, 0.0, 1.282, 1.645])
    quantiles = np.rint(np.maximum(mean[..., None] * (1 + 0.5 * scores), 0))
    cost = np.rint(generator.lognormal(6, 1, size=n)) + 1
    frame = lines(n).assign(
        item_id=[f"item-{place // 2}" for place in range(n)],
        warehouse_id=["north", "south"] * n_items,
        on_hand=np.rint(mean.mean(axis=1) * generator.uniform(0, 20, size=n)),
        lead_days=generator.integers(0, 25, size=n),
        safety_days=generator.integers(0, 4, size=n),
        pack_size=generator.choice([1, 6, 20], size=n),
        minimum_order=generator.choice([0, 30], size=n),
        unit_cost_fen=cost,
        shortage_fen=cost * generator.uniform(0.3, 3, size=n),
        leftover_fen=cost * generator.uniform(0.05, 0.5, size=n),
        unit_volume=generator.uniform(0.1, 3, size=n),
        shelf_life_days=generator.choice([np.nan, 12.0], size=n),
    )
    return frame, Forecast(days(n_days), mean, quantiles)


@pytest.mark.parametrize("seed", range(12))
def test_limits_packs_and_minimum_orders_are_kept_and_cuts_add_up(seed):
    frame, forecast = market(seed)
    free = plan_holiday(frame, forecast, seed=1)
    volume = frame["unit_volume"] * free.lines["quantity"]
    room = (volume + frame["unit_volume"] * frame["on_hand"]).groupby(frame["warehouse_id"]).sum() * 0.6
    limits = Limits(0.6 * free.purchase_fen, room.to_dict())
    plan = plan_holiday(frame, forecast, seed=1, limits=limits)
    quantity = plan.lines["quantity"]
    assert plan.purchase_fen <= limits.budget_fen * (1 + 1e-9)
    assert plan.purchase_fen == pytest.approx((quantity * frame["unit_cost_fen"]).sum())
    assert (quantity % frame["pack_size"] == 0).all()
    assert ((quantity == 0) | (quantity >= frame["minimum_order"])).all()
    assert (quantity <= free.lines["quantity"]).all()
    assert ((frame["unit_volume"] * quantity).groupby(frame["warehouse_id"]).sum() <= room).all()
    changed = plan.cuts.groupby(["item_id", "warehouse_id"])["quantity"].sum()
    keys = pd.MultiIndex.from_frame(frame[["item_id", "warehouse_id"]])
    added = changed.reindex(keys).fillna(0.0).to_numpy()
    np.testing.assert_allclose(plan.lines["wish_quantity"] + added, quantity, atol=1e-5)
    assert plan.cost_with_fen <= plan.cost_without_fen
    assert 0 <= plan.optimality_gap < 0.05
    assert (plan.lines["risk_with"] <= plan.lines["risk_without"]).all()
    ordered = plan.lines["order_by"].notna()
    lead = pd.to_timedelta(frame["lead_days"], unit="D")
    arrives = plan.lines["order_by"] + lead.astype("timedelta64[us]")
    assert (arrives[ordered] == plan.lines["arrives_on"][ordered]).all()
    assert (plan.lines["order_by"][ordered] >= pd.Timestamp(FIRST_DAY)).all()


@pytest.mark.parametrize("seed", range(4))
def test_more_budget_never_costs_more(seed):
    frame, forecast = market(seed)
    free = plan_holiday(frame, forecast, seed=1)
    costs = [
        plan_holiday(frame, forecast, seed=1, limits=Limits(share * free.purchase_fen)).cost_with_fen
        for share in (0.0, 0.1, 0.3, 0.5, 0.7, 0.9, 1.0)
    ]
    assert costs[0] == pytest.approx(free.cost_without_fen)
    assert costs[-1] == pytest.approx(free.cost_with_fen)
    # Solved up to a millionth of what is to be gained.
    assert (np.diff(costs) <= 2e-6 * (costs[0] - costs[-1])).all()


def test_the_same_seed_plans_the_same():
    frame, forecast = market(3)
    limits = Limits(100_000.0)
    first, second = (plan_holiday(frame, forecast, seed=9, limits=limits) for _ in range(2))
    pd.testing.assert_frame_equal(first.lines, second.lines)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"pack_size": 0}, "Column 'pack_size', row 0: must be at least 1"),
        ({"on_hand": -1.0}, "Column 'on_hand', row 0: must be at least 0"),
        ({"shelf_life_days": 0.0}, "Column 'shelf_life_days', row 0: must be at least 1"),
        ({"item_id": "same"}, "Column 'item_id', row 1: an item may have one line in a warehouse"),
    ],
)
def test_lines_that_cannot_be_used_are_refused(changes, message):
    with pytest.raises(InvalidFrame, match=message):
        plan_holiday(lines(2, **changes), certain([[1.0], [1.0]]), seed=1)


def test_lines_must_be_those_of_the_forecast_and_open_orders_of_the_lines():
    with pytest.raises(InvalidFrame, match="2 lines and 1 forecast series"):
        plan_holiday(lines(2), certain([1.0]), seed=1)
    stray = pd.DataFrame({"item_id": ["x"], "warehouse_id": ["north"], "quantity": [1.0]})
    with pytest.raises(InvalidFrame, match="an open order must be of a line"):
        plan_holiday(lines(), certain([1.0]), seed=1, open_orders=stray.assign(date=FIRST_DAY))


def test_no_lines_make_an_empty_plan():
    nothing = Forecast(days(3), np.empty((0, 3)), np.empty((0, 3, 4)))
    plan = plan_holiday(lines(1).iloc[:0], nothing, seed=1, limits=Limits(5.0))
    assert plan.lines.empty
    assert plan.cuts.empty
    assert plan.cost_with_fen == 0


def test_a_minimum_order_that_the_budget_does_not_allow_is_not_ordered_in_part():
    one = lines(minimum_order=60)
    for budget_fen, quantity in ((5_900.0, 0.0), (6_000.0, 60.0), (7_500.0, 75.0)):
        plan = plan_holiday(one, normal([100.0], [20.0]), seed=1, limits=Limits(budget_fen))
        assert only(plan)["quantity"] == quantity
