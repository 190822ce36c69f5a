import numpy as np
import pandas as pd
import pytest

from recommender.ranking.evaluation import evaluate, latest_split, leave_last_out, mean_ndcg, truth_of
from recommender.ranking.interactions import Interactions
from recommender.ranking.popularity import Popularity


def small_split():
    """Two old days and two new ones; b takes x again, a and c take something new."""
    rows = [
        ("a", "x", "2025-01-01"),
        ("b", "x", "2025-01-02"),
        ("b", "y", "2025-01-02"),
        ("a", "y", "2025-01-09"),
        ("b", "x", "2025-01-09"),
        ("c", "new", "2025-01-10"),
    ]
    frame = pd.DataFrame(rows, columns=["member_id", "item_id", "day"])
    frame["occurred_at"] = pd.to_datetime(frame.pop("day"), utc=True)
    return latest_split(Interactions.from_frame(frame), horizon_days=2)


def scores(**options):
    split = small_split()
    models = {"popularity": Popularity().fit(split.train)}
    found = evaluate(models, split, seed=1, ks=(1, 2), **options)
    return {(score.slice, score.metric, score.k): score for score in found}


def test_the_split_counts_active_days():
    split = small_split()
    assert str(split.cutoff) == "2025-01-09"
    assert (len(split.train), len(split.test)) == (3, 3)


def test_too_few_active_days_cannot_be_split(mall):
    assert latest_split(Interactions.from_frame(mall.head(3)), horizon_days=28) is None
    assert latest_split(Interactions.from_frame(mall.head(0)), horizon_days=28) is None


def test_novel_leaves_out_what_the_member_took_before():
    truth = truth_of(small_split(), "novel")
    assert truth.pairs.tolist() == [("a", "y"), ("c", "new")]
    assert truth.counts.tolist() == [1, 1]


def test_an_unknown_slice_is_refused():
    with pytest.raises(ValueError, match="no slice 'old'"):
        truth_of(small_split(), "old")


def test_scores_by_hand():
    # Popular is x, then y: a finds y second, b finds x first, and c's item was never seen.
    found = scores()
    second = 1 / np.log2(3)
    assert found["all", "ndcg", 2].value == pytest.approx((second + 1 + 0) / 3)
    assert found["all", "hit", 1].value == pytest.approx(1 / 3)
    assert found["all", "recall", 2].value == pytest.approx(2 / 3)
    assert found["all", "coverage", 1].value == 0.5
    # Without x, a finds y first.
    assert found["novel", "ndcg", 1].value == pytest.approx(1 / 2)
    assert found["novel", "ndcg", 1].n == 2


def test_intervals_hold_the_value_and_coverage_has_none():
    found = scores()
    ndcg = found["all", "ndcg", 2]
    assert ndcg.low <= ndcg.value <= ndcg.high
    assert ndcg.low < ndcg.high
    assert np.isnan(found["all", "coverage", 2].low)


def test_the_number_of_the_gate_is_the_score_of_the_table(mall):
    split = latest_split(Interactions.from_frame(mall), horizon_days=28)
    model = Popularity().fit(split.train)
    table = {
        (score.slice, score.metric, score.k): score.value
        for score in evaluate({"popularity": model}, split, seed=1)
    }
    assert mean_ndcg(model, split) == pytest.approx(table["all", "ndcg", 10])


def test_the_last_item_of_members_with_enough_items_is_left_out():
    rows = [("a", item, minute) for minute, item in enumerate("pqrst")]
    # Of two items in one moment the later id is the last; b has too few items, however often taken.
    rows += [("a", "u", 9), ("a", "o", 9)] + [("b", "p", minute) for minute in range(8)]
    frame = pd.DataFrame(rows, columns=["member_id", "item_id", "minute"])
    frame["occurred_at"] = pd.Timestamp("2025-01-01", tz="UTC") + pd.to_timedelta(frame.pop("minute"), "min")
    past, last = leave_last_out(Interactions.from_frame(frame), at_least=5)
    assert (last.member_ids.tolist(), last.item_ids.tolist(), len(last)) == (["a"], ["u"], 1)
    assert len(past) == len(frame) - 1
    assert past.item_ids.tolist() == list("opqrst")
