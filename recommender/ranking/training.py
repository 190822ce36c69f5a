"""The whole ranking run: choose on one window, measure on the next, refit on everything, tabulate."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import pandas as pd

from recommender.frames import typed_frame
from recommender.gate import GateDecision, decide_release
from recommender.ranking import tables
from recommender.ranking.blend import Blend
from recommender.ranking.evaluation import evaluate, latest_split, mean_ndcg
from recommender.ranking.interactions import BUSINESS_TIMEZONE, Interactions
from recommender.ranking.model import RankingModel
from recommender.ranking.personal_frequency import PersonalFrequency
from recommender.ranking.selection import choose_blend
from recommender.scores import Score, score_frame

CANDIDATE = "blend"
# Released where there is no validation window: it needs no weights, hence no choice.
UNVALIDATED = "personal_frequency"


@dataclass(frozen=True)
class RankingResult:
    """The tables of one ranking run; columns in `tables` and `scores.SCORE_COLUMNS`."""

    item_popularity: pd.DataFrame
    item_neighbours: pd.DataFrame
    member_items: pd.DataFrame
    member_recommendations: pd.DataFrame
    model_scores: pd.DataFrame
    released_model: str
    gate: GateDecision | None


def train_ranking(
    interactions: pd.DataFrame,
    *,
    seed: int,
    member_ids: Sequence[str] | None = None,
    eligible_item_ids: Collection[str] | None = None,
    list_length: int = 50,
    horizon_days: int = 28,
    timezone: str = BUSINESS_TIMEZONE,
) -> RankingResult:
    """Train, evaluate and tabulate the ranking models of one tenant.

    `interactions` has member_id, item_id, occurred_at (UTC) and optionally quantity. The last
    `horizon_days` active days are the test window, the ones before it the validation window on which
    the blend's weights are chosen and the gate decides. `member_ids` (default: all in the
    interactions) get a list of `list_length` among `eligible_item_ids` (default: all). Without any
    interaction every table has zero rows; without a validation window the gate is None and personal
    frequency is released.

    Raises:
        InvalidFrame: the interactions lack a column or hold a value that cannot be used.
    """
    past = Interactions.from_frame(interactions, timezone=timezone)
    if not len(past):
        return _empty_result()
    blend, gate, scores = Blend(), None, list[Score]()
    test = latest_split(past, horizon_days=horizon_days)
    if test is not None:
        validation = latest_split(test.train, horizon_days=horizon_days)
        if validation is not None:
            fitted, parameters = choose_blend(validation, seed=seed)
            gate = decide_release(
                metric="ndcg@10",
                candidate=CANDIDATE,
                values={
                    name: mean_ndcg(model, validation)
                    for name, model in _contenders(fitted, validation.train).items()
                },
                higher_is_better=True,
            )
            blend.set_params(**parameters)
        scores = evaluate(_contenders(blend.fit(test.train), test.train), test, seed=seed)
    released = UNVALIDATED if gate is None else gate.released
    models = _contenders(blend.fit(past), past)
    return RankingResult(
        item_popularity=tables.item_popularity(blend.popularity_),
        item_neighbours=tables.item_neighbours(blend.neighbours_),
        member_items=tables.member_items(blend.frequency_, past),
        member_recommendations=tables.member_recommendations(
            models[released],
            list(past.member_ids) if member_ids is None else member_ids,
            list_length=list_length,
            eligible_item_ids=eligible_item_ids,
        ),
        model_scores=score_frame("ranking", scores, released_model=released),
        released_model=released,
        gate=gate,
    )


def _contenders(blend: Blend, past: Interactions) -> dict[str, RankingModel]:
    """Return the fitted blend beside its baselines; personal frequency keeps its own half-life."""
    return {
        CANDIDATE: blend,
        UNVALIDATED: PersonalFrequency().fit(past),
        "item_neighbours": blend.neighbours_,
        "popularity": blend.popularity_,
    }


def _empty_result() -> RankingResult:
    return RankingResult(
        item_popularity=typed_frame(tables.ITEM_POPULARITY_COLUMNS),
        item_neighbours=typed_frame(tables.ITEM_NEIGHBOUR_COLUMNS),
        member_items=typed_frame(tables.MEMBER_ITEM_COLUMNS),
        member_recommendations=typed_frame(tables.MEMBER_RECOMMENDATION_COLUMNS),
        model_scores=score_frame("ranking", [], released_model="popularity"),
        released_model="popularity",
        gate=None,
    )
