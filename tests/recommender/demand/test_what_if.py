import numpy as np
import pytest

from recommender.demand.covariates import Covariates
from recommender.demand.panel import History
from recommender.demand.what_if import UnknownCovariate, with_plan


def history_of():
    dates = np.datetime64("2025-01-01") + np.arange(3)
    covariates = Covariates(
        {"promotion": np.array([[0.0, 1, 0, 0]]), "unit_price": np.array([[2.0, 2, 2]])},
        frozenset({"promotion"}),
    )
    return History(np.array(["a"], object), dates, np.ones((1, 3)), 1, covariates)


def test_a_plan_replaces_the_days_ahead_and_leaves_the_past():
    changed = with_plan(history_of(), {"promotion": np.array([[np.nan, 1.0]])})
    np.testing.assert_array_equal(changed.covariates.values["promotion"], [[0, 1, 0, 0, 1]])
    np.testing.assert_array_equal(history_of().covariates.values["promotion"], [[0, 1, 0, 0]])


def test_what_nothing_was_learned_of_is_refused():
    with pytest.raises(UnknownCovariate, match="'unit_price' is not known ahead"):
        with_plan(history_of(), {"unit_price": np.ones((1, 2))})
