"""What is known at a cutoff, what came after, and the plain and statistical methods."""

from datetime import date

import numpy as np
import pandas as pd
import pytest

from orchestration.cli.evaluate.demand.cutoffs import CutoffRefused, Settings, known_at, places_of, prepared
from orchestration.cli.evaluate.demand.dataset import Dataset
from orchestration.cli.evaluate.demand.grid import Grid
from orchestration.cli.evaluate.demand.judging import sampled
from orchestration.cli.evaluate.demand.plain import seasonal_naive, weekday_means
from orchestration.cli.evaluate.demand.rivals import forecast_rivals, models_of
from orchestration.cli.evaluate.demand.treatment import Treatments
from recommender.demand.calendar.calendar import Calendar
from recommender.demand.covariates import Covariates
from recommender.demand.panel import History, Panel

CALENDAR = Calendar.from_frame(pd.DataFrame({"date": ["2024-06-18"], "name": ["618"]}))


def dataset_of(values, step_days=1, covariates=None):
    values = np.asarray(values, dtype=float)
    ids = pd.Index([f"s{number}" for number in range(len(values))])
    grid = Grid(ids, np.datetime64("2024-01-05"), values.shape[1], step_days)
    panel = Panel(ids.to_numpy(dtype=object), grid.dates, values, step_days, covariates or Covariates())
    return Dataset("history.csv", panel, grid, ~np.isnan(values), False, values.size, Treatments())


def settings(horizon=7, rival_series=60):
    return Settings(CALENDAR, [], horizon, 0, rival_series)


def history_of(values, step_days=1):
    dataset = dataset_of(values, step_days)
    return History(dataset.panel.series_ids, dataset.panel.dates, dataset.panel.values, step_days)


def test_a_cutoff_is_the_first_day_that_is_forecast():
    dataset = dataset_of([np.arange(60.0)])
    places = places_of(dataset, [date(2024, 2, 10), date(2024, 2, 9)])
    assert places == {date(2024, 2, 9): 35, date(2024, 2, 10): 36}
    known = known_at(dataset, 35, settings())
    assert known.history.dates[-1] == np.datetime64("2024-02-08")
    assert known.history.values[0, -1] == 34
    assert known.actual[0].tolist() == [35, 36, 37, 38, 39, 40, 41]


def test_a_cutoff_within_a_week_begins_with_the_next():
    dataset = dataset_of([np.arange(20.0)], step_days=7)
    assert places_of(dataset, [date(2024, 3, 8), date(2024, 3, 9)]) == {
        date(2024, 3, 8): 9,
        date(2024, 3, 9): 10,
    }
    with pytest.raises(
        CutoffRefused, match="only 7 weeks are known before the cutoff 2024-02-23, and 8 are needed"
    ):
        places_of(dataset, [date(2024, 2, 23)])
    with pytest.raises(
        CutoffRefused,
        match=r"lies after the first week that is not known: history\.csv goes from 2024-01-05 to 2024-05-17",
    ):
        places_of(dataset, [date(2024, 5, 25)])


def test_a_series_that_begins_after_the_cutoff_is_neither_forecast_nor_judged():
    values = np.ones((3, 60))
    values[1, :40] = np.nan
    known = known_at(dataset_of(values), 35, settings())
    assert known.history.series_ids.tolist() == ["s0", "s2"]
    assert known.places.tolist() == [0, 2]
    assert np.isnan(known.actual[1]).all()


def test_no_series_at_all_is_refused():
    values = np.full((1, 60), np.nan)
    values[0, 50:] = 1
    with pytest.raises(CutoffRefused, match=r"no series of history\.csv has a quantity up to 2024-02-08"):
        known_at(dataset_of(values), 35, settings())


def test_sales_of_days_without_stock_are_raised_before_learning_but_stay_what_is_judged_by():
    values = np.full((4, 70), 20.0)
    values[2, 30] = 3
    in_stock = np.ones((4, 70))
    in_stock[2, 30] = 0.2
    dataset = dataset_of(values, covariates=Covariates({"in_stock": in_stock}))
    known = known_at(dataset, 60, settings())
    assert known.raw.values[2, 30] == 3
    assert known.history.values[2, 30] == pytest.approx(20, rel=0.05)
    assert known.history.values[1, 30] == 20
    history, cut = prepared(known.raw, CALENDAR)
    assert cut == 0
    assert np.array_equal(history.values, known.history.values)


def test_the_plain_methods_by_hand():
    week = [10, 11, 12, 13, 14, 20, np.nan]
    values = np.array([week * 5, np.arange(35.0)])
    naive = seasonal_naive(history_of(values), 9)
    # The seventh day was never observed, so the series' level stands in.
    level = np.mean([10, 11, 12, 13, 14, 20])
    assert naive.mean[0].tolist() == pytest.approx([10, 11, 12, 13, 14, 20, level, 10, 11])
    assert naive.mean[1].tolist() == [28, 29, 30, 31, 32, 33, 34, 28, 29]
    assert naive.dates[0] == np.datetime64("2024-02-09")
    means = weekday_means(history_of(values), 8)
    assert means.mean[1].tolist() == pytest.approx([17.5, 18.5, 19.5, 20.5, 21.5, 22.5, 23.5, 17.5])
    # Every value lay 17.5 above the mean of the four before: so do the quantiles, but not the median.
    assert means.quantiles[1, 0].tolist() == pytest.approx([17.5, 17.5, 35, 35])


def test_weeks_repeat_the_year_before_or_the_mean_of_the_last_eight():
    values = np.arange(60.0)[None, :]
    assert seasonal_naive(history_of(values, 7), 3).mean[0].tolist() == [8, 9, 10]
    assert weekday_means(history_of(values, 7), 2).mean[0].tolist() == [55.5, 55.5]
    assert seasonal_naive(history_of(values[:, :30], 7), 2).mean[0].tolist() == [25.5, 25.5]


@pytest.mark.parametrize(
    ("step_days", "periods", "methods"),
    [(1, 120, ["auto_ets", "mstl"]), (7, 60, ["auto_ets"]), (7, 110, ["auto_ets", "mstl"])],
)
def test_statistical_methods_have_the_seasons_that_the_history_allows(step_days, periods, methods):
    generator = np.random.default_rng(3)
    values = (
        50
        + 20 * np.sin(np.arange(periods) * 2 * np.pi / (7 if step_days == 1 else 52))
        + generator.normal(0, 1, (2, periods))
    )
    values[0, 10:13] = np.nan
    history = history_of(values, step_days)
    done = []
    found, failed = forecast_rivals(history, 7, weekday_means(history, 7), done.append)
    assert list(found) == methods
    assert (failed, done) == (0, [1, 2])
    for forecast in found.values():
        assert forecast.mean.shape == (2, 7)
        assert (np.diff(forecast.quantiles, axis=-1) >= 0).all()
    if "mstl" in found:
        expected = 50 + 20 * np.sin(
            np.arange(periods, periods + 7) * 2 * np.pi / (7 if step_days == 1 else 52)
        )
        assert np.abs(found["mstl"].mean[1] - expected).mean() < 5


@pytest.mark.parametrize(
    ("step_days", "periods", "seasons"), [(1, 727, [7]), (1, 728, [7, 364]), (7, 104, [52])]
)
def test_seasons_of_mstl(step_days, periods, seasons):
    assert models_of(history_of(np.ones((1, periods)), step_days))["mstl"]().season_length == seasons


def test_a_series_too_short_to_fit_gets_the_plain_forecast():
    values = np.full((1, 40), np.nan)
    values[0, -2:] = 4
    history = history_of(values)
    found, failed = forecast_rivals(history, 3, weekday_means(history, 3), lambda done: None)
    assert failed >= 1
    assert found["mstl"].mean[0].tolist() == pytest.approx([4, 4, 4])


def test_the_sample_is_of_series_that_are_judged_and_follows_the_seed():
    values = np.ones((50, 60))
    values[:20, 30:] = np.nan
    dataset = dataset_of(values)
    chosen = sampled(dataset, [35], settings(rival_series=10))
    assert chosen.sum() == 10
    assert not chosen[:20].any()
    assert np.array_equal(chosen, sampled(dataset, [35], settings(rival_series=10)))
    assert sampled(dataset, [35], settings(rival_series=100)).sum() == 30
    assert sampled(dataset, [35], settings(rival_series=0)).sum() == 0
