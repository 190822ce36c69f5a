import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from recommender.demand.model import Forecast
from recommender.frames import InvalidFrame
from recommender.replenishment.sharing import shared_out, shares_of_lines, warehouse_shares
from tests.recommender.replenishment.planned import certain, normal


def left(*rows):
    return pd.DataFrame(rows, columns=["item_id", "warehouse_id", "quantity"]).astype({"quantity": float})


def test_an_item_that_tells_much_has_its_own_shares_and_one_that_tells_nothing_those_of_all():
    told = left(("tea", "north", 7_500), ("tea", "south", 2_500), ("pot", "south", 10_000))
    shares = warehouse_shares(told, ["cup", "pot", "tea"], ["north", "south"], "north")
    # 7,500 of 20,000 pieces left the north.
    np.testing.assert_allclose(shares[0], [0.375, 0.625])
    np.testing.assert_allclose(shares[1], [0.0, 1.0], atol=0.001)
    np.testing.assert_allclose(shares[2], [0.75, 0.25], atol=0.002)


def test_an_item_that_tells_little_is_drawn_to_the_shares_of_all():
    told = left(("pot", "north", 960), ("tea", "south", 40))
    shares = warehouse_shares(told, ["tea"], ["north", "south"], "north")
    # 40 pieces of its own against 25 of which 24 are the north's: 24 ÷ 65.
    np.testing.assert_allclose(shares, [[24 / 65, 41 / 65]])


def test_closed_warehouses_tell_nothing_and_without_any_issue_all_is_asked_of_the_default():
    told = left(("tea", "closed", 900))
    np.testing.assert_array_equal(warehouse_shares(told, ["tea"], ["a", "b"], "b"), [[0.0, 1.0]])
    told = left(("tea", "closed", 900), ("pot", "a", 3))
    np.testing.assert_array_equal(warehouse_shares(told, ["tea"], ["a", "b"], "b"), [[1.0, 0.0]])


def test_what_cannot_have_left_is_refused():
    with pytest.raises(InvalidFrame, match="must be at least 0"):
        warehouse_shares(left(("tea", "a", -1)), ["tea"], ["a"], "a")


@given(
    pieces=st.lists(st.integers(0, 500), min_size=6, max_size=6),
    mean=st.lists(st.floats(0, 50), min_size=3, max_size=3),
)
def test_parts_of_a_forecast_add_up_to_it(pieces, mean):
    warehouses = ["a", "b", "c"]
    rows = [(item, warehouse) for item in ("pot", "tea") for warehouse in warehouses]
    told = left(*((*row, count) for row, count in zip(rows, pieces, strict=True)))
    shares = warehouse_shares(told, ["pot", "tea"], warehouses, "a")
    np.testing.assert_allclose(shares.sum(axis=1), 1.0)
    whole = normal(mean, np.array(mean) * 0.3, n=2)
    parts = shared_out(whole, np.repeat([0, 1], 3), shares.ravel())
    np.testing.assert_allclose(parts.mean.reshape(2, 3, -1).sum(axis=1), whole.mean, atol=1e-9)
    assert (np.diff(parts.quantiles, axis=-1) >= -1e-9).all()


def test_one_warehouse_has_the_whole_forecast():
    whole = normal([9.0, 4.0], [3.0, 2.0])
    part = shared_out(whole, np.array([0]), np.array([1.0]))
    np.testing.assert_array_equal(part.mean, whole.mean)
    np.testing.assert_allclose(part.quantiles, np.maximum(whole.quantiles, 0.0), rtol=1e-12)


def test_a_part_is_less_sure_than_its_share_of_the_whole():
    # Poisson demand thinned to a quarter is Poisson demand of a quarter: 100 ± 10 becomes 25 ± 5, not 25 ± 2.5.
    part = shared_out(normal([100.0], [10.0]), np.array([0]), np.array([0.25]))
    np.testing.assert_allclose(part.quantiles[0, 0], normal([25.0], [5.0]).quantiles[0, 0], rtol=1e-6)


def test_what_is_certain_stays_so():
    part = shared_out(certain([8.0]), np.array([0]), np.array([0.25]))
    assert isinstance(part, Forecast)
    np.testing.assert_array_equal(part.quantiles, np.full((1, 1, 4), 2.0))


def test_an_items_demand_goes_to_the_warehouses_that_it_has_lines_of():
    told = left(("tea", "north", 7_500), ("tea", "south", 2_500), ("pot", "south", 10_000))
    lines = pd.DataFrame(
        [("pot", "north"), ("tea", "north"), ("tea", "south")], columns=["item_id", "warehouse_id"]
    )
    np.testing.assert_allclose(shares_of_lines(told, lines), [1.0, 0.75, 0.25], atol=0.002)
    # Pieces left only where the plan has no line: its lines have the same part each.
    elsewhere = left(("tea", "west", 10))
    both = pd.DataFrame([("tea", "a"), ("tea", "b")], columns=["item_id", "warehouse_id"])
    np.testing.assert_allclose(shares_of_lines(elsewhere, both).sum(), 1.0)
