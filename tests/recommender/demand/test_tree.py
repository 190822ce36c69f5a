import numpy as np
import pytest

from recommender.demand.boosting import Effort
from recommender.demand.calendar.calendar import Calendar
from recommender.demand.tree import train_levels
from tests.recommender.conftest import weekly_demand

CALENDAR = Calendar.of_country("CN", 2024, 2026)
CATEGORY = {"s0": "tea", "s1": "tea", "s2": "tea", "s3": "ware", "s4": "ware", "s5": "ware"}


def mall(**changed):
    frame = weekly_demand(**changed)
    return frame.assign(category=frame["series_id"].map(CATEGORY), is_in_stock=True)


def train(history):
    return train_levels(history, CALENDAR, seed=1, effort=Effort(600, 20))


@pytest.fixture(scope="module")
def forecasts():
    return {level: result.demand_forecasts for level, result in train(mall()).items()}


def test_on_every_day_items_sum_to_categories_and_these_to_the_tenant(forecasts):
    items, categories, whole = forecasts["item"], forecasts["category"], forecasts["tenant"]
    below = items.assign(series_id=items["series_id"].map(CATEGORY))
    summed = below.groupby(["series_id", "date"])["mean"].sum()
    np.testing.assert_allclose(summed, categories.set_index(["series_id", "date"])["mean"].sort_index())
    np.testing.assert_allclose(
        categories.groupby("date")["mean"].sum(), whole.set_index("date")["mean"].sort_index()
    )
    assert set(whole["series_id"]) == {"all"}
    assert (len(items), len(categories), len(whole)) == (6 * 28, 2 * 28, 28)


def test_quantiles_stay_ordered_whole_and_around_the_mean(forecasts):
    for table in forecasts.values():
        quantiles = table[["q05", "q50", "q90", "q95"]].to_numpy()
        assert (np.diff(quantiles, axis=1) >= 0).all()
        np.testing.assert_array_equal(quantiles, np.rint(quantiles))
        assert (np.abs(table["q50"] - table["mean"]) <= table["q95"] - table["q05"]).all()


def test_an_item_off_the_list_leaves_the_levels_adding_up():
    history = mall()
    gone = history["series_id"].isin(["s3", "s4", "s5"]) & (history["date"] > "2025-05-01")
    found = train(history[~gone])
    assert set(found["category"].demand_forecasts["series_id"]) == {"tea"}
    sums = [result.demand_forecasts.groupby("date")["mean"].sum() for result in found.values()]
    np.testing.assert_allclose(sums[0], sums[2])
    np.testing.assert_allclose(sums[1], sums[2])


def test_too_short_a_history_yields_no_forecast_of_any_level():
    found = train(mall(days=20))
    assert list(found) == ["item", "category", "tenant"]
    assert all(result.demand_forecasts.empty for result in found.values())
