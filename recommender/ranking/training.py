"""The whole ranking run: choose on one window, measure on the next, refit on everything, tabulate."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

import pandas as pd
from sklearn.base import clone

from recommender.card import ModelCard
from recommender.frames import typed_frame
from recommender.gate import GateDecision
from recommender.ranking import tables
from recommender.ranking.attributes import Items
from recommender.ranking.card import Audience, ranking_card
from recommender.ranking.content_neighbours import ContentNeighbours
from recommender.ranking.contest import TWO_STAGE, Contest
from recommender.ranking.evaluation import TimeSplit, evaluate, latest_split
from recommender.ranking.interactions import BUSINESS_TIMEZONE, Interactions
from recommender.ranking.item_neighbours import ItemNeighbours
from recommender.ranking.model import SLICES, RankingModel
from recommender.ranking.personal_frequency import PersonalFrequency
from recommender.ranking.popularity import Popularity
from recommender.ranking.recipe import UNVALIDATED, Recipe
from recommender.ranking.snapshots import snapshot_of
from recommender.ranking.two_stage import TwoStage
from recommender.scores import Score, score_frame


@dataclass(frozen=True)
class RankingResult:
    """The tables of one ranking run; columns in `tables` and `scores.SCORE_COLUMNS`.

    `released_models` and `gates` are by slice; without a window to choose on there is no gate,
    and without any interaction no card.
    """

    item_popularity: pd.DataFrame
    item_neighbours: pd.DataFrame
    member_items: pd.DataFrame
    member_recommendations: pd.DataFrame
    model_scores: pd.DataFrame
    released_models: Mapping[str, str]
    gates: Mapping[str, GateDecision]
    card: ModelCard | None


def train_ranking(
    interactions: pd.DataFrame,
    *,
    seed: int,
    items: pd.DataFrame | None = None,
    member_ids: Sequence[str] | None = None,
    eligible_item_ids: Collection[str] | None = None,
    list_length: int = 50,
    novel_list_length: int = 30,
    horizon_days: int = 28,
    timezone: str = BUSINESS_TIMEZONE,
) -> RankingResult:
    """Train, evaluate and tabulate the ranking models of one tenant.

    `interactions` has member_id, item_id, occurred_at (UTC) and optionally quantity; `items` has item_id and
    optionally category, brand, class, kind, name and unit_price, also of items that nobody has taken. The last
    `horizon_days` active days are the test window; on those before it everything is chosen and the gates decide, both
    by at most as many members as the recipe asks. `member_ids` (default: all in the interactions) get a list of
    `list_length` of anything and one of `novel_list_length` of what they have not taken, among `eligible_item_ids`
    (default: all). Without any interaction only like items are neighbours, and every other table has zero rows;
    without a window to choose on there are no gates, and personal frequency and popularity are released.

    Raises:
        InvalidFrame: the interactions or items lack a column or hold a value that cannot be used.
    """
    past = Interactions.from_frame(interactions, timezone=timezone)
    known = Items.unknown() if items is None else Items.from_frame(items)
    content = ContentNeighbours().fit(known, eligible_item_ids)
    if not len(past):
        return _empty_result(content)
    recipe = Recipe(TwoStage(known, horizon_days=horizon_days, seed=seed))
    test = latest_split(past.of_some_members(recipe.max_choosers), horizon_days=horizon_days)
    contest = None if test is None else recipe.hold_contest(test.train)
    released = UNVALIDATED if contest is None else {name: contest.gates[name].released for name in SLICES}
    models: Mapping[str, RankingModel]
    if test is None or contest is None:
        models = {"all": PersonalFrequency().fit(past), "novel": Popularity().fit(past)}
    else:
        # What was learnt before the test window still holds; only the window itself is new.
        newest = contest.two_stage.lessons([snapshot_of(test.train, test.test)])
        lessons = [*newest, *contest.lessons][: contest.two_stage.n_lessons]
        models = dict.fromkeys(SLICES, recipe.fit(past, replace(contest, lessons=lessons)))
    model_scores = _scores(test, contest, released, seed=seed)
    return RankingResult(
        item_popularity=tables.item_popularity(Popularity().fit(past)),
        item_neighbours=tables.item_neighbours(ItemNeighbours().fit(past), content),
        member_items=tables.member_items(PersonalFrequency().fit(past), past),
        member_recommendations=tables.member_recommendations(
            models,
            list(past.member_ids) if member_ids is None else member_ids,
            list_lengths={"all": list_length, "novel": novel_list_length},
            eligible_item_ids=eligible_item_ids,
        ),
        model_scores=model_scores,
        released_models=released,
        gates={} if contest is None else contest.gates,
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


def _scores(
    test: TimeSplit | None, contest: Contest | None, released: Mapping[str, str], *, seed: int
) -> pd.DataFrame:
    """Return what each model was worth on the test window, by slice."""
    scores: dict[str, list[Score]] = {name: [] for name in SLICES}
    if test is not None:
        contenders = _contenders(test, contest)
        scores = {name: evaluate(contenders[name], test, seed=seed, slices=(name,)) for name in SLICES}
    frames = [score_frame("ranking", scores[name], released_model=released[name]) for name in SLICES]
    return pd.concat(frames, ignore_index=True)


def _contenders(test: TimeSplit, contest: Contest | None) -> dict[str, dict[str, RankingModel]]:
    """Return the models fitted before the test window, by slice and name, the baselines as tuned for the slice."""
    if contest is None:
        rivals: tuple[RankingModel, ...] = (PersonalFrequency(), Popularity(), ItemNeighbours())
        names = ("personal_frequency", "popularity", "item_neighbours")
        models = {name: model.fit(test.train) for name, model in zip(names, rivals, strict=True)}
        return dict.fromkeys(SLICES, models)
    two_stage = clone(contest.two_stage, safe=False).fit(test.train, contest.lessons)
    fitted: dict[str, dict[str, RankingModel]] = {name: {TWO_STAGE: two_stage} for name in SLICES}
    for slice_name in SLICES:
        for name, model in contest.baselines[slice_name].items():
            twin = fitted["all"].get(name)
            is_same = twin is not None and twin.get_params() == model.get_params()
            fitted[slice_name][name] = twin if twin and is_same else clone(model, safe=False).fit(test.train)
    return fitted


def _empty_result(content: ContentNeighbours) -> RankingResult:
    released = dict.fromkeys(SLICES, "popularity")
    return RankingResult(
        item_popularity=typed_frame(tables.ITEM_POPULARITY_COLUMNS),
        item_neighbours=tables.item_neighbours(None, content),
        member_items=typed_frame(tables.MEMBER_ITEM_COLUMNS),
        member_recommendations=typed_frame(tables.MEMBER_RECOMMENDATION_COLUMNS),
        model_scores=score_frame("ranking", list[Score](), released_model="popularity"),
        released_models=released,
        gates={},
        card=None,
    )
