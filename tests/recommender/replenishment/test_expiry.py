import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from recommender.frames import InvalidFrame
from recommender.replenishment.expiry import written_off
from recommender.replenishment.plan import plan_holiday
from tests.recommender.replenishment.planned import FIRST_DAY, certain, days, lines

KEYS = pd.MultiIndex.from_tuples([("item-0", "north"), ("item-1", "north")])


def batches(*rows):
    """Return batches (item, day from the first one, pieces)."""
    frame = pd.DataFrame(rows, columns=["item_id", "day", "quantity"]).astype({"quantity": float})
    return frame.assign(
        warehouse_id="north", expires_on=FIRST_DAY + frame.pop("day").to_numpy(dtype=np.int64)
    )


def off(expiring, demand):
    demand = np.asarray(demand, dtype=float)
    return written_off(KEYS, expiring, demand, days(demand.shape[1])).tolist()


def test_what_demand_does_not_reach_in_time_is_written_off_and_the_first_to_expire_goes_first():
    expiring = batches(("item-0", 1, 25), ("item-0", 3, 10), ("item-1", 0, 4))
    # 20 of 25 are asked for in two days; the 10 go in the two days after.
    assert off(expiring, [[10, 10, 10, 10], [5, 5, 5, 5]]) == [5.0, 0.0]
    # Of 10 that begin on the third day only two are asked for.
    assert off(expiring, [[10, 10, 1, 1], [1, 1, 1, 1]]) == [13.0, 3.0]


def test_what_is_past_counts_for_nothing_and_what_keeps_beyond_the_plan_for_all():
    assert off(batches(("item-0", -3, 7), ("item-1", 9, 7)), [[50, 50], [0, 0]]) == [7.0, 0.0]
    assert off(None, [[1], [1]]) == [0.0, 0.0]


def test_a_batch_of_no_line_is_refused():
    with pytest.raises(InvalidFrame, match="must be of a line"):
        off(batches(("item-9", 1, 1)), [[1], [1]])


@given(
    rows=st.lists(
        st.tuples(st.integers(-1, 6), st.integers(0, 30)), max_size=5, unique_by=lambda row: row[0]
    ),
    demand=st.lists(st.integers(0, 12), min_size=5, max_size=5),
)
def test_it_is_what_playing_the_days_leaves_on_the_shelf(rows, demand):
    expiring = batches(*(("item-0", day, pieces) for day, pieces in rows))
    lost, shelf = 0, dict(sorted(rows))
    for day in range(-1, 5):
        wanted = demand[day] if day >= 0 else 0
        for last in shelf:
            taken = min(shelf[last], wanted) if last >= day else 0
            shelf[last] -= taken
            wanted -= taken
        lost += shelf.pop(day, 0)
    assert off(expiring, [demand, [0] * 5])[0] == lost


def test_a_plan_does_not_count_on_what_expires():
    one = lines(on_hand=60.0)
    demand = certain([10.0] * 6)
    assert plan_holiday(one, demand, seed=1).lines["quantity"].tolist() == [0.0]
    (line,) = plan_holiday(one, demand, seed=1, expiring=batches(("item-0", 2, 50))).lines.to_dict("records")
    # 30 of 50 are asked for in three days: 20 expire, and 20 are to be ordered.
    assert (line["quantity"], line["expiring_quantity"], line["order_up_to"]) == (20.0, 20.0, 60.0)
