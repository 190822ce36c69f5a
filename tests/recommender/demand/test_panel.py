from datetime import date

import numpy as np
import pandas as pd
import pytest

from recommender.demand.panel import Panel
from recommender.frames import InvalidFrame


def frame(**changes):
    columns = {
        "series_id": ["b", "a", "a"],
        "date": pd.to_datetime(["2025-01-01", "2025-01-03", "2025-01-01"]),
        "quantity": [5, 2, 0],
    }
    return pd.DataFrame(columns | changes)


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


def covariate_rows():
    history = frame(promotion=[1, 0, 0], price=[2.0, np.nan, 3.0], kind=["x", "y", "z"])
    ahead = pd.DataFrame(
        {
            "series_id": ["a", "b", "new"],
            "date": pd.to_datetime(["2025-01-04", "2025-01-05", "2025-01-04"]),
            "promotion": [True, False, True],
        }
    )
    return Panel.from_frame(history, known_ahead=ahead, covariates=("promotion", "price"), groups=("kind",))


def test_covariates_that_are_known_ahead_reach_beyond_the_last_day():
    panel = covariate_rows()
    assert panel.covariates.known_ahead == {"promotion"}
    np.testing.assert_array_equal(
        panel.covariates.values["promotion"],
        [[0, np.nan, 0, 1, np.nan], [1, np.nan, np.nan, np.nan, 0]],
    )
    np.testing.assert_array_equal(
        panel.covariates.values["price"], [[3, np.nan, np.nan], [2, np.nan, np.nan]]
    )


def test_a_history_knows_of_the_future_only_what_is_known_ahead_and_only_as_far_as_asked():
    panel = covariate_rows()
    history = panel.history(date(2025, 1, 1), horizon=2)
    assert history.covariates.values["promotion"].shape == (2, 3)
    assert history.covariates.values["price"].shape == (2, 1)
    assert history.covariates.values["promotion"].base is None
    assert panel.history(date(2025, 1, 1)).covariates.values["promotion"].shape == (2, 5)


def test_a_shorter_history_and_one_of_some_series_keep_what_belongs_to_them():
    history = covariate_rows().history(date(2025, 1, 3)).take(np.array([1])).until(1, 1)
    assert history.series_ids.tolist() == ["b"]
    assert history.values.tolist() == [[5.0]]
    assert history.groups["kind"].tolist() == ["x"]
    np.testing.assert_array_equal(history.covariates.values["promotion"], [[1, np.nan]])


def test_a_series_has_the_group_of_its_latest_row():
    assert covariate_rows().groups["kind"].tolist() == ["y", "x"]


def test_a_covariate_must_be_a_number():
    with pytest.raises(InvalidFrame, match="Column 'price' must hold numbers"):
        Panel.from_frame(frame(price=["cheap", "dear", "cheap"]), covariates=("price",))


def test_weeks_are_seven_days_apart():
    weekly = frame(date=pd.to_datetime(["2025-01-03", "2025-01-17", "2025-01-03"]))
    panel = Panel.from_frame(weekly, step_days=7)
    assert panel.dates.astype(str).tolist() == ["2025-01-03", "2025-01-10", "2025-01-17"]
    assert panel.history(date(2025, 1, 16)).dates_ahead(2).astype(str).tolist() == [
        "2025-01-17",
        "2025-01-24",
    ]
    with pytest.raises(InvalidFrame, match="must be whole periods of 7 days"):
        Panel.from_frame(frame(), step_days=7)
