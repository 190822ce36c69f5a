"""What must be true of the whole forecast, whatever the members learn."""

from copy import copy
from dataclasses import replace
from datetime import date

import numpy as np
import pandas as pd
import pytest

from recommender.demand import recipe as recipes
from recommender.demand.boosting import Effort
from recommender.demand.calendar.calendar import Calendar
from recommender.demand.covariates import Covariates
from recommender.demand.panel import Panel
from recommender.demand.recipe import forecast_demand, learn
from recommender.demand.what_if import with_plan

CALENDAR = Calendar.of_country("CN", 2024, 2026)
ORIGIN = date(2025, 5, 25)
HORIZON = 14


def panel_of(frame):
    """Demand with a promotion every third week that doubles what is asked for, announced for the days ahead."""
    panel = Panel.from_frame(frame)
    days = np.arange(len(panel.dates) + HORIZON)
    promotion = np.tile((days // 7 % 3 == 0).astype(float), (len(panel.series_ids), 1))
    values = panel.values * (1 + promotion[:, : len(panel.dates)])
    covariates = Covariates({"promotion": promotion}, frozenset({"promotion"}))
    return Panel(panel.series_ids, panel.dates, values, 1, covariates)


def learned_from(history, seed=1):
    return learn(history, CALENDAR, HORIZON, seed=seed, effort=Effort(3000, 60))


@pytest.fixture(scope="module")
def frame():
    generator = np.random.default_rng(5)
    days = pd.date_range("2025-01-01", periods=180)
    week = np.array([1.0, 0.6, 0.8, 1.0, 1.4, 2.2, 1.8])[days.day_of_week]
    rates = np.outer(np.linspace(4, 30, 8), week)
    return pd.DataFrame(
        {
            "series_id": np.repeat([f"s{code}" for code in range(8)], 180),
            "date": np.tile(days, 8),
            "quantity": generator.poisson(rates).ravel(),
        }
    )


@pytest.fixture(scope="module")
def history(frame):
    return panel_of(frame).history(ORIGIN, HORIZON)


@pytest.fixture(scope="module")
def learned(history):
    return learned_from(history)


@pytest.fixture(scope="module")
def found(learned, history):
    return learned.forecast(history)


def assert_same(one, other):
    np.testing.assert_array_equal(one.mean, other.mean)
    np.testing.assert_array_equal(one.quantiles, other.quantiles)


def test_forecasts_are_finite_ordered_whole_and_of_the_days_after_the_origin(found):
    for forecast in (found.forecast, *found.members.values()):
        assert forecast.mean.shape == (8, HORIZON)
        assert forecast.dates[0] == np.datetime64("2025-05-26")
        assert np.isfinite(forecast.mean).all()
        assert np.isfinite(forecast.quantiles).all()
        assert (forecast.quantiles >= 0).all()
        assert (np.diff(forecast.quantiles, axis=-1) >= 0).all()
        assert (forecast.quantiles == np.rint(forecast.quantiles)).all()


def test_nothing_after_the_origin_changes_a_forecast(frame, found):
    future = frame["date"].dt.date > ORIGIN
    changed = frame.assign(quantity=frame["quantity"].where(~future, frame["quantity"] + 1000))
    assert_same(
        learned_from(panel_of(changed).history(ORIGIN, HORIZON))
        .forecast(panel_of(changed).history(ORIGIN, HORIZON))
        .forecast,
        found.forecast,
    )


def test_one_seed_gives_one_answer_in_any_row_order_and_another_seed_draws_others(frame, found):
    shuffled = panel_of(frame.sample(frac=1, random_state=1)).history(ORIGIN, HORIZON)
    assert_same(
        learned_from(shuffled).forecast(shuffled).members["combination"], found.members["combination"]
    )
    other = learned_from(shuffled, seed=2).forecast(shuffled)
    assert (other.members["boosted_mean"].mean != found.members["boosted_mean"].mean).any()


def test_scale_changes_nothing_but_the_unit(history, found):
    scaled = type(history)(
        history.series_ids, history.dates, history.values * 64.0, 1, history.covariates, history.groups
    )
    large = learned_from(scaled).forecast(scaled)
    assert large.released == found.released
    for name, forecast in found.members.items():
        np.testing.assert_allclose(large.members[name].mean, 64 * forecast.mean, rtol=1e-6, err_msg=name)


def test_members_are_judged_and_weights_are_shares(found):
    validation = found.validation
    assert set(validation.wape) == set(found.members)
    assert sum(found.weights.pooled) == pytest.approx(1.0)
    assert validation.wape["combination"] < 0.9 * validation.wape["seasonal_naive"]
    assert found.released == validation.gate.released
    assert_same(found.forecast, found.members[found.released])


def test_an_announced_promotion_doubles_what_every_member_expects(learned, history):
    on, off = (
        learned.forecast(with_plan(history, {"promotion": np.full((8, HORIZON), value)}))
        for value in (1.0, 0.0)
    )
    for name in on.members:
        effect = on.members[name].mean.sum() / off.members[name].mean.sum()
        assert effect == pytest.approx(2.0, rel=0.15), name


def test_coverage_is_near_nominal_on_days_not_seen(frame, found):
    actual = panel_of(frame).actuals(ORIGIN, HORIZON)
    quantiles = found.forecast.quantiles
    inside = (actual >= quantiles[..., 0]) & (actual <= quantiles[..., 3])
    assert 0.84 <= inside.mean() <= 1.0


def test_a_combination_that_loses_is_not_released(history, monkeypatch):
    errors = recipes.validate.__globals__
    monkeypatch.setitem(errors, "_unseen_errors", lambda folds: (2.0, 1.0))
    lost = learned_from(history).forecast(history)
    assert lost.validation.gate.passed is False
    assert lost.released != "combination"
    assert_same(lost.forecast, lost.members[lost.released])
    best = min((name for name in lost.members if name != "combination"), key=lost.validation.wape.__getitem__)
    assert lost.released == best


def test_a_member_that_was_judged_and_cannot_be_fitted_again_is_left_out(learned, history):
    boosting = learned.ensemble.boosting
    kept = copy(boosting)
    kept.fitted_ = [part for part in boosting.fitted_ if part.target.name != "boosted_root"]
    gate = replace(learned.validation.gate, released="boosted_root")
    without = replace(
        learned,
        ensemble=replace(learned.ensemble, boosting=kept),
        validation=replace(learned.validation, gate=gate),
    ).forecast(history)
    assert "boosted_root" not in without.members
    assert without.released == "combination"
    assert without.weights.pooled.sum() == pytest.approx(1.0)
    assert np.isfinite(without.forecast.quantiles).all()


def test_a_closed_day_is_forecast_at_nothing_and_its_zeros_are_not_demand(frame):
    panel = Panel.from_frame(frame)
    is_open = np.tile((np.arange(len(panel.dates) + HORIZON) % 7 != 4).astype(float), (8, 1))
    values = np.where(is_open[:, : len(panel.dates)] == 0, 0.0, panel.values)
    covariates = Covariates({"is_open": is_open}, frozenset({"is_open"}))
    history = Panel(panel.series_ids, panel.dates, values, 1, covariates).history(ORIGIN, HORIZON)
    forecast = learned_from(history).forecast(history).members["weekday_means"]
    shut = is_open[0, len(history.dates) : len(history.dates) + HORIZON] == 0
    assert (forecast.quantiles[:, shut] == 0).all()
    assert (forecast.mean[:, ~shut] > 0).all()


def test_a_short_history_is_forecast_by_weekday_means_with_widths(frame):
    history = Panel.from_frame(frame[frame["date"] < "2025-02-15"]).history(date(2025, 2, 14), HORIZON)
    found = forecast_demand(history, CALENDAR, HORIZON, seed=1)
    assert (found.released, found.validation, found.weights) == ("weekday_means", None, None)
    assert (found.forecast.quantiles[..., 3] > found.forecast.quantiles[..., 0]).all()


def test_progress_is_told(history):
    told = []
    learn(history, CALENDAR, HORIZON, seed=1, effort=Effort(200, 5), report=told.append)
    assert told[-1] == "learning from all 145 periods"
    assert len(told) == 2
