"""What lists are worth on a window they have not seen: by hand where it can be, by law where it cannot."""

import numpy as np
import pandas as pd
import pytest

from recommender.ranking.attributes import Items
from recommender.ranking.catalogue import catalogue_of
from recommender.ranking.comparison import compare, segments_of
from recommender.ranking.interactions import Interactions
from recommender.ranking.measurement import lists_of, measure, sought_in
from recommender.ranking.popularity import Popularity
from recommender.ranking.recipe import Recipe
from recommender.ranking.snapshots import snapshot_of
from recommender.ranking.trial import hold_trial


def interactions(rows):
    frame = pd.DataFrame(rows, columns=["member_id", "item_id", "day"])
    frame["occurred_at"] = pd.to_datetime(frame.pop("day"), utc=True)
    return Interactions.from_frame(frame)


@pytest.fixture
def snapshot():
    """x is taken by a, b and c, y by b, z by c; then a takes y, b takes x again and something unknown, d is new."""
    past = [("a", "x"), ("b", "x"), ("c", "x"), ("b", "y"), ("c", "z")]
    after = [("a", "y"), ("b", "x"), ("b", "unheard"), ("d", "x")]
    return snapshot_of(
        interactions([(*pair, "2025-01-01") for pair in past]),
        interactions([(*pair, "2025-02-01") for pair in after]),
    )


@pytest.fixture
def catalogue(snapshot):
    items = pd.DataFrame({"item_id": ["x", "y", "z"], "category": ["tea", "tea", "salt"]})
    return catalogue_of(snapshot.past, Items.from_frame(items))


def test_new_members_are_not_sought_and_unknown_items_are(snapshot):
    everything, novel = sought_in(snapshot, "all"), sought_in(snapshot, "novel")
    assert everything.codes.tolist() == [0, 1]
    assert everything.wanted.tolist() == [1, 2]
    assert everything.history.tolist() == [1, 2]
    # b took x before, so only the unheard of is new to them.
    assert novel.wanted.tolist() == [1, 1]


def test_lists_are_measured_by_hand(snapshot, catalogue):
    sought = sought_in(snapshot, "all")
    found = measure(np.array([[0, 1], [2, -1]]), sought, catalogue, (1, 2))
    second = 1 / np.log2(3)
    assert found["ndcg", 2] == pytest.approx([second, 0.0])
    assert found["recall", 2] == pytest.approx([1.0, 0.0])
    assert found["hit", 1].tolist() == [0.0, 0.0]
    assert found["coverage", 1] == pytest.approx([2 / 3])
    assert found["coverage", 2] == pytest.approx([1.0])
    # x is taken by all three members, y and z by one each.
    assert found["novelty", 2] == pytest.approx([np.log2(3) / 2, np.log2(3)])
    # Percentiles: x 5/6, y and z 1/3. a took x before, b took x and y.
    assert found["popularity_bias", 2] == pytest.approx(
        [(5 / 6 + 1 / 3) / 2 - 5 / 6, 1 / 3 - (5 / 6 + 1 / 3) / 2]
    )
    assert found["diversity", 2] == pytest.approx([0.0, np.nan], nan_ok=True)


def test_without_categories_there_is_no_diversity(snapshot):
    plain = catalogue_of(snapshot.past, Items.unknown())
    found = measure(np.array([[0], [1]]), sought_in(snapshot, "all"), plain, (1,))
    assert ("diversity", 1) not in found


def test_what_costs_more_than_a_member_ever_spent_on_a_day_is_not_affordable():
    past = interactions(
        [("a", "x", "2025-01-01"), ("a", "y", "2025-01-01"), ("a", "x", "2025-01-02"), ("b", "x", "2025-01-01"),
         ("c", "w", "2025-01-01"), ("d", "z", "2025-01-01")]
    )  # fmt: skip
    after = interactions([(member, "x", "2025-02-01") for member in "abcd"])
    prices = {"x": 100.0, "y": 60.0, "z": 160.5, "w": None}
    items = Items.from_frame(pd.DataFrame({"item_id": list(prices), "unit_price": list(prices.values())}))
    priced = catalogue_of(past, items)
    # What c took has no price.
    assert priced.spent_at_once == pytest.approx([160.0, 100.0, np.nan, 160.5], nan_ok=True)
    w, x, y, z = range(4)
    lists = np.array([[z, x, y], [x, z, w], [x, y, z], [w, -1, -1]])
    found = measure(lists, sought_in(snapshot_of(past, after), "all"), priced, (1, 3))
    assert found["affordable", 1] == pytest.approx([0.0, 1.0, np.nan, np.nan], nan_ok=True)
    assert found["affordable", 3] == pytest.approx([2 / 3, 1 / 2, np.nan, np.nan], nan_ok=True)


def test_without_prices_nothing_is_told_of_what_is_affordable(snapshot, catalogue):
    found = measure(np.array([[0], [1]]), sought_in(snapshot, "all"), catalogue, (1,))
    assert ("affordable", 1) not in found


def test_lists_end_where_the_items_do(snapshot):
    model = Popularity().fit(snapshot.past)
    lists = lists_of(model, np.array([0, 1]), 5, exclude_seen=True)
    assert lists.tolist() == [[1, 2, -1, -1, -1], [2, -1, -1, -1, -1]]


def test_ratios_are_of_means_and_paired():
    wanted, history = np.array([1, 1, 1, 1]), np.array([1, 2, 3, 4])
    better = np.array([0.2, 0.4, 0.6, 0.8])
    found = compare(
        {"ours": {("ndcg", 10): better}, "half": {("ndcg", 10): better / 2}, "none": {("ndcg", 10): 0 * better}},
        candidate="ours", wanted=wanted, history=history, seed=1,
    )  # fmt: skip
    half = found.ratios["half"]
    # Twice as good for each member is twice as good in every resample of them.
    assert (half.value, half.low, half.high) == pytest.approx((2.0, 2.0, 2.0))
    assert np.isnan(found.ratios["none"].value)
    assert found.strongest == "half"
    assert found.scores["ours"]["ndcg", 10].value == pytest.approx(0.5)
    assert found.scores["ours"]["ndcg", 10].low < 0.5 < found.scores["ours"]["ndcg", 10].high
    assert [(part.name, part.fewest, part.most, part.members) for part in found.segments] == [
        ("light", 1, 2, 2), ("medium", 3, 3, 1), ("heavy", 4, 4, 1),
    ]  # fmt: skip
    assert found.segments[0].ndcg["ours"].value == pytest.approx(0.3)


def test_members_of_one_size_stay_in_one_segment():
    assert segments_of(np.array([5, 5, 5, 5])).tolist() == [0, 0, 0, 0]
    assert segments_of(np.array([1, 2, 3, 4, 5, 6])).tolist() == [0, 0, 1, 1, 2, 2]


def test_members_without_a_value_do_not_count():
    worth = {("ndcg", 10): np.array([1.0, 0.0]), ("diversity", 10): np.array([0.5, np.nan])}
    found = compare(
        {"ours": worth, "theirs": worth}, candidate="ours", wanted=np.ones(2, int), history=np.ones(2, int), seed=1
    )  # fmt: skip
    score = found.scores["ours"]["diversity", 10]
    assert (score.value, score.n) == (0.5, 1)


def test_a_mall_too_young_to_choose_is_scored_with_untuned_baselines(snapshot):
    trial = hold_trial(Recipe(), snapshot, slices=("all", "novel"), ks=(2,), seed=0)
    found = trial.comparisons["all"]
    assert set(found.ratios) == {
        "popularity", "personal_frequency", "tifu_knn", "ease", "item_neighbours", "transitions",
    }  # fmt: skip
    assert trial.recipe.released("all") == "personal_frequency"
    assert found.scores["recipe"] == found.scores["personal_frequency"]


def test_a_slice_nobody_has_anything_in_is_not_compared():
    past = interactions([("a", "x", "2025-01-01"), ("a", "y", "2025-01-01")])
    again = interactions([("a", "x", "2025-02-01")])
    trial = hold_trial(Recipe(), snapshot_of(past, again), slices=("all", "novel"), ks=(10,), seed=0)
    assert trial.comparisons["novel"] is None
    assert trial.comparisons["all"].members == 1
