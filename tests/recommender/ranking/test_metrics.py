import numpy as np
import pytest

from recommender.ranking.metrics import (
    diversity,
    hit,
    ndcg,
    popularity_percentile,
    recall,
    self_information,
    shown_mean,
)

# One member finds the 1st and 3rd of four, one finds nothing, one finds their only item second.
HITS = np.array([[True, False, True], [False, False, False], [False, True, False]])
TRUTH = np.array([4, 2, 1])


def test_ndcg_by_hand():
    first = (1 + 1 / 2) / (1 + 1 / np.log2(3) + 1 / 2)
    assert ndcg(HITS, TRUTH, 3) == pytest.approx([first, 0.0, 1 / np.log2(3)])


def test_ndcg_cuts_the_ideal_list_at_k():
    # Four wanted items do not fit into two places, so one hit at rank 1 is measured against two.
    assert ndcg(HITS, TRUTH, 2)[0] == pytest.approx(1 / (1 + 1 / np.log2(3)))


def test_a_perfect_list_scores_one():
    assert ndcg(np.ones((1, 5), dtype=bool), np.array([9]), 5) == pytest.approx([1.0])


def test_a_list_shorter_than_k_loses_its_missing_places():
    assert ndcg(np.array([[True]]), np.array([2]), 10) == pytest.approx([1 / (1 + 1 / np.log2(3))])


def test_recall_divides_by_the_whole_truth():
    assert recall(HITS, TRUTH, 3) == pytest.approx([0.5, 0.0, 1.0])
    assert recall(HITS, TRUTH, 1) == pytest.approx([0.25, 0.0, 0.0])


def test_hit_asks_for_at_least_one():
    assert hit(HITS, TRUTH, 3).tolist() == [1.0, 0.0, 1.0]


def test_the_mean_of_what_is_shown_leaves_empty_places_out():
    shown = np.array([[1.0, 2.0, 6.0], [4.0, np.nan, np.nan], [np.nan, np.nan, np.nan]])
    assert shown_mean(shown, 2) == pytest.approx([1.5, 4.0, np.nan], nan_ok=True)
    assert shown_mean(shown, 9) == pytest.approx([3.0, 4.0, np.nan], nan_ok=True)


def test_self_information_is_in_bits():
    # Taken by all 8 members, by 2 and by 1; an item of nobody counts as one of a single member.
    assert self_information(np.array([8, 2, 1, 0]), 8) == pytest.approx([0.0, 2.0, 3.0, 3.0])


def test_the_percentile_of_popularity_halves_ties():
    assert popularity_percentile(np.array([5, 1, 5, 9])) == pytest.approx([0.5, 0.125, 0.5, 0.875])


def test_diversity_counts_pairs_of_two_categories():
    # Of a, a, b: one of three pairs is alike. Unknown categories (-1) make no pairs, one item makes none.
    shown = np.array([[0, 0, 1, 0], [0, -1, 1, -1], [2, 2, 2, 2], [3, -1, -1, -1]])
    assert diversity(shown, 3) == pytest.approx([2 / 3, 1.0, 0.0, np.nan], nan_ok=True)
    assert diversity(shown, 4) == pytest.approx([3 / 6, 1.0, 0.0, np.nan], nan_ok=True)
