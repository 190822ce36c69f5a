from datetime import date

import numpy as np
import pandas as pd

from recommender.demand.ahead import Ahead
from recommender.demand.boosting import Effort
from recommender.demand.calendar.calendar import Calendar
from recommender.demand.listings import NEW_ITEMS, with_new_items
from recommender.demand.model import QUANTILES, Forecast
from recommender.demand.panel import History
from recommender.demand.tree import train_levels
from tests.recommender.conftest import weekly_demand

DAYS = 60
# Five teas and a pen began in the history, the pot before it, and the cup five days before its end.
BEGINS = {"cup": 55, "pen": 20, "pot": 0, **{f"tea{n}": 10 for n in range(5)}}
ORIGIN = np.datetime64("2025-01-01") + DAYS - 1


def ahead():
    values = np.full((len(BEGINS), DAYS), np.nan)
    for row, begin in enumerate(BEGINS.values()):
        values[row, begin:] = 10.0
    values.flags.writeable = False
    ids = np.array(list(BEGINS), dtype=object)
    category = np.array(["ware", "pens", "ware", *["tea"] * 5], dtype=object)
    known = History(ids, ORIGIN - DAYS + 1 + np.arange(DAYS), values, groups={"category": category})
    mean = np.full((len(ids), 4), 10.0)
    forecast = Forecast(known.dates_ahead(4), mean, np.repeat(mean[..., None], len(QUANTILES), axis=-1))
    return Ahead(ids, forecast, np.full(len(ids), "combination", object), dict(known.groups), known)


def listings(**coming):
    """Return the listings of what is on offer, and of `coming` teas by the days after the origin."""
    ids = [*BEGINS, *coming]
    starts = [ORIGIN - DAYS + 1 + begin for begin in BEGINS.values()]
    starts += [ORIGIN + days for days in coming.values()]
    category = ["ware", "pens", "ware", *["tea"] * (5 + len(coming))]
    return pd.DataFrame(
        {"series_id": ids, "listed_from": starts, "category": category, "kind": "physical", "class": "staple"}
    )


def by_id(found):
    return dict(zip(found.series_ids, found.models, strict=True))


def test_an_item_on_offer_for_less_than_a_week_is_forecast_by_items_like_it():
    found = with_new_items(ahead(), listings())
    assert {item for item, model in by_id(found).items() if model == NEW_ITEMS} == {"cup"}
    assert len(found.series_ids) == len(BEGINS)
    assert found.groups["category"][found.series_ids.tolist().index("cup")] == "ware"


def test_an_item_that_will_be_listed_is_asked_for_from_its_first_day_on():
    found = with_new_items(ahead(), listings(green=3, later=5, today=0))
    assert by_id(found)["green"] == NEW_ITEMS
    assert {"later", "today"}.isdisjoint(found.series_ids)
    row = found.series_ids.tolist().index("green")
    assert found.forecast.mean[row].tolist() == [0, 0, 10, 10]
    assert found.forecast.quantiles[row, :2].tolist() == [[0] * 4] * 2
    assert found.groups["category"][row] == "tea"


def test_where_no_launch_is_known_forecasts_stay():
    items = ahead()
    known = History(items.known.series_ids, items.known.dates, np.full((len(BEGINS), DAYS), 10.0))
    items = Ahead(items.series_ids, items.forecast, items.models, items.groups, known)
    assert with_new_items(items, listings(green=1)) is items


def test_new_items_of_a_new_category_are_in_the_sums():
    history = weekly_demand()
    late = history["series_id"].isin(["s4", "s5"]) & (history["date"] < "2025-02-01")
    history = history[~late].assign(category="tea", is_in_stock=True)
    coming = pd.DataFrame(
        {
            "series_id": ["cup", "bud"],
            "listed_from": [date(2025, 7, 4), date(2025, 7, 10)],
            "category": ["ware", "tea"],
            "kind": "physical",
            "class": "staple",
        }
    )
    calendar = Calendar.of_country("CN", 2024, 2026)
    found = train_levels(history, calendar, seed=1, listings=coming, effort=Effort(600, 20))
    items, categories, whole = (result.demand_forecasts for result in found.values())
    assert set(items.query("model == 'new_items'")["series_id"]) == {"cup", "bud"}
    assert set(categories["series_id"]) == {"tea", "ware"}
    cup = items.query("series_id == 'cup'").set_index("date")["mean"]
    ware = categories.query("series_id == 'ware'").set_index("date")["mean"]
    np.testing.assert_allclose(cup, ware)
    assert (cup.loc[:"2025-07-03"] == 0).all()
    assert (cup.loc["2025-07-04":] > 0).all()
    for level in (items, categories):
        np.testing.assert_allclose(level.groupby("date")["mean"].sum(), whole.set_index("date")["mean"])
