"""Small malls whose right answer is known without running the model."""

import numpy as np
import pandas as pd
import pytest

from recommender.ranking.blend import Blend
from recommender.ranking.interactions import Interactions
from recommender.ranking.item_neighbours import ItemNeighbours
from recommender.ranking.personal_frequency import PersonalFrequency
from recommender.ranking.popularity import Popularity


def interactions(rows):
    """Encode rows of (member, item, day of the year 2025)."""
    member, item, day = zip(*rows, strict=True)
    noon = pd.Timestamp("2024-12-31 04:00", tz="UTC") + pd.to_timedelta(day, "D")
    return Interactions.from_frame(pd.DataFrame({"member_id": member, "item_id": item, "occurred_at": noon}))


def checkerboard():
    """Even members have taken all even items but their own number's, odd members all odd ones."""
    return interactions(
        [
            (f"m{member}", f"i{item}", 1)
            for member in range(10)
            for item in range(10)
            if member % 2 == item % 2 and member != item
        ]
    )


def test_popularity_counts_members_and_not_lines():
    heavy = [("a", "x", 1)] * 5
    past = interactions([*heavy, ("a", "y", 1), ("b", "y", 1)])
    assert Popularity().fit(past).recommend(["a"], 2)["item_id"].tolist() == ["y", "x"]


def test_popularity_outlives_a_pause_of_the_mall():
    before = [(member, "y", 100) for member in "abc"]
    old = [(member, "x", 1) for member in "abcdef"]
    model = Popularity(window_active_days=2).fit(interactions([*old, *before, ("a", "z", 300)]))
    # Day 300 is the last active day and day 100 the one before it, 200 calendar days ago.
    assert model.recommend(["a"], 3)["item_id"].tolist() == ["y", "z", "x"]


def test_popularity_ranks_items_out_of_the_window_by_all_time():
    old = [("a", "x", 1), ("b", "x", 1), ("a", "y", 2)]
    model = Popularity(window_active_days=1).fit(interactions([*old, ("a", "z", 3)]))
    assert model.recommend(["new"], 3)["item_id"].tolist() == ["z", "x", "y"]


def test_personal_frequency_halves_per_half_life_of_active_days():
    rows = [("a", "x", 1), ("a", "x", 2), ("b", "w", 3), ("a", "y", 500)]
    model = PersonalFrequency(half_life_active_days=1).fit(interactions(rows))
    lists = model.recommend(["a"], 3)
    assert lists["item_id"].tolist() == ["y", "x", "w"]
    assert lists["score"].tolist() == pytest.approx([1.0, 0.125 + 0.25, 0.0], abs=1e-6)
    assert lists["stage"].tolist() == ["personal", "personal", "popular"]


def test_neighbours_complete_the_checkerboard():
    model = ItemNeighbours().fit(checkerboard())
    members = [f"m{code}" for code in range(10)]
    lists = model.recommend(members, 1, exclude_seen=True)
    assert lists["item_id"].tolist() == [f"i{code}" for code in range(10)]
    assert set(lists["stage"]) == {"neighbour"}


def test_neighbour_weight_is_the_cosine():
    model = ItemNeighbours().fit(checkerboard())
    weights = model.weights_.toarray()
    # Each item was taken by 4 members, two items of a colour share 3 of them.
    expected = np.fromfunction(lambda row, column: (row + column) % 2 == 0, (10, 10)) * 0.75
    np.fill_diagonal(expected, 0.0)
    assert weights == pytest.approx(expected)


def test_neighbours_are_pruned_to_the_strongest():
    rows = [(member, item, 1) for member in "abcd" for item in "xy"]
    model = ItemNeighbours(n_neighbours=1).fit(interactions([*rows, ("a", "z", 1)]))
    assert model.item_ids_.tolist() == ["x", "y", "z"]
    assert (model.weights_.toarray() > 0).tolist() == [
        [False, True, False],
        [True, False, False],
        [True, False, False],
    ]


def test_only_the_latest_items_of_a_long_history_count():
    rows = [("a", "old", 1), ("a", "mid", 2), ("a", "new", 3), ("a", "old", 1)]
    model = ItemNeighbours(max_history=2).fit(interactions(rows))
    assert model.item_ids_.tolist() == ["mid", "new", "old"]
    assert model.rows_.toarray().tolist() == [[1, 1, 0], [0, 0, 0]]


def test_the_blend_scores_repeat_and_novel_items_on_one_scale():
    rows = [("a", "x", 1), ("a", "x", 1), ("b", "x", 1), ("b", "y", 1), ("c", "z", 1)]
    model = Blend(repeat_weight=4.0, novel_weight=2.0, neighbour_share=0.75)
    lists = model.fit(interactions(rows)).recommend(["a"], 3)
    share = dict(zip(model.item_ids_, model.popularity_.share_, strict=True))
    assert lists["item_id"].tolist() == ["x", "y", "z"]
    assert lists["stage"].tolist() == ["personal", "neighbour", "popular"]
    assert lists["score"].tolist() == pytest.approx(
        [2 + 4 * share["x"], 2 * (0.75 * 1.0 + 0.25 * share["y"]), 2 * 0.25 * share["z"]]
    )
