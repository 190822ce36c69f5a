"""Several methods judged side by side, by hand."""

import numpy as np
import pandas as pd
import pytest

from recommender.demand.calendar.calendar import Calendar
from recommender.demand.levels import levels_of, summed_demand, summed_forecast, summed_history
from recommender.demand.metrics import Scales
from recommender.demand.model import Forecast
from recommender.demand.panel import History
from recommender.demand.trial import ALL, HOLIDAYS, Attempt, Board, windows_of

DATES = np.array(["2025-05-20", "2025-05-21"], dtype="datetime64[D]")
EVERY = {ALL: np.ones(2, dtype=bool)}


def point(*rows):
    mean = np.array(rows, dtype=float)
    return Forecast(DATES, mean, np.repeat(mean[..., None], 4, axis=-1))


def places(*numbers):
    return np.array(numbers, dtype=np.int64)


@pytest.fixture
def board():
    """Two cutoffs of three series; the sampled method saw the second series after the first cutoff only."""
    board = Board(3, "recipe")
    scales = Scales(np.ones(3), np.ones(3))
    actual = np.array([[10, 10], [20, np.nan], [5, 5]], dtype=float)
    recipe = Attempt(point([9, 10], [22, 0], [5, 5]), places(0, 1, 2))
    sampled = Attempt(point([24, 99]), places(1))
    board.add({"recipe": recipe, "sampled": sampled}, actual, scales, EVERY)
    board.add({"recipe": recipe}, actual, scales, EVERY)
    return board


def test_scores_add_up_over_cutoffs(board):
    scores = board.scores(ALL, seed=0)
    assert scores["recipe"]["wape"].value == pytest.approx(2 * (1 + 2) / (2 * 50))
    assert scores["recipe"]["wape"].n == 3
    assert scores["sampled"]["wape"].value == pytest.approx(4 / 20)
    assert scores["sampled"]["wape"].n == 1


def test_a_method_is_compared_on_the_series_and_days_it_was_judged_by(board):
    ratio = board.ratios(ALL, seed=0)["sampled"]
    assert ratio.value == pytest.approx((2 / 20) / (4 / 20))
    assert ratio.n == 1


def test_the_interval_of_a_ratio_is_paired():
    """Where one method errs exactly half as much on every series, no resample says otherwise."""
    board = Board(40, "recipe")
    demand = np.random.default_rng(1).uniform(10, 99, (40, 2))
    attempts = {
        name: Attempt(point(*(demand * (1 + error))), np.arange(40)) for name, error in (("recipe", 0.1), ("other", 0.2))
    }  # fmt: skip
    board.add(attempts, demand, Scales(np.ones(40), np.ones(40)), EVERY)
    ratio = board.ratios(ALL, seed=3)["other"]
    assert (ratio.value, ratio.low, ratio.high) == pytest.approx((0.5, 0.5, 0.5))
    own = board.scores(ALL, seed=3)["recipe"]["wape"]
    assert own.low <= own.value <= own.high


def test_windows_are_within_seven_days_of_a_big_holiday():
    frame = pd.DataFrame(
        {
            "date": ["2025-05-31", "2025-06-18"],
            "name": ["Dragon Boat", "618"],
            "kind": ["holiday", "shopping"],
        }
    )
    dates = np.arange("2025-05-20", "2025-06-30", dtype="datetime64[D]")
    windows = windows_of(Calendar.from_frame(frame), dates)
    assert set(windows) == {ALL, HOLIDAYS, "dragon-boat", "618", "dragon-boat 2025-05-31"}
    assert dates[windows[HOLIDAYS]][[0, -1]].astype(str).tolist() == ["2025-05-24", "2025-06-07"]
    assert dates[windows["618"]][[0, -1]].astype(str).tolist() == ["2025-06-11", "2025-06-25"]
    asked = windows_of(Calendar.from_frame(frame), dates, big=["618"])
    assert dates[asked[HOLIDAYS]][0] == np.datetime64("2025-06-11")


def test_a_week_counts_by_the_date_it_bears():
    frame = pd.DataFrame({"date": ["2025-06-18"], "name": ["618"]})
    weeks = np.datetime64("2025-06-04") + 7 * np.arange(5)
    windows = windows_of(Calendar.from_frame(frame), weeks)
    # The weeks are those of 4, 11, 18 and 25 June and 2 July.
    assert windows["618"].tolist() == [False, True, True, True, False]


def test_levels_are_the_groups_that_several_series_share():
    groups = {
        "store": np.array(["x", "y", "x", "y"], dtype=object),
        "own": np.array(["p", "q", "r", "s"], dtype=object),
        "same": np.array(["z"] * 4, dtype=object),
    }
    levels = levels_of(groups, 4)
    assert set(levels) == {"store", "total"}
    assert levels["store"][0].tolist() == [0, 1, 0, 1]
    assert levels["store"][1] == ["x", "y"]


def test_sums_leave_out_of_the_forecast_what_was_not_observed():
    actual = np.array([[10, np.nan], [5, np.nan], [1, 2]], dtype=float)
    group = places(0, 0, 1)
    assert np.array_equal(summed_demand(actual, group, 2), [[15, np.nan], [1, 2]], equal_nan=True)
    summed = summed_forecast(point([8, 7], [6, 5], [3, 4]), actual, group, 2)
    assert summed.mean.tolist() == [[14, 0], [3, 4]]
    history = History(np.array(["a", "b", "c"], dtype=object), DATES, actual)
    assert summed_history(history, group, 2).values[0, 0] == 15
