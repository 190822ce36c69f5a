from datetime import date

import numpy as np
import pandas as pd
import pytest

from recommender.demand.panel import Panel, latest_spell
from recommender.frames import InvalidFrame


def frame(**changes):
    columns = {
        "series_id": ["b", "a", "a"],
        "date": pd.to_datetime(["2025-01-01", "2025-01-03", "2025-01-01"]),
        "quantity": [5, 2, 0],
    }
    return pd.DataFrame(columns | changes)


def active_on(*spans, series="a"):
    """Return one unit a day over spans of days counted from 1 January 2025."""
    days = [day for start, end in spans for day in range(start, end + 1)]
    return pd.DataFrame(
        {
            "series_id": series,
            "date": pd.Timestamp("2024-12-31") + pd.to_timedelta(days, "D"),
            "quantity": 1,
        }
    )


def test_a_panel_is_dense_and_a_missing_day_is_not_observed():
    panel = Panel.from_frame(frame())
    assert panel.series_ids.tolist() == ["a", "b"]
    np.testing.assert_array_equal(panel.values, [[0, np.nan, 2], [5, np.nan, np.nan]])


def test_dates_may_be_plain_dates():
    plain = frame(date=[date(2025, 1, 1), date(2025, 1, 3), date(2025, 1, 1)])
    np.testing.assert_array_equal(Panel.from_frame(plain).values, Panel.from_frame(frame()).values)


def test_a_stock_out_without_sales_is_not_observed_but_one_with_sales_is():
    rows = frame(quantity=[5, 0, 0], is_in_stock=[False, True, False])
    np.testing.assert_array_equal(Panel.from_frame(rows).values, [[np.nan, np.nan, 0], [5, np.nan, np.nan]])


def test_an_unknown_stock_counts_as_in_stock():
    rows = frame(is_in_stock=pd.array([None, True, None], dtype="boolean"))
    assert Panel.from_frame(rows).values[0, 0] == 0


def test_a_history_holds_nothing_after_its_origin():
    panel = Panel.from_frame(frame())
    history = panel.history(date(2025, 1, 2))
    assert history.origin == date(2025, 1, 2)
    assert history.values.shape == (2, 2)
    # A slice of the panel would still reach the later values through its base.
    assert history.values.base is None
    assert not np.shares_memory(history.values, panel.values)
    with pytest.raises(ValueError, match="read-only"):
        history.values[0, 0] = 1.0


def test_actuals_begin_the_day_after_the_origin():
    panel = Panel.from_frame(frame())
    np.testing.assert_array_equal(panel.actuals(date(2025, 1, 1), 2)[0], [np.nan, 2])


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"quantity": [1, -2, 1]}, "Column 'quantity', row 1: must be at least 0, got .*-2"),
        ({"quantity": [1, 2, np.nan]}, "Column 'quantity', row 2"),
        ({"series_id": ["a", None, "b"]}, "Column 'series_id', row 1: an id must be given"),
        ({"date": ["2025-01-01", "soon", "2025-01-02"]}, "Column 'date' must hold dates"),
        (
            {"date": pd.to_datetime(["2025-01-01", None, "2025-01-02"])},
            "Column 'date', row 1: a date must be given",
        ),
        (
            {"date": pd.to_datetime(["2025-01-01", "2025-01-02", "2025-01-03"], utc=True)},
            "business days, not times with a zone",
        ),
        (
            {"date": pd.to_datetime(["2025-01-01"] * 3)},
            "Column 'date', row 2: a series may have each day only once",
        ),
    ],
)
def test_an_unusable_value_is_refused_with_its_column_and_row(changes, message):
    with pytest.raises(InvalidFrame, match=message):
        Panel.from_frame(frame(**changes))


def test_a_missing_column_is_named():
    with pytest.raises(InvalidFrame, match="Column 'quantity' is missing"):
        Panel.from_frame(frame().drop(columns="quantity"))


def test_a_gap_of_14_days_does_not_break_a_spell_and_15_do():
    joined, days = latest_spell(Panel.from_frame(active_on((1, 20), (35, 60))))
    assert days == 60
    assert str(joined.dates[-1]) == "2025-03-01"
    _, days = latest_spell(Panel.from_frame(active_on((1, 20), (36, 70))))
    assert days == 35


def test_the_origin_is_the_end_of_the_latest_spell_that_is_long_enough():
    panel, days = latest_spell(Panel.from_frame(active_on((1, 40), (200, 203))))
    assert days == 40
    assert str(panel.dates[-1]) == "2025-02-09"
    assert panel.values.shape == (1, 40)


def test_zeros_inside_a_closed_time_are_not_observed():
    closed = active_on((31, 60)).assign(quantity=0)
    panel, days = latest_spell(Panel.from_frame(pd.concat([active_on((1, 30)), closed, active_on((61, 90))])))
    assert days == 30
    assert np.isnan(panel.values[0, 30:60]).all()
    assert (panel.values[0, 60:] == 1).all()


def test_without_a_spell_of_28_days_there_is_none():
    assert latest_spell(Panel.from_frame(active_on((1, 27)))) is None
    assert latest_spell(Panel.from_frame(active_on((1, 27)).head(0))) is None
    assert latest_spell(Panel.from_frame(active_on((1, 60)).assign(quantity=0))) is None


def test_only_the_latest_days_are_kept():
    panel, days = latest_spell(Panel.from_frame(active_on((1, 90))), max_history_days=30)
    assert (panel.values.shape, days) == ((1, 30), 90)
