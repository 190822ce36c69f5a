from datetime import date

import numpy as np
import pandas as pd
import pytest
from pandas.testing import assert_frame_equal

from recommender.demand import training
from recommender.demand.ahead import DEMAND_FORECAST_COLUMNS
from recommender.demand.boosting import Effort
from recommender.demand.calendar.calendar import Calendar
from recommender.frames import InvalidFrame
from tests.recommender.conftest import weekly_demand

CALENDAR = Calendar.of_country("CN", 2024, 2026)


def train_demand(history):
    """Train on few rows, which is enough for six series."""
    return training.train_demand(history, CALENDAR, level="item", seed=1, effort=Effort(600, 20))


@pytest.fixture(scope="module")
def result():
    return train_demand(weekly_demand())


def test_what_is_released_was_validated_measured_and_forecast(result):
    assert result.released_model == result.gate.released
    assert result.gate.candidate == "combination"
    assert result.origin_date == date(2025, 6, 29)
    table = result.demand_forecasts
    assert table.columns.tolist() == list(DEMAND_FORECAST_COLUMNS)
    assert not table.duplicated(["series_id", "date"]).any()
    assert len(table) == 6 * 28
    assert set(table["model"]) == {result.released_model}
    assert (table["date"].min(), table["date"].max()) == (
        pd.Timestamp("2025-06-30"),
        pd.Timestamp("2025-07-27"),
    )
    assert table.notna().all(axis=None)
    assert (np.diff(table[["q05", "q50", "q90", "q95"]].to_numpy(), axis=1) >= 0).all()
    scores = result.model_scores
    assert {"combination", "seasonal_naive", "weekday_means", "decomposition"} < set(scores["model"])
    assert scores["k"].isna().all()
    assert scores.loc[scores["is_released"], "model"].unique().tolist() == [result.released_model]
    wape = scores.query("metric == 'wape'").set_index("model")["value"]
    assert wape[result.released_model] < 0.9 * wape["seasonal_naive"]


def test_forecasts_reach_a_later_day_and_are_judged_by_the_days_that_all_are():
    demand = weekly_demand()
    reach = date(2025, 8, 2)
    result = training.train_demand(
        demand, CALENDAR, level="item", seed=1, effort=Effort(600, 20), reach=reach
    )
    table = result.demand_forecasts
    assert (table["date"].min().date(), table["date"].max().date()) == (date(2025, 6, 30), reach)
    assert len(table) == 6 * 34
    # Three origins two weeks apart and 28 days after the last, as without it.
    assert [test.actual.shape for test in result.tests] == [(6, 28)] * 3
    assert (result.card.test.first, result.card.test.last) == (date(2025, 5, 5), date(2025, 6, 29))
    # And the same learning is judged that is released: over 34 days.
    assert {test.ahead.forecast.mean.shape[1] for test in result.tests} == {34}
    assert {len(part.actual[0]) for part in result.validation.judged} == {34}
    wape = result.model_scores.query("metric == 'wape'").set_index("model")["value"]
    assert wape[result.released_model] < 0.9 * wape["seasonal_naive"]


def test_a_past_too_short_for_a_later_day_is_forecast_as_far_as_it_is_judged(result):
    for reach in (date(2025, 9, 30), date(2025, 7, 10), None):
        found = training.train_demand(
            weekly_demand(), CALENDAR, level="item", seed=1, effort=Effort(600, 20), reach=reach
        )
        assert_frame_equal(found.demand_forecasts, result.demand_forecasts)


def test_where_every_week_repeats_exactly_nothing_errs(demand):
    weekly = demand.assign(quantity=demand["date"].dt.day_of_week * 7 % 5 + 1)
    result = train_demand(weekly)
    released = result.model_scores.query("is_released and metric == 'wape'")
    assert released["value"].tolist() == [0.0]


def test_one_seed_gives_one_answer_in_any_row_order(result, demand):
    first = result
    again = train_demand(demand.sample(frac=1, random_state=8))
    assert_frame_equal(first.demand_forecasts, again.demand_forecasts)
    assert_frame_equal(first.model_scores, again.model_scores)


def test_what_is_measured_was_learned_before_the_test_window(demand, monkeypatch):
    learned_until = []
    learn = training.learn

    def spy(history, *args, **kwargs):
        learned_until.append(history.origin)
        return learn(history, *args, **kwargs)

    monkeypatch.setattr(training, "learn", spy)
    result = train_demand(demand)
    assert learned_until == [date(2025, 5, 4), date(2025, 6, 29)]
    assert result.card.test.first == date(2025, 5, 5)


def test_a_young_history_is_forecast_by_the_means_of_weekdays_without_a_gate(demand):
    young = demand[demand["date"] < "2025-03-01"]
    result = train_demand(young)
    assert result.gate is None
    assert result.released_model == "weekday_means"
    assert set(result.model_scores["model"]) == {"seasonal_naive", "weekday_means"}
    assert len(result.demand_forecasts) == 6 * 28


def test_too_short_a_history_yields_empty_typed_tables(result, demand):
    short = train_demand(demand[demand["date"] < "2025-01-20"])
    assert short.origin_date is None
    assert len(short.demand_forecasts) == len(short.model_scores) == 0
    assert short.demand_forecasts.dtypes.to_dict() == result.demand_forecasts.dtypes.to_dict()
    assert short.model_scores.dtypes.to_dict() == result.model_scores.dtypes.to_dict()


def test_a_series_no_longer_on_offer_is_not_forecast(demand):
    gone = (demand["series_id"] == "s0") & (demand["date"] > "2025-05-01")
    result = train_demand(demand[~gone])
    assert "s0" not in set(result.demand_forecasts["series_id"])


def test_a_stray_day_after_a_pause_does_not_move_the_origin(demand):
    stray = demand.tail(1).assign(date=pd.Timestamp("2026-03-01"))
    result = train_demand(pd.concat([demand, stray]))
    assert result.origin_date == date(2025, 6, 29)


def test_a_bad_row_is_refused(demand):
    with pytest.raises(InvalidFrame, match="Column 'quantity', row 0"):
        train_demand(demand.assign(quantity=-1))


@pytest.mark.parametrize("listed_days", [1, 2])
def test_a_catalogue_that_changes_daily_cannot_be_validated(listed_days):
    """Each item sells on its first day and nothing on the next, if it is still there."""
    first = np.arange(180)
    rows = pd.concat(
        pd.DataFrame(
            {
                "series_id": [f"s{day:03d}" for day in first],
                "date": pd.Timestamp("2025-01-01") + pd.to_timedelta(first + later, "D"),
                "quantity": int(later == 0),
            }
        )
        for later in range(listed_days)
    )
    result = train_demand(rows)
    assert result.gate is None
    assert result.released_model == "weekday_means"
    assert result.demand_forecasts.notna().all(axis=None)
    assert len(result.demand_forecasts) > 0


def test_the_shortest_spell_is_forecast_without_scores(demand):
    result = train_demand(demand[demand["date"] < "2025-01-29"])
    assert len(result.demand_forecasts) == 6 * 28
    assert len(result.model_scores) == 0
