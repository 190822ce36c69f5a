"""The whole ranking run: choose and judge or go by what was chosen before, learn from everything, tabulate."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import pandas as pd

from recommender.card import ModelCard
from recommender.frames import typed_frame
from recommender.ranking import tables
from recommender.ranking.attributes import Items
from recommender.ranking.card import Audience, ranking_card
from recommender.ranking.content_neighbours import ContentNeighbours
from recommender.ranking.interactions import Interactions
from recommender.ranking.item_neighbours import ItemNeighbours
from recommender.ranking.judgement import Judgement
from recommender.ranking.judging import judge
from recommender.ranking.kept import Former, in_order, kept_lists
from recommender.ranking.model import SLICES, RankingModel
from recommender.ranking.personal_frequency import PersonalFrequency
from recommender.ranking.popularity import Popularity
from recommender.ranking.recipe import Recipe
from recommender.ranking.two_stage import TwoStage
from recommender.scores import Score, score_frame


@dataclass(frozen=True)
class RankingResult:
    """The tables of one ranking run; columns in `tables` and `scores.SCORE_COLUMNS`.

    Attributes:
        judgement: what was chosen and why; None without any interaction, as the card.
        chosen_anew: why the contest was held; None if an earlier one was gone by.
        lists_kept: of how many members the lists stayed as they were.
    """

    item_popularity: pd.DataFrame
    item_neighbours: pd.DataFrame
    member_items: pd.DataFrame
    member_recommendations: pd.DataFrame
    model_scores: pd.DataFrame
    judgement: Judgement | None
    chosen_anew: str | None
    lists_kept: int
    card: ModelCard | None


def train_ranking(
    past: Interactions,
    *,
    seed: int,
    today: date,
    items: Items | None = None,
    member_ids: Sequence[str] | None = None,
    eligible_item_ids: Collection[str] | None = None,
    former: Former | None = None,
    choice_days: int = 7,
    list_length: int = 50,
    novel_list_length: int = 30,
    horizon_days: int = 28,
) -> RankingResult:
    """Train, evaluate and tabulate the ranking models of one tenant.

    The last `horizon_days` active days are the test window; on those before it everything is chosen and the gates
    decide, both by at most as many members as the recipe asks. `member_ids` (default: all in the interactions) get a
    list of `list_length` of anything and one of `novel_list_length` of what they have not taken, among
    `eligible_item_ids` (default: all). Without any interaction only like items are neighbours, and every other table
    has zero rows; without a window to choose on there are no gates, and personal frequency and popularity are released.

    What a former training chose less than `choice_days` ago holds, unless the data have grown by more than a tenth or
    shrunk; then members of whom there is no news keep their lists (see `kept`), and the released models learn anew for
    all others. Where it does not hold, all lists are made anew.
    """
    known = Items.unknown() if items is None else items
    content = ContentNeighbours().fit(known, eligible_item_ids)
    if not len(past):
        return _empty_result(content)
    recipe = Recipe(TwoStage(known, horizon_days=horizon_days, seed=seed))
    chosen_anew: str | None = "there is no earlier choice"
    if former is not None:
        chosen_anew = former.judgement.outdated(
            past, today, choice_days=choice_days, seed=seed, horizon_days=horizon_days
        )
    lessons = None
    if former is None or chosen_anew:
        former = None
        judgement, lessons = judge(past, recipe, today=today, seed=seed)
    else:
        judgement = former.judgement
    frequency, popularity = PersonalFrequency().fit(past), Popularity().fit(past)
    member_items = tables.member_items(frequency, past)
    listed = list(past.member_ids) if member_ids is None else list(member_ids)
    lengths = {"all": list_length, "novel": novel_list_length}
    lists = typed_frame(tables.MEMBER_RECOMMENDATION_COLUMNS)
    if former is not None:
        lists = kept_lists(
            former, member_items, listed, list_lengths=lengths, eligible_item_ids=eligible_item_ids
        )
    kept = set(lists["member_id"].unique())
    if others := [member_id for member_id in listed if member_id not in kept]:
        models: Mapping[str, RankingModel] = {"all": frequency, "novel": popularity}
        if judgement.choice is not None:
            models = dict.fromkeys(SLICES, recipe.fit(past, judgement.choice, lessons))
        made = tables.member_recommendations(
            models, others, list_lengths=lengths, eligible_item_ids=eligible_item_ids
        )
        lists = pd.concat([lists, made], ignore_index=True) if kept else made
    if kept:
        lists = in_order(lists, listed)
    return RankingResult(
        item_popularity=tables.item_popularity(popularity),
        item_neighbours=tables.item_neighbours(ItemNeighbours().fit(past), content),
        member_items=member_items,
        member_recommendations=lists,
        model_scores=judgement.model_scores(),
        judgement=judgement,
        chosen_anew=chosen_anew,
        lists_kept=len(kept),
        card=ranking_card(
            past, judgement, recipe.candidate(), Audience(member_ids, eligible_item_ids), lists_kept=len(kept)
        ),
    )


def _empty_result(content: ContentNeighbours) -> RankingResult:
    return RankingResult(
        item_popularity=typed_frame(tables.ITEM_POPULARITY_COLUMNS),
        item_neighbours=tables.item_neighbours(None, content),
        member_items=typed_frame(tables.MEMBER_ITEM_COLUMNS),
        member_recommendations=typed_frame(tables.MEMBER_RECOMMENDATION_COLUMNS),
        model_scores=score_frame("ranking", list[Score](), released_model="popularity", judged_until=None),
        judgement=None,
        chosen_anew=None,
        lists_kept=0,
        card=None,
    )
