"""The readout of a randomised experiment with two arms, from one number per member."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import stats

Floats = NDArray[np.float64]

# Below it the split itself is broken: Fabijan et al., "Diagnosing Sample Ratio Mismatch" (KDD 2019).
MISMATCH_P = 0.001


class TooFewMembers(ValueError):
    """An arm has too few members to tell how much they differ."""


@dataclass(frozen=True, slots=True)
class Arm:
    """The members of an arm: their number, the mean and the standard deviation of what was measured."""

    members: int
    mean: float
    deviation: float


@dataclass(frozen=True, slots=True)
class Readout:
    """What an experiment says; intervals are 95 %, NaN where nothing can be said.

    Attributes:
        difference: of the means, treated less control, with Welch's interval.
        lift: the difference relative to the control's mean, with an interval by the delta method.
        p: of a difference like this or larger if there is none, by Welch's test.
        ratio_p: of a split like this or worse if members were assigned as planned.
        required_members: of each arm, so that the minimal effect would be found four times in five; None where the
            control earned nothing or never varies.
    """

    control: Arm
    treated: Arm
    difference: float
    difference_low: float
    difference_high: float
    lift: float
    lift_low: float
    lift_high: float
    p: float
    ratio_p: float
    required_members: int | None

    @property
    def is_split_broken(self) -> bool:
        """Whether the arms' sizes cannot come from the planned split, so that nothing else here counts."""
        return self.ratio_p < MISMATCH_P


def read_out(
    control: Floats, treated: Floats, *, minimal_effect: float = 0.05, treated_share: float = 0.5
) -> Readout:
    """Compare two arms, given as one value per member, those with nothing included as zeros.

    Args:
        minimal_effect: the smallest lift that matters, relative to the control's mean.
        treated_share: of the members that were to be treated.

    Raises:
        TooFewMembers: an arm has fewer than two members.
    """
    before, after = _arm(control, "control"), _arm(treated, "treated")
    difference, low, high, p = _welch(before, after)
    lift, lift_low, lift_high = _lift(before, after)
    return Readout(
        control=before,
        treated=after,
        difference=difference,
        difference_low=low,
        difference_high=high,
        lift=lift,
        lift_low=lift_low,
        lift_high=lift_high,
        p=p,
        ratio_p=sample_ratio_p(before.members, after.members, treated_share=treated_share),
        required_members=required_members(before.mean, before.deviation, effect=minimal_effect),
    )


def sample_ratio_p(control: int, treated: int, *, treated_share: float = 0.5) -> float:
    """Return how likely so uneven a split is, by the chi-square test with one degree of freedom."""
    total = control + treated
    expected = [total * (1.0 - treated_share), total * treated_share]
    return float(stats.chisquare([control, treated], expected).pvalue)


def required_members(
    mean: float, deviation: float, *, effect: float, alpha: float = 0.05, power: float = 0.8
) -> int | None:
    """Return the members that each arm needs to find a relative effect; None where no number does.

    Two-sided test of two means with equal deviations: n = 2 ((z₁₋α/₂ + z_power) σ / (effect · mean))², rounded up.
    """
    if not (mean > 0 and deviation > 0):
        return None
    z = float(stats.norm.ppf(1.0 - alpha / 2.0) + stats.norm.ppf(power))
    return math.ceil(2.0 * (z * deviation / (effect * mean)) ** 2)


def _arm(values: Floats, name: str) -> Arm:
    if len(values) < 2:
        raise TooFewMembers(f"the {name} arm has {len(values)} members; two are the least that vary")
    return Arm(len(values), float(np.mean(values)), float(np.std(values, ddof=1)))


def _welch(control: Arm, treated: Arm) -> tuple[float, float, float, float]:
    """Return the difference of means, its interval, and the p-value of Welch's test (Biometrika 1947)."""
    difference = treated.mean - control.mean
    parts = [arm.deviation**2 / arm.members for arm in (control, treated)]
    error = math.sqrt(sum(parts))
    if error == 0.0:
        return difference, math.nan, math.nan, math.nan
    freedom = sum(parts) ** 2 / sum(
        part**2 / (arm.members - 1) for part, arm in zip(parts, (control, treated), strict=True)
    )
    reach = error * float(stats.t.ppf(0.975, freedom))
    p = 2.0 * float(stats.t.sf(abs(difference) / error, freedom))
    return difference, difference - reach, difference + reach, p


def _lift(control: Arm, treated: Arm) -> tuple[float, float, float]:
    """Return the relative lift with its interval by the delta method (Deng, Knoblich & Lu, KDD 2018, section 3)."""
    if control.mean <= 0.0:
        return math.nan, math.nan, math.nan
    ratio = treated.mean / control.mean
    variance = (
        treated.deviation**2 / treated.members + ratio**2 * control.deviation**2 / control.members
    ) / control.mean**2
    if variance == 0.0:
        return ratio - 1.0, math.nan, math.nan
    reach = 1.959964 * math.sqrt(variance)
    return ratio - 1.0, ratio - 1.0 - reach, ratio - 1.0 + reach
