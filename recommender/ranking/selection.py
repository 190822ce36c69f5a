"""How the blend's weights are chosen: by what would have worked on the validation window."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from recommender.ranking.blend import Blend
from recommender.ranking.evaluation import TimeSplit
from recommender.ranking.metrics import ndcg
from recommender.ranking.model import Codes, Floats, top_items
from recommender.ranking.personal_frequency import PersonalFrequency

NEIGHBOUR_SHARES = (0.0, 0.25, 0.5, 0.75, 0.9)
HALF_LIVES = (30.0, 60.0, 90.0, 180.0)
# In redemptions, spread over all items: from hardly any to as many as a heavy buyer makes in months.
WEIGHTS = (1.0, 10.0, 30.0, 100.0, 300.0)

# Members beyond this many member × item cells are sampled out, so the search costs the same at any size.
_MAX_CELLS = 8_000_000


@dataclass(frozen=True)
class _Window:
    """The sampled members of the validation window as dense arrays of shape (members, items)."""

    codes: Codes
    wanted: NDArray[np.bool_]
    seen: NDArray[np.bool_]
    unknown_counts: NDArray[np.int64]

    def ndcg_all(self, scores: Floats) -> float:
        return self._mean_ndcg(scores, self.wanted)

    def ndcg_novel(self, scores: Floats) -> float:
        return self._mean_ndcg(np.where(self.seen, -np.inf, scores), self.wanted & ~self.seen)

    def _mean_ndcg(self, scores: Floats, wanted: NDArray[np.bool_]) -> float:
        counts = wanted.sum(axis=1) + self.unknown_counts
        has_truth = counts > 0
        if not has_truth.any():
            return 0.0
        hits = np.take_along_axis(wanted, top_items(scores, 10), axis=1)
        return float(ndcg(hits[has_truth], counts[has_truth], 10).mean())


def choose_blend(split: TimeSplit, *, seed: int) -> tuple[Blend, dict[str, Any]]:
    """Choose the blend's parameters on the split, and return it fitted on the split's past.

    One job after the other: the mix of the unseen items by NDCG@10 of `novel`; half-life and weight of
    the repeated ones by NDCG@10 of `all`; last, how the two compete. Earlier entries win ties.
    """
    blend = Blend().fit(split.train)
    window = _window(blend, split, seed)
    near = blend.neighbours_.neighbour_shares(window.codes)
    popular = np.broadcast_to(blend.popularity_.share_, near.shape)

    def mixed(share: float) -> Floats:
        return share * near + (1.0 - share) * popular

    neighbour_share = max(NEIGHBOUR_SHARES, key=lambda share: window.ndcg_novel(mixed(share)))
    novel = mixed(neighbour_share)

    def combined(own: Floats, repeat_weight: float, novel_weight: float) -> Floats:
        return np.where(window.seen, own + repeat_weight * popular, novel_weight * novel)

    best, chosen = -1.0, (HALF_LIVES[0], WEIGHTS[0])
    for half_life in HALF_LIVES:
        frequency = PersonalFrequency(half_life).fit(split.train).frequency_
        own = frequency[window.codes].toarray()
        for weight in WEIGHTS:
            value = window.ndcg_all(combined(own, weight, weight))
            if value > best:
                best, chosen, chosen_own = value, (half_life, weight), own
    half_life, repeat_weight = chosen
    novel_weight = max(
        WEIGHTS,
        key=lambda weight: window.ndcg_all(combined(chosen_own, repeat_weight, weight)),
    )
    parameters = {
        "half_life_active_days": half_life,
        "repeat_weight": repeat_weight,
        "novel_weight": novel_weight,
        "neighbour_share": neighbour_share,
    }
    blend.set_params(**parameters)
    blend.frequency_ = PersonalFrequency(half_life).fit(split.train)
    return blend, parameters


def _window(blend: Blend, split: TimeSplit, seed: int) -> _Window:
    n_items = len(blend.item_ids_)
    test = split.test.matrix()
    n_wanted = min(test.shape[0], max(1, _MAX_CELLS // n_items))
    rows = np.sort(np.random.default_rng(seed).permutation(test.shape[0])[:n_wanted])
    codes = blend.member_codes(list(split.test.member_ids[rows]))
    cells = test[rows].tocoo()
    item = pd.Index(blend.item_ids_).get_indexer(pd.Index(split.test.item_ids))[cells.col]
    is_known = item >= 0
    wanted = np.zeros((n_wanted, n_items), dtype=bool)
    wanted[cells.row[is_known], item[is_known]] = True
    return _Window(
        codes=codes,
        wanted=wanted,
        seen=blend.history_[codes].toarray() > 0,
        unknown_counts=np.bincount(cells.row[~is_known], minlength=n_wanted),
    )
