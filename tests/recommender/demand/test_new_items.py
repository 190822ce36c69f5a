import numpy as np
import pytest

from recommender.demand.model import Forecast
from recommender.demand.new_items import NothingAlike, forecast_new
from recommender.demand.panel import History


def history_of(begins, levels, kinds):
    values = np.full((len(begins), 60), np.nan)
    for item, (begin, level) in enumerate(zip(begins, levels, strict=True)):
        values[item, begin:] = level
    dates = np.datetime64("2025-01-01") + np.arange(60)
    ids = np.array([f"i{code}" for code in range(len(begins))], object)
    return History(ids, dates, values, groups={"kind": np.array(kinds, object)})


def forecast_of(history, horizon=2):
    mean = np.tile([1.0, 3.0], (len(history.series_ids), 1))
    return Forecast.after(history, mean, np.repeat(mean[..., None], 4, axis=-1))


def test_a_new_item_begins_as_those_of_its_kind_began_and_goes_as_they_go():
    history = history_of([10] * 10, [10, 20, 30, 40, 50, 1, 1, 1, 1, 1], ["tea"] * 5 + ["pen"] * 5)
    found = forecast_new([["tea"], ["pen"]], history, ["kind"], forecast_of(history))
    np.testing.assert_allclose(found.mean, [[15, 45], [0.5, 1.5]])
    assert found.quantiles[0, 1].tolist() == [18, 45, 69, 72]


def test_with_too_few_of_its_kind_all_items_are_asked():
    history = history_of([10] * 6, [10, 20, 30, 40, 50, 60], ["tea", *["pen"] * 5])
    found = forecast_new([["tea"]], history, ["kind"], forecast_of(history))
    assert found.mean.mean() == 35


def test_an_item_older_than_the_history_tells_of_no_launch():
    history = history_of([0, 0], [10, 20], ["tea", "tea"])
    with pytest.raises(NothingAlike, match="cannot be told"):
        forecast_new([["tea"]], history, ["kind"], forecast_of(history))
