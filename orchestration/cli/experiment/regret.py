"""How far each policy's slates stay behind the best ones that the true tastes allow, on the same made-up visits."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from orchestration.cli.experiment.choice import NOTHING, PLACES, chances, gain
from orchestration.cli.experiment.mall import Mall
from orchestration.cli.experiment.slates import Policy, best_of
from orchestration.cli.world.catalogue import BoolArray, FloatArray, IntArray
from recommender.bootstrap import ratio_intervals, resample_counts

_RESAMPLES = 500


@dataclass(frozen=True)
class Visits:
    """Visits of a day that are only looked at: who comes, and which items they can have."""

    member: IntArray
    is_available: BoolArray
    weights: FloatArray
    is_new: BoolArray


@dataclass(frozen=True)
class Regret:
    """A policy on the visits: its expected redemptions per visit, and its regret with the 95 % interval.

    Regret is the share of the best slates' expected gain in utility over nothing that the policy's slates miss.

    Attributes:
        affordable: share of the first PLACES of its ranking, before slates leave out what cannot be had, that the
            visitors' points suffice for; NaN for what is no policy.
    """

    policy: str
    redemptions: float
    value: float
    low: float
    high: float
    affordable: float


def visits_of(mall: Mall, day: int, count: int, rng: np.random.Generator) -> Visits:
    """Draw visits of a day as members are expected to make them, without any of them taking place."""
    weights = mall.weights(day)
    rates = np.where(mall.is_here(day), mall.visit_rates(day), 0.0)
    member = rng.choice(len(rates), count, p=rates / rates.sum())
    return Visits(member, mall.is_available(member, weights), weights, mall.is_new(day))


def worth_of(mall: Mall, policy: Policy, visits: Visits, rng: np.random.Generator) -> FloatArray:
    """Return the worth of what a policy shows on the visits, shape (visits, PLACES)."""
    shown = policy.slates(visits.member, visits.is_available, visits.is_new, rng)
    return mall.worth(visits.member, shown, visits.weights)


def regrets(
    mall: Mall, policies: Sequence[Policy], visits: Visits, outside: float, rng: np.random.Generator
) -> list[Regret]:
    """Return the regret of each policy, of slates drawn at random, and the best slates themselves."""
    affordable = {policy.name: _affordable(mall, policy, visits) for policy in policies}
    worths = {policy.name: worth_of(mall, policy, visits, rng) for policy in policies}
    count, items = visits.is_available.shape
    everything = np.tile(np.arange(items), (count, 1))
    by_chance = best_of(rng.permuted(everything, axis=1), visits.is_available)
    worths["random"] = mall.worth(visits.member, by_chance, visits.weights)
    liked = np.where(visits.is_available, mall.worth(visits.member, everything, visits.weights), 0.0)
    best = np.argsort(-liked, axis=1, kind="stable")[:, :PLACES]
    best = np.where(np.take_along_axis(visits.is_available, best, axis=1), best, NOTHING)
    worths["best"] = mall.worth(visits.member, best, visits.weights)
    gains = np.column_stack([gain(worth, outside) for worth in worths.values()])
    missed = gains[:, [-1]] - gains
    counts = resample_counts(count, n_resamples=_RESAMPLES, seed=int(rng.integers(2**31)))
    value, low, high = ratio_intervals(missed, np.broadcast_to(gains[:, [-1]], gains.shape), counts)
    return [
        Regret(
            name, float(chances(worth, outside).sum(axis=1).mean()), float(value[n]), float(low[n]), float(high[n]),
            affordable.get(name, np.nan),
        )
        for n, (name, worth) in enumerate(worths.items())
    ]  # fmt: skip


def _affordable(mall: Mall, policy: Policy, visits: Visits) -> float:
    price = mall.catalogue.price[policy.ranking[visits.member, :PLACES]]
    return float((price <= mall.points.balance[visits.member, None]).mean())
