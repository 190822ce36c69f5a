from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest

from recommender.demand.boosted_quantiles import BoostedQuantiles
from recommender.demand.evaluation import errors_of, evaluate, paired_wape, plan_origins, validation_wape
from recommender.demand.metrics import METRICS
from recommender.demand.model import DemandModel, Forecast
from recommender.demand.panel import Panel
from recommender.demand.seasonal_naive import SeasonalNaive


class Recorder(DemandModel):
    """Forecasts zero and notes which days it was shown."""

    def __init__(self):
        self.fitted, self.shown = [], []

    def fit(self, history):
        self.fitted.append(history.origin)
        return self

    def forecast(self, history):
        self.shown.append(history.origin)
        shape = (len(history.series_ids), 28)
        return Forecast.after(history, np.zeros(shape), np.zeros((*shape, 4)))


def plan(panel, spell_days):
    return plan_origins(panel, spell_days=spell_days, horizon_days=28)


def test_three_test_origins_end_at_the_last_day_and_validation_closes_before_them(demand):
    origins = plan(Panel.from_frame(demand), 180)
    last = date(2025, 6, 29)
    assert origins.test == tuple(last - timedelta(days=back) for back in (56, 42, 28))
    assert origins.validation == origins.test[0] - timedelta(days=28)


@pytest.mark.parametrize(
    ("spell_days", "n_test", "validated"),
    [(140, 3, True), (139, 2, True), (112, 1, True), (111, 3, False), (56, 1, False), (55, 0, False)],
)
def test_a_short_spell_gives_up_test_origins_before_validation(demand, spell_days, n_test, validated):
    origins = plan(Panel.from_frame(demand), spell_days)
    assert len(origins.test) == n_test
    assert (origins.validation is not None) == validated


def test_a_model_is_fitted_once_and_shown_each_origin(demand):
    panel = Panel.from_frame(demand)
    origins = plan(panel, 180).test
    model = Recorder()
    scores = evaluate(errors_of({"recorder": model}, panel, origins, horizon_days=28), level="item", seed=1)
    assert model.fitted == [origins[0]]
    assert model.shown == list(origins)
    values = {score.metric: score.value for score in scores}
    # Forecasting nothing misses all demand.
    assert values["wape"] == 1.0
    assert values["bias"] == -1.0


def test_scores_carry_intervals_and_the_level(demand):
    panel = Panel.from_frame(demand)
    errors = errors_of({"naive": SeasonalNaive()}, panel, plan(panel, 180).test, horizon_days=28)
    scores = evaluate(errors, level="category", seed=1)
    assert {score.slice for score in scores} == {"category"}
    assert {score.n for score in scores} == {6}
    assert all(score.low <= score.value <= score.high for score in scores)


def test_a_series_that_is_no_longer_on_offer_is_not_scored(demand):
    gone = (demand["series_id"] == "s0") & (demand["date"] > "2025-03-01")
    panel = Panel.from_frame(demand[~gone])
    errors = errors_of({"naive": SeasonalNaive()}, panel, plan(panel, 180).test, horizon_days=28)
    scores = evaluate(errors, level="item", seed=1)
    assert {score.n for score in scores} == {5}


def test_without_demand_the_error_is_unbounded():
    days = pd.date_range("2025-01-01", periods=90)
    silent = pd.DataFrame({"series_id": "s", "date": days, "quantity": 0})
    panel = Panel.from_frame(silent)
    wape = validation_wape(SeasonalNaive(), panel, date(2025, 2, 20), horizon_days=28)
    assert wape == float("inf")


def test_a_learned_weekday_beats_a_noisy_last_week(demand):
    panel = Panel.from_frame(demand)
    origin = plan(panel, 180).validation
    learned, naive = (
        validation_wape(model, panel, origin, horizon_days=28)
        for model in (BoostedQuantiles(seed=1), SeasonalNaive())
    )
    assert learned < 0.9 * naive


def test_a_ratio_of_errors_is_of_sums_and_paired_over_series():
    demand = np.ones((4, len(METRICS))) * np.array([[10.0], [20.0], [30.0], [0.0]])
    theirs = np.ones_like(demand) * np.array([[4.0], [2.0], [9.0], [0.0]])
    errors = {"ours": (theirs / 2, demand), "naive": (theirs, demand)}
    found = paired_wape(errors, "ours", "naive", seed=1)
    # Half the error on each series is half of it in every resample.
    assert (found.baseline, found.ratio, found.low, found.high, found.n) == ("naive", 0.5, 0.5, 0.5, 3)
    assert paired_wape(errors, "ours", "nobody", seed=1) is None
