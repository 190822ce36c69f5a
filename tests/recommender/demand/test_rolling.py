import numpy as np

from recommender.demand.rolling import Rolling, at, between, lagged_mean

VALUES = np.array([[1.0, 2.0, np.nan, 4.0], [np.nan, np.nan, np.nan, 8.0]])


def test_a_window_counts_only_what_is_known_up_to_its_last_period():
    rolling = Rolling.of(VALUES)
    series, last = np.array([0, 0, 1, 1]), np.array([3, 1, 3, 2])
    np.testing.assert_array_equal(rolling.mean(series, last, 2), [4.0, 1.5, 8.0, np.nan])
    assert rolling.mean(series, last, 2, otherwise=0.0)[3] == 0.0


def test_a_window_that_begins_before_the_first_period_is_shorter():
    assert Rolling.of(VALUES).mean(np.array([0]), np.array([1]), 28) == [1.5]
    assert np.isnan(Rolling.of(VALUES).mean(np.array([0]), np.array([-3]), 28)).all()


def test_values_outside_are_not_known():
    found = at(VALUES, np.array([0, 0, 1]), np.array([-1, 1, 4]))
    np.testing.assert_array_equal(found, [np.nan, 2.0, np.nan])


def test_between_two_periods_lies_the_line():
    found = between(VALUES, np.array([0, 0, 0, 0]), np.array([0.25, 1.0, 1.5, np.nan]))
    np.testing.assert_array_equal(found, [1.25, 2.0, np.nan, np.nan])


def test_a_lagged_mean_takes_every_so_many_periods():
    np.testing.assert_array_equal(lagged_mean(VALUES, 2, 2)[0], [1.0, 2.0, 1.0, 3.0])
