import pytest

from recommender.gate import decide_release


def test_the_better_candidate_is_released_when_higher_is_better():
    decision = decide_release(
        metric="ndcg@10",
        candidate="blend",
        values={"blend": 0.55, "popularity": 0.37, "personal_frequency": 0.53},
        higher_is_better=True,
    )
    assert decision.released == "blend"
    assert decision.passed
    assert decision.strongest_baseline == "personal_frequency"


def test_the_strongest_baseline_is_released_in_place_of_a_worse_candidate():
    decision = decide_release(
        metric="ndcg@10",
        candidate="blend",
        values={"blend": 0.36, "popularity": 0.37, "personal_frequency": 0.53},
        higher_is_better=True,
    )
    assert decision.released == "personal_frequency"
    assert not decision.passed
    assert "blend (ndcg@10 0.3600) is worse than personal_frequency (0.5300)" in decision.reason


def test_an_error_metric_prefers_the_lower_value():
    values = {"boosted_quantiles": 0.30, "seasonal_naive": 0.25}
    decision = decide_release(
        metric="wape", candidate="boosted_quantiles", values=values, higher_is_better=False
    )
    assert decision.released == "seasonal_naive"


def test_an_equal_candidate_is_not_worse():
    decision = decide_release(
        metric="wape", candidate="new", values={"new": 0.3, "old": 0.3}, higher_is_better=False
    )
    assert decision.released == "new"


@pytest.mark.parametrize("values", [{"new": 0.3}, {"old": 0.3, "older": 0.4}])
def test_a_gate_without_both_sides_is_refused(values):
    with pytest.raises(ValueError, match="at least one baseline"):
        decide_release(metric="wape", candidate="new", values=values, higher_is_better=False)
