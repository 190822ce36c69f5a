from datetime import date, timedelta
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from recommender.demand.calendar.calendar import Calendar
from recommender.demand.evaluation import evaluate, measure, paired_wape, plan_origins
from recommender.demand.metrics import METRICS
from recommender.demand.model import Forecast
from recommender.demand.panel import Panel
from recommender.demand.recipe import learn

CALENDAR = Calendar.of_country("CN", 2024, 2026)


class Recorder:
    """Forecasts zero and notes which days it was shown."""

    horizon = 28

    def __init__(self):
        self.shown = []

    def forecast(self, history):
        self.shown.append(history.origin)
        shape = (len(history.series_ids), 28)
        nothing = Forecast.after(history, np.zeros(shape), np.zeros((*shape, 4)))
        return SimpleNamespace(members={"recorder": nothing}, forecast=nothing, released="recorder")


def plan(panel, spell_days):
    return plan_origins(panel, spell_days=spell_days, horizon_days=28)


def test_three_test_origins_end_at_the_last_day(demand):
    last = date(2025, 6, 29)
    assert plan(Panel.from_frame(demand), 180) == tuple(last - timedelta(days=back) for back in (56, 42, 28))


@pytest.mark.parametrize(("spell_days", "n_test"), [(140, 3), (139, 2), (112, 1), (111, 3), (56, 1), (55, 0)])
def test_a_short_spell_gives_up_test_origins_before_room_to_learn(demand, spell_days, n_test):
    assert len(plan(Panel.from_frame(demand), spell_days)) == n_test


def test_what_was_learned_is_shown_each_origin_and_forecasting_nothing_misses_all(demand):
    panel = Panel.from_frame(demand)
    origins = plan(panel, 180)
    recorder = Recorder()
    scores = evaluate(measure(recorder, panel, origins).overall, level="item", seed=1)
    assert recorder.shown == list(origins)
    values = {score.metric: score.value for score in scores}
    assert values["wape"] == 1.0
    assert values["bias"] == -1.0


def test_scores_carry_intervals_and_the_level(demand):
    panel = Panel.from_frame(demand)
    scores = evaluate(measure(Recorder(), panel, plan(panel, 180)).overall, level="category", seed=1)
    assert {score.slice for score in scores} == {"category"}
    assert {score.n for score in scores} == {6}
    assert all(score.low <= score.value <= score.high for score in scores)


def test_a_series_that_is_no_longer_on_offer_is_not_scored(demand):
    gone = (demand["series_id"] == "s0") & (demand["date"] > "2025-03-01")
    panel = Panel.from_frame(demand[~gone])
    scores = evaluate(measure(Recorder(), panel, plan(panel, 180)).overall, level="item", seed=1)
    assert {score.n for score in scores} == {5}


def test_without_demand_only_what_needs_none_to_divide_by_is_scored():
    days = pd.date_range("2025-01-01", periods=90)
    panel = Panel.from_frame(pd.DataFrame({"series_id": "s", "date": days, "quantity": 0}))
    learned = learn(panel.history(date(2025, 2, 20)), CALENDAR, 28, seed=1)
    assert learned.validation is None
    metrics = {
        score.metric
        for score in evaluate(measure(learned, panel, [date(2025, 2, 20)]).overall, level="item", seed=1)
    }
    assert "coverage_90" in metrics
    assert "wape" not in metrics


def test_a_ratio_of_errors_is_of_sums_and_paired_over_series():
    demand = np.ones((4, len(METRICS))) * np.array([[10.0], [20.0], [30.0], [0.0]])
    theirs = np.ones_like(demand) * np.array([[4.0], [2.0], [9.0], [0.0]])
    errors = {"ours": (theirs / 2, demand), "naive": (theirs, demand)}
    found = paired_wape(errors, "ours", "naive", seed=1)
    # Half the error on each series is half of it in every resample.
    assert (found.baseline, found.ratio, found.low, found.high, found.n) == ("naive", 0.5, 0.5, 0.5, 3)
    assert paired_wape(errors, "ours", "nobody", seed=1) is None


def test_a_single_series_is_resampled_by_its_weeks():
    days = pd.date_range("2025-01-01", periods=180)
    quantity = np.random.default_rng(4).poisson(5, 180)
    panel = Panel.from_frame(pd.DataFrame({"series_id": "all", "date": days, "quantity": quantity}))
    learned = learn(panel.history(date(2025, 4, 20)), CALENDAR, 28, seed=1)
    origins = [date(2025, 4, 20), date(2025, 5, 4)]
    scores = {
        score.metric: score
        for score in evaluate(measure(learned, panel, origins).overall, level="tenant", seed=1)
        if score.model == "weekday_means"
    }
    wape = scores["wape"]
    # Four weeks from each of two origins.
    assert wape.n == 8
    assert wape.low < wape.value < wape.high
    error = demand = 0.0
    for origin in origins:
        forecast = learned.forecast(panel.history(origin)).members["weekday_means"]
        actual = panel.actuals(origin, 28)[0]
        error += np.abs(forecast.quantiles[0, :, 1] - actual).sum()
        demand += actual.sum()
    assert wape.value == pytest.approx(error / demand)
