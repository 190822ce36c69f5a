"""What a policy that was never live would have earned, from the impressions of one that was.

An impression is weighed by how much likelier the target shows its item at its position than the log did: Horvitz &
Thompson, "A Generalization of Sampling Without Replacement" (JASA 1952). For slates this is the item-position
estimator of Li et al., "Offline Evaluation of Ranking Policies with Click Models" (KDD 2018): what an impression
earns is taken to depend on the item and its position, not on what stands beside it.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from recommender.bootstrap import Estimate, interval_of, quotient, resampled_sums
from recommender.frames import InvalidFrame, refuse_rows, require_columns, require_numbers, require_text

Floats = NDArray[np.float64]

COLUMNS = ("request_id", "item_id", "position", "propensity", "reward")


class NoOverlap(ValueError):
    """The target would show nothing of what was logged, so the log tells nothing about it."""


@dataclass(frozen=True, slots=True)
class PolicyValue:
    """Rewards per request, and how far they can be trusted.

    Attributes:
        logged: what the logging policy earned.
        ips: what the target would have earned, unbiased if the propensities are right and cover the target.
        clipped: the same with weights cut at `clip`: biased towards nothing, less noisy; None without a clip.
        snips: self-normalised, so that a share of the target outside the support is taken to earn what the rest earns:
            Swaminathan & Joachims, "The Self-Normalized Estimator for Counterfactual Learning" (NeurIPS 2015).
        covered: mean weight over the target's probability: 1 if the propensities are right and cover the target.
        effective_requests: Kish's effective sample size: so many requests of the target's own would tell as much.
        largest_weight: of an impression.
        outside_share: share of the target's probability on what the log never shows, as the weights tell.
    """

    requests: int
    impressions: int
    logged: Estimate
    ips: Estimate
    clipped: Estimate | None
    snips: Estimate
    covered: Estimate
    effective_requests: float
    largest_weight: float
    outside_share: float

    @property
    def is_too_likely(self) -> bool:
        """Whether the weights exceed all that the target can show: then propensities are smaller than they were."""
        return self.covered.low > 1.0

    @property
    def is_uncovered(self) -> bool:
        """Whether the weights miss some of the target: it lies outside the support, or propensities are too large."""
        return self.covered.high < 1.0


def estimate_value(
    impressions: pd.DataFrame,
    target: ArrayLike,
    *,
    seed: int,
    target_mass: ArrayLike | None = None,
    clip: float | None = None,
    n_resamples: int = 1_000,
) -> PolicyValue:
    """Estimate what a target policy would have earned per request.

    `impressions` has request_id, item_id, position (from 1), propensity (0 < p ≤ 1, of this item at this position) and
    reward (0 or more), one row per impression. `target` is the target's probability of the same, one per row;
    `target_mass`, one per row and equal within a request, all the probability that the target has for the request -
    by default as much as the log filled places. Intervals resample requests.

    Raises:
        InvalidFrame: a column is missing, or a row holds a value that cannot be used.
        NoOverlap: no impression has an item that the target would show there.
    """
    request, propensity, reward = _checked(impressions)
    probability = _probabilities(target, len(request))
    mass = _masses(target_mass, request)
    weight = probability / propensity
    if not weight.any():
        raise NoOverlap(
            f"the target would show none of the {len(weight):,} logged impressions, so nothing can be said about it; "
            "log with a policy that shows at times what the target shows"
        )
    cut = weight if clip is None else np.minimum(weight, clip)
    columns = np.column_stack(
        [
            np.ones(len(mass)),
            *(np.bincount(request, values) for values in (reward, weight * reward, cut * reward, weight)),
            mass,
        ]
    )
    resampled = _values(resampled_sums(columns, n_resamples=n_resamples, seed=seed))
    low, high = interval_of(resampled)
    value = _values(columns.sum(axis=0, keepdims=True))[0]
    logged, ips, clipped, snips, covered = (
        Estimate(float(mean), float(least), float(most), len(mass))
        for mean, least, most in zip(value, low, high, strict=True)
    )
    per_request = columns[:, 4]
    return PolicyValue(
        requests=len(mass),
        impressions=len(request),
        logged=logged,
        ips=ips,
        clipped=None if clip is None else clipped,
        snips=snips,
        covered=covered,
        effective_requests=float(per_request.sum() ** 2 / (per_request**2).sum()),
        largest_weight=float(weight.max()),
        outside_share=float(np.clip(1.0 - covered.value, 0.0, 1.0)),
    )


def _values(sums: Floats) -> Floats:
    """Return the estimates of each row of sums, shape (rows, 5): logged, ips, clipped, snips, covered."""
    requests, rewards, weighed, cut, weights, mass = sums.T
    per_request = mass / requests
    return np.column_stack(
        [
            rewards / requests,
            weighed / requests,
            cut / requests,
            quotient(weighed, weights) * per_request,
            quotient(weights, mass),
        ]
    )


def _checked(impressions: pd.DataFrame) -> tuple[NDArray[np.intp], Floats, Floats]:
    """Return each row's request as a code, its propensity and its reward."""
    require_columns(impressions, COLUMNS)
    if impressions.empty:
        raise InvalidFrame("There is no impression to learn from: the frame has no rows.")
    require_text(impressions["request_id"])
    require_text(impressions["item_id"])
    require_numbers(impressions["position"], at_least=1)
    propensity = require_numbers(impressions["propensity"], at_least=0)
    refuse_rows(
        impressions["propensity"],
        (propensity == 0) | (propensity > 1),
        "a propensity is above 0 and at most 1",
    )
    for columns, words in (
        (["request_id", "position"], "a request has one item per position"),
        (["request_id", "item_id"], "a request shows an item once"),
    ):
        refuse_rows(impressions[columns[1]], impressions.duplicated(columns), words)
    reward = require_numbers(impressions["reward"], at_least=0)
    return pd.factorize(impressions["request_id"])[0], propensity, reward


def _probabilities(target: ArrayLike, n_rows: int) -> Floats:
    probability = np.asarray(target, dtype=np.float64)
    if probability.shape != (n_rows,):
        raise InvalidFrame(f"The target has shape {probability.shape}; it needs one probability per row.")
    refuse_rows(
        pd.Series(probability, name="target"),
        ~((probability >= 0) & (probability <= 1)),
        "a probability is between 0 and 1",
    )
    return probability


def _masses(target_mass: ArrayLike | None, request: NDArray[np.intp]) -> Floats:
    """Return the target's probability of each request."""
    rows = np.bincount(request).astype(np.float64)
    if target_mass is None:
        return rows
    mass = np.asarray(target_mass, dtype=np.float64)
    if mass.shape != request.shape:
        raise InvalidFrame(f"The target's mass has shape {mass.shape}; it needs one value per row.")
    return np.bincount(request, mass) / rows
