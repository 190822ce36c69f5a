"""The readout of an experiment, by hand and by simulation."""

import math

import numpy as np
import pytest
from scipy import stats

from recommender.experiment import TooFewMembers, read_out, required_members, sample_ratio_p


def test_the_readout_of_a_few_members():
    control, treated = np.array([0.0, 1.0, 1.0, 2.0]), np.array([1.0, 2.0, 3.0, 2.0, 2.0])
    readout = read_out(control, treated)
    oracle = stats.ttest_ind(treated, control, equal_var=False)
    interval = oracle.confidence_interval()
    assert (readout.control.members, readout.control.mean) == (4, 1.0)
    assert (readout.treated.members, readout.treated.mean) == (5, 2.0)
    assert (readout.difference, readout.lift) == (1.0, 1.0)
    assert readout.p == pytest.approx(oracle.pvalue)
    assert (readout.difference_low, readout.difference_high) == pytest.approx((interval.low, interval.high))
    # Var(t/c) ≈ (s²t/nt + (t/c)² s²c/nc) / c²: (0.5/5 + 4 · 0.6667/4) / 1.
    reach = 1.959964 * math.sqrt(0.1 + 4 * (2 / 3) / 4)
    assert (readout.lift_low, readout.lift_high) == pytest.approx((1 - reach, 1 + reach))


def test_intervals_of_the_lift_hold_the_truth_and_chance_is_seldom_a_finding():
    rng = np.random.default_rng(5)
    times, held, found = 400, 0, 0
    for _ in range(times):
        # As members redeem: most not at all, a few often.
        control = rng.poisson(rng.gamma(0.5, 1.0, 500)).astype(float)
        same, treated = (
            rng.poisson(times_ * rng.gamma(0.5, 1.0, 500)).astype(float) for times_ in (1.0, 1.2)
        )
        readout = read_out(control, treated)
        held += readout.lift_low <= 0.2 <= readout.lift_high
        found += read_out(control, same).p < 0.05
    assert 0.92 <= held / times <= 0.98
    assert 0.025 <= found / times <= 0.08


def test_a_split_that_cannot_be_chance_is_told():
    assert sample_ratio_p(5_000, 5_000) == pytest.approx(1.0)
    # Two standard deviations off, and six.
    assert sample_ratio_p(4_900, 5_100) == pytest.approx(0.0455, abs=1e-4)
    rng = np.random.default_rng(1)
    control, treated = rng.random(4_700), rng.random(5_300)
    assert read_out(control, treated).is_split_broken
    assert not read_out(control, treated, treated_share=0.53).is_split_broken


def test_members_needed_are_those_of_the_textbook():
    # Half a standard deviation at 80 %: 63 of each arm by the normal approximation.
    assert required_members(1.0, 1.0, effect=0.5) == 63
    assert required_members(2.0, 1.0, effect=0.25) == 63
    assert required_members(0.0, 1.0, effect=0.5) is None
    assert read_out(np.array([0.0, 2.0]), np.array([1.0, 1.0])).required_members == math.ceil(
        2 * (2.80158521 * math.sqrt(2) / 0.05) ** 2
    )


def test_nothing_is_said_where_nothing_can_be():
    readout = read_out(np.zeros(5), np.ones(5))
    assert readout.difference == 1.0
    assert all(
        math.isnan(value) for value in (readout.lift, readout.lift_low, readout.difference_low, readout.p)
    )
    assert readout.required_members is None
    with pytest.raises(TooFewMembers, match="treated arm has 1"):
        read_out(np.zeros(5), np.ones(1))
