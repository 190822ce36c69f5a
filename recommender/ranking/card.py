"""The card of one tenant's ranking models, told from the data they were chosen, measured and learnt on."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from recommender.card import Choice, ModelCard, Window, flat_parameters
from recommender.ranking.comparison import JUDGED_BY
from recommender.ranking.contest import LEAST_MEMBERS, TWO_STAGE, Contest
from recommender.ranking.evaluation import TimeSplit
from recommender.ranking.interactions import Interactions
from recommender.ranking.model import SLICES, RankingModel
from recommender.ranking.personal_frequency import PersonalFrequency
from recommender.ranking.popularity import Popularity
from recommender.ranking.recipe import UNVALIDATED
from recommender.ranking.snapshots import window_snapshots
from recommender.scores import scores_of

PURPOSE = "Orders the items of a tenant for each of its members: anything they may take next, and what is new to them."

_NO_CHOICE: dict[str, type[RankingModel]] = {
    "personal_frequency": PersonalFrequency,
    "popularity": Popularity,
}
# What the card says once, what is no choice, and what only the other slice uses.
_LEFT_OUT = ("items", "slices", "seed", "is_next")
_OF_OTHERS = {"all": ("novel", "novel_discount"), "novel": ("general",)}
# Members with fewer redemptions are told apart by little more than what is popular.
_FEW = 5


@dataclass(frozen=True)
class Audience:
    """Who gets lists of what; None stands for everybody and everything in the interactions."""

    member_ids: Sequence[str] | None
    item_ids: Collection[str] | None


def ranking_card(
    past: Interactions,
    test: TimeSplit | None,
    contest: Contest | None,
    scores: pd.DataFrame,
    audience: Audience,
    *,
    horizon_days: int,
    seed: int,
) -> ModelCard:
    """Return the card of models that were chosen by a contest, measured on a test split and learnt on all of the past.

    Args:
        past: at least one interaction.
        test: None if the past is too short for it.
        contest: of the part of the past before the test split; None if nothing could be chosen.
        scores: of the test split, as `score_frame` returns them.
    """
    validation = None if test is None else _validation(test.train, horizon_days)
    return ModelCard(
        area="ranking",
        purpose=PURPOSE,
        seed=seed,
        choices=[_choice(name, contest, validation, horizon_days) for name in SLICES],
        data=_window(past),
        learnt_from={
            "members": len(past.member_ids),
            "items": len(past.item_ids),
            "redeemed_lines": len(past),
            "active_days": len(past.active_days),
        },
        validation=validation,
        test=None if test is None else _window(test.test),
        scores=[score for score in scores_of(scores) if score.k == JUDGED_BY[1]],
        limits=_audience_limits(past, audience) | ({} if test is None else _window_limits(test)),
    )


def _choice(slice_name: str, contest: Contest | None, validation: Window | None, horizon_days: int) -> Choice:
    gate = None if contest is None else contest.gates[slice_name]
    name = UNVALIDATED[slice_name] if gate is None else gate.released
    model: RankingModel
    if contest is None:
        model = _NO_CHOICE[name]()
    elif name == TWO_STAGE:
        model = contest.two_stage
    else:
        model = contest.baselines[slice_name][name]
    left_out = (*_LEFT_OUT, *(_OF_OTHERS[slice_name] if name == TWO_STAGE else ()))
    parameters = {key: value for key, value in model.get_params(deep=False).items() if key not in left_out}
    reason = _unchosen(name, validation, horizon_days) if gate is None else gate.reason
    return Choice(slice_name, name, gate, reason, flat_parameters(parameters))


def _unchosen(released: str, validation: Window | None, horizon_days: int) -> str:
    if validation is None:
        why = f"The past is too short for a validation and a test window of {horizon_days} active days each"
    else:
        why = (
            f"Of the members in the validation window, {validation.units}, too few can be judged to choose by "
            f"({LEAST_MEMBERS} are needed)"
        )
    return f"{why}, so {released} is released, which needs no choice."


def _window(rows: Interactions, units: int | None = None) -> Window:
    first, last = rows.day.min().astype(object), rows.day.max().astype(object)
    return Window(first, last, len(rows.member_ids) if units is None else units, len(rows))


def _validation(before_test: Interactions, horizon_days: int) -> Window | None:
    """Return the window that a contest of these interactions judges by; None if there is none."""
    snapshot = next(window_snapshots(before_test, horizon_days=horizon_days, limit=1), None)
    if snapshot is None:
        return None
    window = before_test.since(before_test.active_days[-horizon_days].astype(object))
    return _window(window, len(snapshot.members))


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


def _window_limits(test: TimeSplit) -> dict[str, int | float]:
    """Return which part of the test window no list could have foreseen, and how many members chose and were scored."""
    window, known = test.test, test.train
    new_item = ~pd.Index(window.item_ids).isin(pd.Index(known.item_ids))
    new_member = ~pd.Index(window.member_ids).isin(pd.Index(known.member_ids))
    return {
        "members_chosen_by": len(known.member_ids),
        "unknown_item_share": float(new_item[window.item_codes].mean()),
        "unknown_member_share": float(new_member[window.member_codes].mean()),
    }
