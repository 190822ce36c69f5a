"""The whole run: live through a past, learn from it, judge the policies by the true tastes, let two of them compete."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from orchestration.cli.experiment.arms import Arm, run
from orchestration.cli.experiment.choice import calibrate
from orchestration.cli.experiment.mall import Mall
from orchestration.cli.experiment.regret import Regret, regrets, visits_of, worth_of
from orchestration.cli.experiment.slates import Policy, popularity_order, ranking_of
from orchestration.cli.world.catalogue import IntArray
from orchestration.cli.world.plan import WorldPlan
from recommender.experiment import Readout, read_out
from recommender.ranking.attributes import Items
from recommender.ranking.interactions import Interactions
from recommender.ranking.model import RankingModel
from recommender.ranking.personal_frequency import PersonalFrequency
from recommender.ranking.popularity import Popularity
from recommender.ranking.recipe import Recipe
from recommender.ranking.two_stage import TwoStage

# Days of the past that the world's redemption rate is taken from, and visits by which policies are judged.
_RATE_DAYS, _JUDGED = 91, 8_000


@dataclass(frozen=True)
class Plan:
    """What is to be run: the world with the experiment's days as its last, and how many those are.

    Attributes:
        number: of the tenant, from 0: a bank, an airline, a retailer, an e-commerce shop.
    """

    world: WorldPlan
    number: int
    days: int

    @property
    def past_days(self) -> int:
        """Return how many days are learnt from."""
        return self.world.days - self.days


@dataclass(frozen=True)
class Outcome:
    """What came out.

    Attributes:
        rate: redemptions per visit in the world before the experiment.
        outside: worth of taking nothing, with which popularity reaches that rate.
        released: the model of the recipe that was released for lists of anything.
        arms: popularity, then the recipe.
        regrets: of each policy on visits of the experiment's first day, the best possible slates last.
        redemptions, points: the readout of both, per member.
    """

    redemptions_before: int
    rate: float
    outside: float
    released: str
    regrets: list[Regret]
    arms: list[Arm]
    redemptions: Readout
    points: Readout


def hold(plan: Plan, *, report: Callable[[str], None]) -> Outcome:
    """Run everything; the same plan gives the same outcome.

    Args:
        report: told in words what comes next.

    Raises:
        RateUnreachable: too few members can afford anything.
    """
    mall = Mall(plan.world, plan.number)
    rng = np.random.default_rng([plan.world.seed, plan.number, 1])
    past = mall.live(plan.past_days, rate_days=_RATE_DAYS, advance=_days_told("the past", report))
    interactions = Interactions.from_frame(past.interactions)
    recipe = _recipe(mall, plan.world.seed, report).fit(interactions)
    report("ranking for all members")
    policies = _policies(mall, interactions, recipe, plan.past_days)
    popularity = policies["popularity"]
    visits = visits_of(mall, plan.past_days, _JUDGED, rng)
    outside = calibrate(worth_of(mall, popularity, visits, rng), past.rate)
    found = regrets(mall, list(policies.values()), visits, outside, rng)
    days = range(plan.past_days, plan.world.days)
    arms = run(
        mall, [popularity, policies["recipe"]], outside, days=days, rng=rng,
        advance=_days_told("the experiment", report),
    )  # fmt: skip
    return Outcome(
        redemptions_before=len(interactions),
        rate=past.rate,
        outside=outside,
        released=recipe.released("all"),
        regrets=found,
        arms=arms,
        redemptions=read_out(arms[0].redemptions, arms[1].redemptions),
        points=read_out(arms[0].points, arms[1].points),
    )


def _days_told(of_what: str, report: Callable[[str], None]) -> Callable[[int, int], None]:
    return lambda done, total: report(f"living through {of_what}: day {done} of {total}")


def _recipe(mall: Mall, seed: int, report: Callable[[str], None]) -> Recipe:
    return Recipe(TwoStage(Items.from_frame(mall.items()), seed=seed), report=report)


def _policies(mall: Mall, past: Interactions, recipe: Recipe, day: int) -> dict[str, Policy]:
    """Return what each policy shows, as learnt from the past before a day."""
    popularity = Popularity().fit(past)
    item_ids = mall.items()["item_id"].tolist()
    known = np.searchsorted(item_ids, popularity.item_ids_)
    popular = popularity_order(popularity.share_, known, len(item_ids))
    member_ids = [mall.member_id(member) for member in range(len(mall.members))]
    is_eligible = mall.catalogue.listed_until > day

    def ranking(model: RankingModel) -> IntArray:
        return ranking_of(model, member_ids, item_ids, is_eligible, popular)

    by_recipe = ranking(recipe)
    policies = (
        Policy("recipe", by_recipe, explores=True),
        Policy("recipe without exploration", by_recipe),
        Policy("personal_frequency", ranking(PersonalFrequency().fit(past))),
        Policy("popularity", np.broadcast_to(popular, by_recipe.shape)),
    )
    return {policy.name: policy for policy in policies}
