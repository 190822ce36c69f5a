import numpy as np

from recommender.demand.combination import Block
from recommender.demand.standstill import without_standstills


def block(actual, expected=10.0):
    actual = np.asarray(actual, dtype=float)
    medians = {"plain": np.full(actual.shape, expected), "other": np.full(actual.shape, expected / 2)}
    return Block(medians, actual, np.zeros(actual.shape[1], bool), np.zeros(len(actual), bool))


def busy(periods=30, series=4):
    return np.full((series, periods), 9.0)


def test_a_day_on_which_nobody_sold_anything_is_not_judged_and_one_series_without_sales_is():
    shut = busy()
    shut[:, 12] = 0.0
    shut[1, 20] = 0.0
    (found,) = without_standstills([block(shut)])
    assert np.isnan(found.actual[:, 12]).all()
    assert np.isnan(found.actual).sum() == 4
    assert found.actual[1, 20] == 0.0


def test_a_closing_that_the_members_expected_is_judged():
    shut = busy()
    shut[:, 12] = 0.0
    told = block(shut)
    for median in told.medians.values():
        median[:, 12] = 0.1
    (found,) = without_standstills([told])
    assert not np.isnan(found.actual).any()


def test_where_nothing_is_asked_for_on_many_days_that_is_the_demand():
    sparse = busy(series=1)
    sparse[:, ::4] = 0.0
    (found,) = without_standstills([block(sparse)])
    assert not np.isnan(found.actual).any()


def test_what_was_not_observed_stays_so_and_blocks_without_anything_are_kept():
    nothing = np.full((2, 5), np.nan)
    (found,) = without_standstills([block(nothing)])
    assert np.isnan(found.actual).all()
    assert without_standstills([]) == []
