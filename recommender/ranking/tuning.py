"""Baselines as they are best on a window: a few settings of each family, tried on the members who took something in it."""

from collections.abc import Iterable, Sequence
from itertools import product

import numpy as np
from numpy.typing import NDArray

from recommender.ranking import metrics
from recommender.ranking.ease import Ease
from recommender.ranking.item_neighbours import ItemNeighbours
from recommender.ranking.measurement import lists_of
from recommender.ranking.model import Codes, RankingModel
from recommender.ranking.pairs import every_nth
from recommender.ranking.personal_frequency import PersonalFrequency
from recommender.ranking.popularity import Popularity
from recommender.ranking.snapshots import Snapshot
from recommender.ranking.tifu_knn import TifuKnn
from recommender.ranking.transitions import Transitions

# Per member of the fit.
_EASE_L2 = (0.04, 0.12, 0.4, 1.2, 4.0)
# From so many items on, inverting their matrix five times costs more than the finer steps are worth, and
# scoring is dear: settings are then told apart by fewer members, and only the best is scored for all of them.
_COARSE_FROM_ITEMS, _COARSE_L2, _FEW_MEMBERS = 5_000, (0.12, 0.4, 1.2), 1_000
PLACES = 10

Tuned = dict[str, dict[str, RankingModel]]
Values = dict[str, dict[str, float]]


def tune(window: Snapshot, members: Codes, slices: Sequence[str]) -> tuple[Tuned, Values]:
    """Return the best of each family by slice, fitted on the window's past, and its NDCG@10 of these members."""
    has_many_items = window.taken.shape[1] > _COARSE_FROM_ITEMS
    trials = _Trials(window, members, slices, few=_FEW_MEMBERS if has_many_items else len(members))
    past = window.past
    trials.hold("popularity", [Popularity().fit(past)])
    trials.hold(
        "personal_frequency", (PersonalFrequency(days).fit(past) for days in (14.0, 30.0, 60.0, 90.0, 180.0))
    )
    shares = product((3, 7), (0.5, 0.7, 0.9))
    trials.hold("tifu_knn", (TifuKnn(group_size=m, own_share=share).fit(past) for m, share in shares))
    binary = {l2: Ease(l2).fit(past) for l2 in (_COARSE_L2 if has_many_items else _EASE_L2)}
    trials.hold("ease", binary.values())
    near = sorted({l2_of(model) for model in trials.best("ease")})
    trials.hold("ease", (Ease(l2, "log").fit(past) for l2 in near))
    trials.hold("ease", (binary[l2].by_recency(past) for l2 in near))
    trials.hold("item_neighbours", [ItemNeighbours().fit(past)])
    transitions = Transitions().fit(past)
    trials.hold("transitions", (transitions.forgetting(steps, past) for steps in (1.0, 2.0, 5.0)))
    return trials.best_of_all(), trials.values()


def window_ndcg(model: RankingModel, window: Snapshot, members: Codes, *, novel: bool) -> NDArray[np.float64]:
    """Return the NDCG@10 of each of these members of a snapshot who took anything (for the first time, if novel)."""
    taken = window.taken[members]
    seen = model.history_[members] > 0
    wanted = np.diff(taken.indptr) + window.unknown[members]
    if novel:
        wanted = wanted - np.diff(taken.multiply(seen).tocsr().indptr)
    lists = lists_of(model, members, PLACES, exclude_seen=novel)
    row, place = np.nonzero(lists >= 0)
    hits = np.zeros(lists.shape, dtype=bool)
    hits[row, place] = taken[row, lists[row, place]] > 0
    has_any = wanted > 0
    return metrics.ndcg(hits[has_any], wanted[has_any], PLACES)


def l2_of(model: RankingModel) -> float:
    """Return the penalty of an EASE model."""
    assert isinstance(model, Ease)
    return model.l2


class _Trials:
    """Fitted models by what they are worth to at most `few` of the members, the best of each family and slice kept."""

    def __init__(self, window: Snapshot, members: Codes, slices: Sequence[str], *, few: int) -> None:
        self._window, self._members, self._slices = window, members, slices
        self._few = members[:: every_nth(len(members), few)]
        self._best: dict[tuple[str, str], tuple[float, RankingModel]] = {}

    def hold(self, family: str, models: Iterable[RankingModel]) -> None:
        """Compare more models of a family with its best so far; of equals the first stays."""
        for model in models:
            for slice_name in self._slices:
                value = self._value(model, slice_name, self._few)
                if value > self._best.get((slice_name, family), (-1.0, model))[0]:
                    self._best[slice_name, family] = value, model

    def best(self, family: str) -> list[RankingModel]:
        """Return the family's best of each slice."""
        return [self._best[slice_name, family][1] for slice_name in self._slices]

    def best_of_all(self) -> Tuned:
        """Return the best of each slice and family."""
        found: Tuned = {name: {} for name in self._slices}
        for (slice_name, family), (_, model) in self._best.items():
            found[slice_name][family] = model
        return found

    def values(self) -> Values:
        """Return what they are worth to all members."""
        found: Values = {name: {} for name in self._slices}
        for (slice_name, family), (value, model) in self._best.items():
            is_known = len(self._few) == len(self._members)
            found[slice_name][family] = value if is_known else self._value(model, slice_name, self._members)
        return found

    def _value(self, model: RankingModel, slice_name: str, members: Codes) -> float:
        scores = window_ndcg(model, self._window, members, novel=slice_name == "novel")
        return float(scores.mean()) if len(scores) else 0.0
