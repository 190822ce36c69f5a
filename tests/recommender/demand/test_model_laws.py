"""What must be true of every demand model, whatever it learns."""

from datetime import timedelta

import numpy as np
import pandas as pd
import pytest
from sklearn.base import clone

from recommender.demand.boosted_quantiles import BoostedQuantiles, TooLittleHistory
from recommender.demand.panel import Panel
from recommender.demand.seasonal_naive import SeasonalNaive


@pytest.fixture(params=["seasonal_naive", "boosted_quantiles"])
def model(request):
    if request.param == "seasonal_naive":
        return SeasonalNaive()
    return BoostedQuantiles(seed=3, max_rows=2000, max_iter=15)


def history_of(frame, days_before_end=28):
    panel = Panel.from_frame(frame)
    return panel.history(panel.dates[-1].astype(object) - timedelta(days=days_before_end))


def assert_same(one, other):
    np.testing.assert_array_equal(one.mean, other.mean)
    np.testing.assert_array_equal(one.quantiles, other.quantiles)


def test_parameters_are_stored_untouched_and_fit_returns_the_model(model, demand):
    before = model.get_params()
    assert model.fit(history_of(demand)) is model
    assert model.get_params() == before


def test_a_refit_forgets_the_first_fit_and_one_seed_gives_one_answer(model, demand):
    history = history_of(demand)
    doubled = history_of(demand.assign(quantity=demand["quantity"].iloc[::-1].to_numpy() * 2))
    refitted = model.fit(doubled).fit(history).forecast(history)
    assert_same(refitted, clone(model).fit(history).forecast(history))


def test_row_order_does_not_matter(model, demand):
    history, shuffled = history_of(demand), history_of(demand.sample(frac=1, random_state=1))
    expected = clone(model).fit(history).forecast(history)
    assert_same(model.fit(shuffled).forecast(shuffled), expected)


def test_nothing_after_the_origin_changes_a_forecast(model, demand):
    last_known = demand["date"].max() - timedelta(days=28)
    future = (demand["date"] > last_known).to_numpy()
    changed = demand.copy()
    changed.loc[future, "quantity"] = (
        demand.loc[future, "quantity"].sample(frac=1, random_state=2).to_numpy() + 1000
    )
    history, other = history_of(demand), history_of(changed)
    assert_same(clone(model).fit(history).forecast(history), model.fit(other).forecast(other))


def test_forecasts_are_finite_ordered_and_not_negative(model, demand):
    history = history_of(demand)
    forecast = model.fit(history).forecast(history)
    assert forecast.mean.shape == (6, 28)
    assert np.isfinite(forecast.mean).all()
    assert np.isfinite(forecast.quantiles).all()
    assert (forecast.mean >= 0).all()
    assert (forecast.quantiles >= 0).all()
    assert (np.diff(forecast.quantiles, axis=-1) >= 0).all()


def test_forecast_days_follow_the_origin(model, demand):
    history = history_of(demand)
    dates = model.fit(history).forecast(history).dates
    assert dates[0] == history.dates[-1] + np.timedelta64(1, "D")
    assert len(dates) == 28


def test_quantiles_of_whole_units_are_whole(model, demand):
    whole, halves = history_of(demand), history_of(demand.assign(quantity=demand["quantity"] / 3))
    quantiles = model.fit(whole).forecast(whole).quantiles
    assert (quantiles == np.rint(quantiles)).all()
    quantiles = model.fit(halves).forecast(halves).quantiles
    assert (quantiles != np.rint(quantiles)).any()


def test_a_series_without_demand_is_forecast_at_nothing(model, demand):
    silent = demand.assign(quantity=demand["quantity"].where(demand["series_id"] != "s1", 0))
    history = history_of(silent)
    forecast = model.fit(history).forecast(history)
    assert forecast.mean[1].max() < 0.1
    assert forecast.quantiles[1].max() == 0


def test_stock_outs_are_not_zeros(model, demand):
    """Being out of stock every other week must not pull the forecast towards zero."""
    is_out = (demand["series_id"] == "s5") & (demand["date"].dt.isocalendar().week % 2 == 0)
    sold = demand.assign(quantity=demand["quantity"].where(~is_out, 0).astype("int64"), is_in_stock=~is_out)
    honest, naive = history_of(sold), history_of(sold.drop(columns="is_in_stock"))
    truth = demand.loc[demand["series_id"] == "s5", "quantity"].mean()
    corrected = clone(model).fit(honest).forecast(honest).mean[5].mean()
    fooled = model.fit(naive).forecast(naive).mean[5].mean()
    assert corrected == pytest.approx(truth, rel=0.25)
    assert abs(corrected - truth) < abs(fooled - truth)


def test_the_naive_model_repeats_last_week(demand):
    history = history_of(demand)
    forecast = SeasonalNaive().fit(history).forecast(history)
    expected = np.tile(history.values[:, -7:], 4)
    np.testing.assert_allclose(forecast.mean, expected)
    np.testing.assert_allclose(forecast.quantiles[..., 1], expected)


def test_a_series_never_observed_is_forecast_at_next_to_nothing(demand):
    history = history_of(
        demand.assign(is_in_stock=demand["series_id"] != "s1").assign(
            quantity=demand["quantity"].where(demand["series_id"] != "s1", 0)
        )
    )
    forecast = SeasonalNaive().fit(history).forecast(history)
    assert np.isfinite(forecast.quantiles).all()
    assert forecast.quantiles[1].max() == 0


def test_naive_intervals_widen_with_every_week(demand):
    history = history_of(demand)
    quantiles = SeasonalNaive().fit(history).forecast(history).quantiles
    width = (quantiles[..., 3] - quantiles[..., 1]).mean(axis=0).reshape(4, 7).mean(axis=1)
    assert (np.diff(width) > 0).all()


def test_the_boosted_model_learns_the_weekday(demand):
    history = history_of(demand)
    model = BoostedQuantiles(seed=3, max_iter=40).fit(history)
    forecast = model.forecast(history)
    weekday = (forecast.dates.astype("int64") + 3) % 7
    saturday, tuesday = (forecast.mean[:, weekday == day].mean() for day in (5, 1))
    assert saturday > 2.5 * tuesday


def test_another_seed_draws_other_rows(demand):
    history = history_of(demand)
    first, second = (
        BoostedQuantiles(seed=seed, max_rows=1000, max_iter=5).fit(history).forecast(history)
        for seed in (1, 2)
    )
    assert (first.mean != second.mean).any()


def test_the_day_of_the_year_waits_for_a_second_year(demand):
    model = BoostedQuantiles(seed=3, max_rows=500, max_iter=2)
    assert len(model.fit(history_of(demand)).columns_) == 11
    years = demand.assign(date=demand["date"] - timedelta(days=600))
    history = history_of(pd.concat([years, demand]))
    assert len(model.fit(history).columns_) == 12


def test_a_history_without_a_training_row_is_refused(demand):
    with pytest.raises(TooLittleHistory, match="28 days hold no observed day"):
        BoostedQuantiles(seed=1).fit(history_of(demand, days_before_end=152))
