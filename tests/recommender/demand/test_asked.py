from datetime import date

import numpy as np
import pandas as pd

from recommender.demand.asked import WHOLE, Asked, sold_panel


def weeks_of(quantities, out=(), *, first="2025-01-06"):
    """Return days of one item per row of quantities; `out` are its days without stock as (item, day)."""
    table = np.asarray(quantities)
    items, days = table.shape
    is_in_stock = np.ones(table.shape, dtype=bool)
    for cell in out:
        is_in_stock[cell] = False
    return pd.DataFrame(
        {
            "series_id": np.repeat([f"i{item}" for item in range(items)], days),
            "date": np.tile(pd.date_range(first, periods=days), items),
            "quantity": table.ravel(),
            "is_in_stock": is_in_stock.ravel(),
            "category": np.repeat([f"c{item // 2}" for item in range(items)], days),
        }
    )


def asked(frame, by=None):
    return Asked.of(sold_panel(frame, ("category",)), by)


def test_days_without_stock_were_asked_for_as_the_days_around():
    quantities = np.full((3, 56), 10)
    quantities[0, 30:34] = [4, 0, 0, 0]
    history = asked(weeks_of(quantities, [(0, day) for day in range(30, 34)])).history(date(2025, 3, 2))
    np.testing.assert_allclose(history.values, 10, atol=1.01)
    assert history.values[0, 30:34].sum() >= 38


def test_demand_in_whole_units_stays_whole_and_slow_items_keep_theirs():
    quantities = np.tile([1, 0, 0], 40)[None, :].repeat(3, axis=0)
    quantities[0, 60:90] = 0
    values = (
        asked(weeks_of(quantities, [(0, day) for day in range(60, 90)])).history(date(2025, 12, 31)).values
    )
    np.testing.assert_array_equal(values, np.rint(values))
    assert 7 <= values[0, 60:90].sum() <= 13


def test_what_happens_after_the_origin_changes_no_history():
    quantities = np.random.default_rng(1).poisson(5, (4, 60))
    quantities[0, 36:40] = 0
    out = [(0, day) for day in range(36, 40)]
    later = quantities.copy()
    later[:, 40:] *= 9
    origin = date(2025, 1, 6) + pd.Timedelta(days=39)
    for by in (None, "category", WHOLE):
        known = asked(weeks_of(quantities, out), by).history(origin)
        np.testing.assert_array_equal(known.values, asked(weeks_of(later, out), by).history(origin).values)
        assert known.values.shape[1] == 40


def test_sums_are_of_what_was_asked_for():
    quantities = np.full((4, 56), 10)
    quantities[0, 30:34] = 0
    frame = weeks_of(quantities, [(0, day) for day in range(30, 34)])
    items, categories, whole = (asked(frame, by) for by in (None, "category", WHOLE))
    assert categories.series_ids.tolist() == ["c0", "c1"]
    assert whole.series_ids.tolist() == ["all"]
    np.testing.assert_allclose(categories.values[0], items.values[:2].sum(axis=0))
    np.testing.assert_allclose(whole.values[0], items.values.sum(axis=0))
    assert whole.values[0, 30:34].sum() > 155


def test_an_item_is_not_judged_on_days_without_stock_but_its_category_is():
    quantities = np.full((2, 56), 10)
    quantities[0, 50] = 3
    frame = weeks_of(quantities, [(0, 50)])
    origin = date(2025, 1, 6) + pd.Timedelta(days=48)
    actual = asked(frame).actuals(origin, 3)
    np.testing.assert_array_equal(actual[0], [10, np.nan, 10])
    assert asked(frame, "category").actuals(origin, 3)[0, 1] >= 19


def test_of_an_item_that_never_was_in_stock_nothing_is_known():
    quantities = np.full((2, 56), 10)
    quantities[0] = 0
    values = asked(weeks_of(quantities, [(0, day) for day in range(56)])).history(date(2025, 3, 2)).values
    assert np.isnan(values[0]).all()
