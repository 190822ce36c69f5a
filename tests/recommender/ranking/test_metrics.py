import numpy as np
import pytest

from recommender.ranking.metrics import coverage, hit, ndcg, recall

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


def test_coverage_counts_each_item_once():
    assert coverage(np.array(["x", "y", "x"], dtype=object), 8) == 0.25
