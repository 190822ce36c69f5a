from datetime import date

import numpy as np
import pandas as pd
import pytest

from recommender.frames import InvalidFrame
from recommender.ranking.interactions import Interactions


def frame(**changes):
    columns = {
        "member_id": ["b", "a", "a"],
        "item_id": ["y", "x", "x"],
        "occurred_at": pd.to_datetime(["2025-03-01 15:59", "2025-03-01 16:00", "2025-02-01 12:00"], utc=True),
        "quantity": [1, 2, 1],
    }
    return pd.DataFrame(columns | changes)


def test_the_business_day_begins_at_midnight_in_shanghai():
    days = Interactions.from_frame(frame()).day
    assert days.astype(str).tolist() == ["2025-02-01", "2025-03-02", "2025-03-01"]


def test_naive_times_are_utc():
    naive = frame(occurred_at=frame()["occurred_at"].dt.tz_localize(None))
    expected = Interactions.from_frame(frame())
    assert (Interactions.from_frame(naive).occurred_at == expected.occurred_at).all()


def test_ids_are_sorted_and_codes_point_into_them():
    encoded = Interactions.from_frame(frame())
    assert encoded.member_ids.tolist() == ["a", "b"]
    assert encoded.item_ids[encoded.item_codes].tolist() == ["x", "x", "y"]


def test_ids_may_come_as_categories_in_any_order_and_with_some_that_nobody_has():
    coded = frame()
    coded["member_id"] = pd.Categorical(coded["member_id"], categories=["z", "b", "a"])
    coded["item_id"] = coded["item_id"].astype("category")
    found, expected = Interactions.from_frame(coded), Interactions.from_frame(frame())
    assert found.member_ids.tolist() == expected.member_ids.tolist() == ["a", "b"]
    for name in ("member_codes", "item_codes", "item_ids", "occurred_at"):
        assert (getattr(found, name) == getattr(expected, name)).all()


def test_a_category_that_is_missing_is_refused():
    coded = frame()
    coded["member_id"] = pd.Categorical(["b", None, "a"])
    with pytest.raises(InvalidFrame, match="row 1: an id must be given"):
        Interactions.from_frame(coded)


def test_a_cut_keeps_no_trace_of_the_other_side():
    encoded = Interactions.from_frame(frame())
    before, since = encoded.before(date(2025, 3, 1)), encoded.since(date(2025, 3, 1))
    assert (len(before), len(since)) == (1, 2)
    assert before.member_ids.tolist() == ["a"]
    assert before.item_ids.tolist() == ["x"]


def test_age_counts_only_days_on_which_anybody_redeemed():
    assert Interactions.from_frame(frame()).age_active_days.tolist() == [2, 0, 1]


def test_the_matrix_counts_rows_per_member_and_item():
    assert Interactions.from_frame(frame()).matrix().toarray().tolist() == [[2.0, 0.0], [0.0, 1.0]]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"quantity": [1, 0, 1]}, r"Column 'quantity', row 1: must be at least 1, got .*0"),
        ({"quantity": [1, 2, np.inf]}, "Column 'quantity', row 2"),
        ({"quantity": ["1", "2", "3"]}, "Column 'quantity' must hold numbers"),
        ({"member_id": ["b", None, "a"]}, "Column 'member_id', row 1: an id must be given"),
        ({"item_id": [1, 2, 3]}, "Column 'item_id', row 0: an id must be text"),
        ({"item_id": ["x", 5, "y"]}, "Column 'item_id', row 1: an id must be text, got 5"),
        ({"occurred_at": ["2025-01-01"] * 3}, "Column 'occurred_at' must hold timestamps"),
        (
            {"occurred_at": pd.to_datetime(["2025-01-01", None, "2025-01-02"])},
            "Column 'occurred_at', row 1: a time must be given",
        ),
    ],
)
def test_an_unusable_value_is_refused_with_its_column_and_row(changes, message):
    with pytest.raises(InvalidFrame, match=message):
        Interactions.from_frame(frame(**changes))


def test_a_missing_column_is_named():
    with pytest.raises(InvalidFrame, match="Column 'item_id' is missing"):
        Interactions.from_frame(frame().drop(columns="item_id"))
