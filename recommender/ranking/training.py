"""The whole ranking run: choose on one window, measure on the next, refit on everything, tabulate."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

import pandas as pd
from sklearn.base import clone

from recommender.card import ModelCard
from recommender.frames import typed_frame
from recommender.gate import GateDecision
from recommender.ranking import tables
from recommender.ranking.attributes import Items
from recommender.ranking.card import Audience, ranking_card
from recommender.ranking.contest import TWO_STAGE, Contest
from recommender.ranking.evaluation import TimeSplit, evaluate, latest_split
from recommender.ranking.interactions import BUSINESS_TIMEZONE, Interactions
from recommender.ranking.item_neighbours import ItemNeighbours
from recommender.ranking.model import RankingModel
from recommender.ranking.personal_frequency import PersonalFrequency
from recommender.ranking.popularity import Popularity
from recommender.ranking.recipe import UNVALIDATED, Recipe
from recommender.ranking.snapshots import snapshot_of
from recommender.ranking.two_stage import TwoStage
from recommender.scores import Score, score_frame


@dataclass(frozen=True)
class RankingResult:
    """The tables of one ranking run; columns in `tables` and `scores.SCORE_COLUMNS`. Nothing learnt has no card."""

    item_popularity: pd.DataFrame
    item_neighbours: pd.DataFrame
    member_items: pd.DataFrame
    member_recommendations: pd.DataFrame
    model_scores: pd.DataFrame
    released_model: str
    gate: GateDecision | None
    card: ModelCard | None


def train_ranking(
    interactions: pd.DataFrame,
    *,
    seed: int,
    items: pd.DataFrame | None = None,
    member_ids: Sequence[str] | None = None,
    eligible_item_ids: Collection[str] | None = None,
    list_length: int = 50,
    horizon_days: int = 28,
    timezone: str = BUSINESS_TIMEZONE,
) -> RankingResult:
    """Train, evaluate and tabulate the ranking models of one tenant.

    `interactions` has member_id, item_id, occurred_at (UTC) and optionally quantity; `items` has item_id and
    optionally category, brand and unit_price. The last `horizon_days` active days are the test window; on those
    before it everything is chosen and the gate decides, both by at most as many members as the recipe asks. `member_ids` (default: all in the interactions) get a list
    of `list_length` among `eligible_item_ids` (default: all). Without any interaction every table has zero rows;
    without a window to choose on the gate is None and personal frequency is released.

    Raises:
        InvalidFrame: the interactions or items lack a column or hold a value that cannot be used.
    """
    past = Interactions.from_frame(interactions, timezone=timezone)
    if not len(past):
        return _empty_result()
    known = Items.unknown() if items is None else Items.from_frame(items)
    recipe = Recipe(TwoStage(known, horizon_days=horizon_days, seed=seed))
    test = latest_split(past.of_some_members(recipe.max_choosers), horizon_days=horizon_days)
    contest = None if test is None else recipe.hold_contest(test.train)
    scores = [] if test is None else evaluate(_contenders(recipe, test, contest), test, seed=seed)
    if test is None or contest is None:
        model: RankingModel = PersonalFrequency().fit(past)
    else:
        # What was learnt before the test window still holds; only the window itself is new.
        newest = contest.two_stage.lessons([snapshot_of(test.train, test.test)])
        lessons = [*newest, *contest.lessons][: contest.two_stage.n_lessons]
        model = recipe.fit(past, replace(contest, lessons=lessons))
    released = UNVALIDATED["all"] if contest is None else contest.gates["all"].released
    model_scores = score_frame("ranking", scores, released_model=released)
    return RankingResult(
        item_popularity=tables.item_popularity(Popularity().fit(past)),
        item_neighbours=tables.item_neighbours(ItemNeighbours().fit(past)),
        member_items=tables.member_items(PersonalFrequency().fit(past), past),
        member_recommendations=tables.member_recommendations(
            model,
            list(past.member_ids) if member_ids is None else member_ids,
            list_length=list_length,
            eligible_item_ids=eligible_item_ids,
        ),
        model_scores=model_scores,
        released_model=released,
        gate=None if contest is None else contest.gates["all"],
        card=ranking_card(
            past,
            test,
            contest,
            model_scores,
            Audience(member_ids, eligible_item_ids),
            horizon_days=horizon_days,
            seed=seed,
        ),
    )


def _contenders(recipe: Recipe, test: TimeSplit, contest: Contest | None) -> dict[str, RankingModel]:
    """Return the models fitted before the test window, the baselines as tuned for lists of anything."""
    if contest is None:
        models: tuple[RankingModel, ...] = (PersonalFrequency(), Popularity(), ItemNeighbours())
        names = ("personal_frequency", "popularity", "item_neighbours")
        return {name: model.fit(test.train) for name, model in zip(names, models, strict=True)}
    two_stage = clone(contest.two_stage, safe=False).fit(test.train, contest.lessons)
    baselines = contest.baselines["all"]
    return {TWO_STAGE: two_stage} | {
        name: clone(model, safe=False).fit(test.train) for name, model in baselines.items()
    }


def _empty_result() -> RankingResult:
    return RankingResult(
        item_popularity=typed_frame(tables.ITEM_POPULARITY_COLUMNS),
        item_neighbours=typed_frame(tables.ITEM_NEIGHBOUR_COLUMNS),
        member_items=typed_frame(tables.MEMBER_ITEM_COLUMNS),
        member_recommendations=typed_frame(tables.MEMBER_RECOMMENDATION_COLUMNS),
        model_scores=score_frame("ranking", list[Score](), released_model="popularity"),
        released_model="popularity",
        gate=None,
        card=None,
    )
