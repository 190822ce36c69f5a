"""Time splits, and the scores of fitted models on what happened after them.

Two slices: `all` asks for everything a member takes in the window, `novel` only for what they never
took before, from lists without it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from recommender.bootstrap import mean_intervals, resample_counts
from recommender.ranking import metrics
from recommender.ranking.interactions import Interactions
from recommender.ranking.model import SLICES, RankingModel
from recommender.scores import Score

_MEMBER_METRICS = {"ndcg": metrics.ndcg, "recall": metrics.recall, "hit": metrics.hit}


@dataclass(frozen=True)
class TimeSplit:
    """What happened before the cutoff, and from it until the horizon's end."""

    cutoff: date
    train: Interactions
    test: Interactions


@dataclass(frozen=True)
class Truth:
    """The items to be found: one entry per member that has any, and its (member, item) pairs."""

    member_ids: NDArray[np.object_]
    pairs: pd.MultiIndex
    counts: NDArray[np.int64]


def latest_split(interactions: Interactions, *, horizon_days: int) -> TimeSplit | None:
    """Split off the last `horizon_days` active days; None if no active day comes before them.

    Active days, because a window of calendar days right after a pause of the mall would hold next to
    nothing to score.
    """
    if len(interactions.active_days) <= horizon_days:
        return None
    cutoff: date = interactions.active_days[-horizon_days].astype(object)
    return TimeSplit(cutoff, interactions.before(cutoff), interactions.since(cutoff))


def leave_last_out(interactions: Interactions, *, at_least: int = 5) -> tuple[Interactions, Interactions]:
    """Split off the last item of each member with so many different items; the others stay in the first part.

    Of items taken in one moment the one that comes last by id is the last.
    """
    member, item, moment = interactions.member_codes, interactions.item_codes, interactions.occurred_at
    n_members = len(interactions.member_ids)
    order = np.lexsort((item, moment, member))
    last = order[np.searchsorted(member[order], np.arange(n_members), side="right") - 1]
    has_enough = np.diff(interactions.matrix().indptr) >= at_least
    is_last = has_enough[member] & (item == item[last][member]) & (moment == moment[last][member])
    return interactions.take(~is_last), interactions.take(is_last)


def truth_of(split: TimeSplit, slice_name: str) -> Truth:
    """Return what the members took in the window, for `novel` without what they took before.

    Raises:
        ValueError: the slice is neither `all` nor `novel`.
    """
    if slice_name not in SLICES:
        raise ValueError(f"There is no slice '{slice_name}'; known are: {', '.join(SLICES)}.")
    pairs = _pairs(split.test)
    if slice_name == "novel":
        pairs = pairs[~pairs.isin(_pairs(split.train))]
    codes, member_ids = pd.factorize(pairs.get_level_values(0))
    return Truth(
        member_ids=np.asarray(member_ids, dtype=object),
        pairs=pairs,
        counts=np.bincount(codes, minlength=len(member_ids)).astype(np.int64),
    )


def hits_of(recommendations: pd.DataFrame, truth: Truth, places: int) -> NDArray[np.bool_]:
    """Return, per member of the truth and place of their list, whether it is a hit."""
    hits = np.zeros((len(truth.member_ids), places), dtype=bool)
    row = pd.Index(truth.member_ids).get_indexer(pd.Index(recommendations["member_id"]))
    place = recommendations["recommendation_rank"].to_numpy() - 1
    pairs = pd.MultiIndex.from_frame(recommendations[["member_id", "item_id"]])
    hits[row, place] = pairs.isin(truth.pairs)
    return hits


def evaluate(
    models: Mapping[str, RankingModel],
    split: TimeSplit,
    *,
    seed: int,
    slices: Sequence[str] = SLICES,
    ks: Sequence[int] = (10, 20),
    n_resamples: int = 500,
) -> list[Score]:
    """Score models fitted on `split.train`, with 95 % bootstrap intervals paired over members.

    Coverage belongs to all lists together, not to a member, and a resample holds fewer members, so it
    has no interval (NaN). A slice nobody has any truth in yields no scores.
    """
    scores = []
    for slice_name in slices:
        truth = truth_of(split, slice_name)
        n_members = len(truth.member_ids)
        if not n_members:
            continue
        counts = resample_counts(n_members, n_resamples=n_resamples, seed=seed)
        for name, model in models.items():
            lists = model.recommend(list(truth.member_ids), max(ks), exclude_seen=slice_name == "novel")
            hits = hits_of(lists, truth, max(ks))
            keys = [(metric, k) for metric in _MEMBER_METRICS for k in ks]
            values = np.column_stack([_MEMBER_METRICS[metric](hits, truth.counts, k) for metric, k in keys])
            for (metric, k), value, low, high in zip(keys, *mean_intervals(values, counts), strict=True):
                scores.append(Score(name, slice_name, metric, k, value, low, high, n_members))
            for k in ks:
                shown = lists.loc[lists["recommendation_rank"] <= k, "item_id"].to_numpy(object)
                share = metrics.coverage(shown, len(split.train.item_ids))
                scores.append(Score(name, slice_name, "coverage", k, share, np.nan, np.nan, n_members))
    return scores


def mean_ndcg(model: RankingModel, split: TimeSplit, *, k: int = 10) -> float:
    """Return the NDCG@k of slice `all`, the one number the gate compares."""
    truth = truth_of(split, "all")
    lists = model.recommend(list(truth.member_ids), k)
    return float(metrics.ndcg(hits_of(lists, truth, k), truth.counts, k).mean())


def _pairs(interactions: Interactions) -> pd.MultiIndex:
    cells = interactions.matrix().tocoo()
    return pd.MultiIndex.from_arrays(
        [interactions.member_ids[cells.row], interactions.item_ids[cells.col]],
        names=["member_id", "item_id"],
    )
