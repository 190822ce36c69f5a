"""Small malls whose right answer is known without running the model."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from scipy import sparse

from recommender.ranking.attributes import Items
from recommender.ranking.ease import Ease, pruned
from recommender.ranking.features import FeatureTables
from recommender.ranking.interactions import Interactions
from recommender.ranking.item_neighbours import ItemNeighbours
from recommender.ranking.personal_frequency import PersonalFrequency
from recommender.ranking.popularity import Popularity
from recommender.ranking.scored import DenseScored, SparseScored, largest
from recommender.ranking.sources import STANDARD, find_candidates, fit_sources
from recommender.ranking.tifu_knn import TifuKnn
from recommender.ranking.transitions import Transitions
from tests.recommender.conftest import taste_mall


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
    x, y, z = (model.weights_.toarray() > 0).tolist()
    assert (x, y) == ([False, True, False], [True, False, False])
    # Nothing tells which of two equally near ones is the neighbour.
    assert sum(z) == 1


def test_only_the_latest_items_of_a_long_history_count():
    rows = [("a", "old", 1), ("a", "mid", 2), ("a", "new", 3), ("a", "old", 1)]
    model = ItemNeighbours(max_history=2).fit(interactions(rows))
    assert model.item_ids_.tolist() == ["mid", "new", "old"]
    assert model.rows_.toarray().tolist() == [[1, 1, 0], [0, 0, 0]]


def test_a_day_counts_once_however_many_lines_it_has():
    rows = [*[("a", "x", 1)] * 5, ("a", "y", 1), ("a", "y", 2)]
    model = PersonalFrequency(half_life_active_days=1_000).fit(interactions(rows))
    assert model.recommend(["a"], 2)["item_id"].tolist() == ["y", "x"]


def test_ease_is_the_closed_form():
    past = checkerboard()
    model = Ease(l2=0.2).fit(past)  # times ten members
    seen = past.matrix().toarray()
    inverse = np.linalg.inv(seen.T @ seen + 2.0 * np.eye(10))
    expected = -inverse / np.diag(inverse)
    np.fill_diagonal(expected, 0.0)
    assert model.weights_ == pytest.approx(expected, abs=1e-5)
    assert model.scored(np.array([3])).scores[0] == pytest.approx((seen @ expected)[3], abs=1e-5)


def test_ease_ranks_what_is_not_active_last():
    rows = [("a", "x", 1), ("b", "x", 1), ("a", "y", 1), ("b", "y", 1), ("c", "z", 1)]
    model = Ease(max_items=2).fit(interactions(rows))
    assert model.recommend(["a"], 3)["item_id"].tolist()[2] == "z"


def test_ease_weighs_the_newest_items_of_a_row_most():
    rows = [("a", item, day) for day, item in enumerate("uvwxyz", start=1)]
    model = Ease(weighting="recency").fit(interactions(rows))
    assert model.rows_.toarray()[0] == pytest.approx([0.5, 0.5**0.8, 0.5**0.6, 0.5**0.4, 0.5**0.2, 1.0])


def test_transitions_follow_the_order_of_time():
    rows = [(member, item, day) for member in "abc" for day, item in enumerate("xyz", start=1)]
    model = Transitions(steps=2).fit(interactions([*rows, ("d", "x", 1)]))
    assert model.recommend(["d"], 2, exclude_seen=True)["item_id"].tolist() == ["y", "z"]
    # x was taken by 4 of the 4 members, y by 3: a step of one counts 1, of two a half, damped by both roots.
    assert model.weights_.toarray() == pytest.approx(
        np.array([[0, 3 / 4, 1.5 / 4], [0, 0, 3 / 12**0.5], [0, 0, 0]])
    )


def test_what_a_setting_leaves_alone_is_not_learnt_again():
    past = Interactions.from_frame(taste_mall(members=30, items=12))
    pairs = [
        (Ease(0.4).fit(past).by_recency(past), Ease(0.4, "recency").fit(past)),
        (Transitions().fit(past).forgetting(5.0, past), Transitions(half_life=5.0).fit(past)),
    ]
    for shared, anew in pairs:
        assert shared.get_params() == anew.get_params()
        lists = [model.recommend(["m003", "m007", "nobody"], 12) for model in (shared, anew)]
        pd.testing.assert_frame_equal(*lists)


def test_of_many_items_a_source_tells_the_strongest_of_a_member():
    past = Interactions.from_frame(taste_mall(members=30, items=24))
    sources = fit_sources(past, Items.unknown(), l2=0.4, many_items=1)
    everything = sources.rows["neighbours"][:5] @ sources.weights["neighbours"]
    found = find_candidates(replace(sources, told=3), np.arange(5), quotas=STANDARD).scored["neighbours"]
    row, item = np.indices((5, 24)).reshape(2, -1)
    told = found.at(row, item).reshape(5, 24)
    for scores, kept in zip(everything.toarray(), told, strict=True):
        assert np.count_nonzero(kept) == 3
        assert kept[kept > 0] == pytest.approx(scores[kept > 0])
        assert scores[kept == 0].max() <= kept[kept > 0].min()


@pytest.mark.parametrize("model", [Ease(), Ease(weighting="log"), Transitions(), ItemNeighbours()], ids=str)
def test_a_mall_of_twice_the_same_members_learns_the_same(model):
    once = taste_mall(members=30, items=12)
    again = once.assign(member_id="x" + once["member_id"])
    small, large = (Interactions.from_frame(pd.concat(frames)) for frames in ([once], [once, again]))
    weights = [
        getattr(m, "toarray", lambda m=m: m)() for m in (model.fit(small).weights_, model.fit(large).weights_)
    ]
    assert weights[1] == pytest.approx(weights[0], rel=1e-3, abs=1e-5)


def test_what_is_told_of_items_is_about_their_share_of_members():
    once = taste_mall(members=200, items=12)
    again = once.assign(member_id="x" + once["member_id"])
    told = [
        FeatureTables(fit_sources(Interactions.from_frame(pd.concat(frames)), Items.unknown(), l2=0.4)).item
        for frames in ([once], [once, again])
    ]
    for name, values in told[0].items():
        assert told[1][name] == pytest.approx(values, abs=0.1, nan_ok=True), name


def test_a_part_of_the_members_is_evenly_spaced():
    past = Interactions.from_frame(taste_mall(members=10, items=6))
    assert past.of_some_members(10) is past
    assert past.of_some_members(5).member_ids.tolist() == ["m000", "m002", "m004", "m006", "m008"]
    assert past.of_some_members(9).member_ids.tolist() == past.of_some_members(5).member_ids.tolist()


def test_the_strongest_weights_of_ease_are_kept_where_they_belong():
    weights = np.array([[0, 3, -5, 1], [2, 0, 1, -1], [0, 0, 0, 9], [4, 3, 2, 0]], dtype=np.float32)
    kept = pruned(weights, np.array([0, 2, 3, 5]), 6, width=2).toarray()
    assert kept.tolist()[0] == [0, 0, 3, -5, 0, 0]
    assert kept.tolist()[3] == [4, 0, 3, 0, 0, 0]


def test_tifu_weighs_baskets_by_group_and_place():
    rows = [("a", "x", 1), ("a", "y", 2), ("a", "x", 3), ("a", "z", 3)]
    model = TifuKnn(group_size=2, within_decay=0.5, group_decay=0.1, own_share=1.0).fit(interactions(rows))
    # Two groups: days 2 and 3, and day 1 alone before them.
    assert model.vectors_.toarray()[0] == pytest.approx([(0.1 / 1 + 1 / 2) / 2, (0.5 / 2) / 2, (1 / 2) / 2])


def test_tifu_adds_what_the_nearest_take():
    rows = [(member, item, 1) for member in "ab" for item in "wx"]
    rows += [("b", "y", 1), ("c", "z", 1), ("d", "z", 1)]
    model = TifuKnn(n_near=1, own_share=0.5).fit(interactions(rows))
    lists = model.recommend(["a"], 3, exclude_seen=True)
    assert lists["item_id"].tolist()[0] == "y"
    assert lists["stage"].tolist()[0] == "neighbour"


def test_equal_scores_are_taken_in_the_order_of_items_also_where_the_list_ends():
    scores = np.array([[1.0, 3.0, 2.0, 2.0, 2.0, 0.0], [5.0, 5.0, 5.0, 5.0, 5.0, 5.0]])
    assert [np.flatnonzero(row).tolist() for row in largest(scores, 3)] == [[1, 2, 3], [0, 1, 2]]


def test_the_best_of_sparse_rows_are_those_of_dense_ones():
    rng = np.random.default_rng(3)
    # Rows of very different lengths, with many equal scores.
    lengths = np.array([0, 1, 3, 4, 5, 9, 40, 150])
    dense = np.zeros((len(lengths), 200), dtype=np.float32)
    for row, length in enumerate(lengths):
        dense[row, rng.choice(200, length, replace=False)] = rng.integers(1, 6, length)
    scored = SparseScored(sparse.csr_array(dense))
    row, item = scored.top(4)
    expected = [
        np.lexsort((np.arange(200), -scores))[: min(4, n)] for scores, n in zip(dense, lengths, strict=True)
    ]
    assert [sorted(item[row == number]) for number in range(len(lengths))] == [sorted(e) for e in expected]
    assert scored.at(row, item) == pytest.approx(dense[row, item])


def test_scores_of_some_columns_are_told_by_item():
    scores = np.array([[1.0, 5.0, 3.0]], dtype=np.float32)
    scored = DenseScored(scores, columns=np.array([1, 4, 6]), n_items=8, missing=-1.0)
    _, item = scored.without(sparse.csr_array(([1.0], ([0], [4])), shape=(1, 8))).top(2)
    assert item.tolist() == [1, 6]
    assert scored.at(np.zeros(3, dtype=int), np.array([0, 4, 6])).tolist() == [-1.0, 5.0, 3.0]
    barred = np.zeros(8, dtype=bool)
    barred[6] = True
    assert scored.without_items(barred).top(3)[1].tolist() == [1, 4]


@pytest.mark.parametrize(
    "model", [Popularity(), PersonalFrequency(), TifuKnn(), Ease(max_items=6), ItemNeighbours(), Transitions()],
    ids=lambda model: type(model).__name__,
)  # fmt: skip
@pytest.mark.parametrize("exclude_seen", [False, True])
def test_lists_are_what_scoring_every_item_says(model, exclude_seen):
    past = Interactions.from_frame(taste_mall())
    model.fit(past)
    codes = np.arange(len(past.member_ids) + 1)
    is_eligible = np.arange(len(past.item_ids)) % 5 != 0
    found = model.ranked(codes, 7, is_eligible, exclude_seen=exclude_seen)
    everything = np.tile(model.fill_, (len(codes), 1))
    row, item = model.scored(codes).top(len(past.item_ids))
    everything[row, item] = model.scored(codes).at(row, item)
    everything[:, ~is_eligible] = -np.inf
    if exclude_seen:
        everything[model.history_[codes].nonzero()] = -np.inf
    for code in codes:
        order = np.lexsort((np.arange(len(is_eligible)), -everything[code]))
        expected = [item for item in order if np.isfinite(everything[code, item])][:7]
        assert found.item[found.row == code].tolist() == expected
