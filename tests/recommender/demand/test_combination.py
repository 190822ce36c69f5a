import numpy as np
import pytest

from recommender.demand.combination import Block, Weights, common, convex_weights, learn_weights


def cells(seed=1, n=4000):
    """Return truth and forecasts of two halves of it, a useless one and a copy of the truth with noise."""
    generator = np.random.default_rng(seed)
    one, other = generator.gamma(3, 2, (2, n))
    truth = 0.3 * one + 0.7 * other + generator.normal(0, 0.05, n)
    return truth, np.column_stack([one, other, generator.gamma(3, 2, n)])


def test_the_weights_that_made_the_truth_are_found():
    truth, forecasts = cells()
    weights = convex_weights(forecasts, truth, np.full(3, 1 / 3), ridge=1e-4)
    assert weights == pytest.approx([0.3, 0.7, 0.0], abs=0.02)


def test_weights_are_convex_and_drawn_to_where_they_began():
    truth, forecasts = cells()
    start = np.array([0.2, 0.2, 0.6])
    near, far = (convex_weights(forecasts, truth, start, ridge=ridge) for ridge in (1e4, 0.1))
    assert near == pytest.approx(start, abs=0.01)
    for weights in (near, far):
        assert weights.sum() == pytest.approx(1.0)
        assert (weights >= 0).all()


def test_a_burst_does_not_decide():
    truth, forecasts = cells()
    truth[:20] += 500.0
    weights = convex_weights(forecasts, truth, np.full(3, 1 / 3), ridge=1e-3)
    assert weights == pytest.approx([0.3, 0.7, 0.0], abs=0.05)


def test_scale_does_not_matter():
    truth, forecasts = cells()
    start = np.full(3, 1 / 3)
    small, large = (convex_weights(s * forecasts, s * truth, start, ridge=0.5) for s in (1.0, 1e5))
    assert small == pytest.approx(large, abs=1e-6)


def block(seed=2, series=40, horizon=28):
    generator = np.random.default_rng(seed)
    truth = generator.gamma(5, 2, (series, horizon))
    off = {"calm": generator.normal(0, 1, truth.shape), "festive": generator.normal(0, 1, truth.shape)}
    is_near = np.arange(horizon) >= 14
    medians = {
        "calm": truth + off["calm"] * np.where(is_near, 4, 0.2),
        "festive": truth + off["festive"] * np.where(is_near, 0.2, 4),
    }
    return Block(medians, truth, is_near, np.zeros(series, dtype=bool))


def test_near_an_occasion_other_members_may_count():
    weights = learn_weights([block()])
    calm, festive = (weights.by_stratum[near, False] for near in (False, True))
    assert calm[0] > weights.pooled[0] > festive[0]
    combined = weights.combine(block().medians, block().is_near, block().is_sparse)
    expected = calm @ [block().medians[name][3, 0] for name in ("calm", "festive")]
    assert combined[3, 0] == pytest.approx(expected)


def test_a_member_missing_at_one_origin_is_not_used():
    one = block()
    more = Block({**one.medians, "late": one.actual}, one.actual, one.is_near, one.is_sparse)
    assert learn_weights(common([one, more])).names == ("calm", "festive")


def test_what_is_left_of_weights_keeps_its_proportions_and_is_equal_where_it_weighed_nothing():
    weights = Weights(
        ("a", "b", "c"),
        {(near, sparse): np.array([0.5, 0.5, 0.0]) for near in (False, True) for sparse in (False, True)},
        np.array([0.6, 0.2, 0.2]),
    )
    left = weights.of({"c", "b", "d"})
    assert left.names == ("b", "c")
    np.testing.assert_allclose(left.pooled, [0.5, 0.5])
    np.testing.assert_allclose(left.by_stratum[True, False], [1.0, 0.0])
    np.testing.assert_allclose(weights.of({"c"}).by_stratum[False, False], [1.0])
