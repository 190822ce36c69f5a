"""The card of one tenant's ranking models, told from the data they were chosen, measured and learnt on."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from recommender.card import Choice, ModelCard, flat_parameters
from recommender.ranking.choice import FAMILIES, TWO_STAGE
from recommender.ranking.comparison import JUDGED_BY
from recommender.ranking.contest import LEAST_MEMBERS
from recommender.ranking.interactions import Interactions
from recommender.ranking.judgement import Judgement, window_of
from recommender.ranking.model import SLICES, RankingModel
from recommender.ranking.two_stage import TwoStage

PURPOSE = "Orders the items of a tenant for each of its members: anything they may take next, and what is new to them."

# What the card says once, what is no choice, and what only the other slice uses.
_LEFT_OUT = ("items", "slices", "seed", "is_next")
_OF_OTHERS = {"all": ("novel", "novel_share", "novel_discount"), "novel": ("general", "general_share")}
# Members with fewer redemptions are told apart by little more than what is popular.
_FEW = 5


@dataclass(frozen=True)
class Audience:
    """Who gets lists of what; None stands for everybody and everything in the interactions."""

    member_ids: Sequence[str] | None
    item_ids: Collection[str] | None


def ranking_card(
    past: Interactions, judgement: Judgement, two_stage: TwoStage, audience: Audience, *, lists_kept: int
) -> ModelCard:
    """Return the card of models that a judgement released and that learnt from all of the past.

    Args:
        past: at least one interaction.
        two_stage: as it competed.
        lists_kept: how many members' lists stayed as an earlier training made them.
    """
    return ModelCard(
        area="ranking",
        purpose=PURPOSE,
        seed=judgement.seed,
        choices=[_choice(name, judgement, two_stage) for name in SLICES],
        data=window_of(past),
        learnt_from={
            "members": len(past.member_ids),
            "items": len(past.item_ids),
            "redeemed_lines": len(past),
            "active_days": len(past.active_days),
        },
        chosen_on=judgement.held_on,
        validation=judgement.validation,
        test=judgement.test,
        scores=[score for score in judgement.scores if score.k == JUDGED_BY[1]],
        limits=_audience_limits(past, audience) | {"lists_kept": lists_kept} | dict(judgement.limits),
    )


def _choice(slice_name: str, judgement: Judgement, two_stage: TwoStage) -> Choice:
    chosen = judgement.choice
    name = judgement.released(slice_name)
    gate = None if chosen is None else chosen.gates[slice_name]
    model: RankingModel
    if chosen is None:
        model = FAMILIES[name]()
    elif name == TWO_STAGE:
        model = chosen.applied_to(two_stage)
    else:
        model = chosen.tuned(slice_name)[name]
    left_out = (*_LEFT_OUT, *(_OF_OTHERS[slice_name] if name == TWO_STAGE else ()))
    parameters = {key: value for key, value in model.get_params(deep=False).items() if key not in left_out}
    reason = _unchosen(name, judgement) if gate is None else gate.reason
    paired = judgement.paired.get(slice_name)
    return Choice(slice_name, name, gate, reason, paired, flat_parameters(parameters))


def _unchosen(released: str, judgement: Judgement) -> str:
    if judgement.validation is None:
        why = (
            "The past is too short for a validation and a test window of "
            f"{judgement.horizon_days} active days each"
        )
    else:
        why = (
            f"Of the members in the validation window, {judgement.validation.units}, too few can be judged to choose "
            f"by ({LEAST_MEMBERS} are needed)"
        )
    return f"{why}, so {released} is released, which needs no choice."


def _audience_limits(past: Interactions, audience: Audience) -> dict[str, int | float]:
    """Return for how many members and items of the lists the past says little or nothing."""
    listed = past.member_ids if audience.member_ids is None else audience.member_ids
    offered = past.item_ids if audience.item_ids is None else list(audience.item_ids)
    place = pd.Index(past.member_ids).get_indexer(pd.Index(listed, dtype=object))
    rows = np.where(place < 0, 0, np.bincount(past.member_codes, minlength=len(past.member_ids))[place])
    is_known = pd.Index(offered, dtype=object).isin(pd.Index(past.item_ids))
    return {
        "members_listed": len(rows),
        "members_without_history": int((rows == 0).sum()),
        f"members_under_{_FEW}_lines": int((rows < _FEW).sum()),
        "items_offered": len(offered),
        "items_without_history": int((~is_known).sum()),
    }
