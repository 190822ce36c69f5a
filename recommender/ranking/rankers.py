"""The two boosted rankers: one for everything a member may take, one for what is new to them, far smoother."""

import math
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.ensemble import HistGradientBoostingClassifier
from threadpoolctl import ThreadpoolController  # type: ignore[import-untyped]  # ships no types

from recommender.ranking.features import FeatureMatrix
from recommender.ranking.lessons import Lesson

Scores = NDArray[np.float64]


@dataclass(frozen=True)
class Smoothing:
    """How much a ranker may learn from chance; names and meanings are those of scikit-learn."""

    max_iter: int
    max_leaf_nodes: int
    min_samples_leaf: int
    l2_regularization: float
    max_features: float
    learning_rate: float = 0.06


# Of everything: much is known of what a member takes again, so the trees may be deep.
# Half as many trees that learn twice as fast rank as well.
GENERAL = (Smoothing(100, 31, 200, 5.0, 0.5, learning_rate=0.12),)
# Of what is new: next to nothing is known, and smoothing is what beats a linear model. The two err differently.
NOVEL = (Smoothing(120, 10, 500, 10.0, 0.5), Smoothing(120, 10, 2_000, 10.0, 0.3))


@dataclass(frozen=True)
class Rows:
    """Rows to learn from: features of one kind of candidate, and whether each was taken."""

    features: FeatureMatrix
    is_taken: NDArray[np.bool_]


def general_rows(lessons: Sequence[Lesson], limit: int, seed: int) -> Rows:
    """Return all candidates of the lessons, or of so many of their members that the rows are about `limit`."""
    return _rows(lessons, limit, seed, lambda lesson: (slice(None), slice(None)))


def novel_rows(lessons: Sequence[Lesson], limit: int, seed: int) -> Rows:
    """Return the candidates that members had never taken, without the columns that tell of taking them."""
    return _rows(lessons, limit, seed, lambda lesson: (~lesson.is_own, lesson.novel_columns))


def _rows(
    lessons: Sequence[Lesson], limit: int, seed: int, part: Callable[[Lesson], tuple[Any, Any]]
) -> Rows:
    generator = np.random.default_rng(seed)
    share = limit / max(1, sum(len(lesson.row) for lesson in lessons))
    features, taken = [], []
    for lesson in lessons:
        kept = lesson if share >= 1 else lesson.of_members(generator.random(len(lesson.member)) < share)
        rows, columns = part(kept)
        features.append(kept.features[rows][:, columns])
        taken.append(kept.is_taken[rows])
    return Rows(np.concatenate(features), np.concatenate(taken))


class Ranker:
    """Boosted classifiers that tell how likely a candidate is taken within the horizon: their mean log-odds.

    Where nothing or everything was taken, or nothing tells candidates apart, it scores 0.
    """

    def __init__(self, smoothings: Sequence[Smoothing], seed: int) -> None:
        self.smoothings = smoothings
        self.seed = seed

    def fit(self, rows: Rows) -> "Ranker":
        """Learn from these rows alone."""
        # A column without any value breaks the binning of scikit-learn 1.9.
        self.columns_ = np.flatnonzero(np.isfinite(rows.features).any(axis=0))
        self.members_: list[HistGradientBoostingClassifier] = []
        if len(np.unique(rows.is_taken)) < 2 or not len(self.columns_):
            return self
        features = rows.features[:, self.columns_]
        for smoothing in self.smoothings:
            parameters = asdict(smoothing)
            # A leaf may not want more rows than there are to split.
            parameters["min_samples_leaf"] = min(smoothing.min_samples_leaf, max(5, len(features) // 50))
            member = HistGradientBoostingClassifier(
                loss="log_loss", early_stopping=False, random_state=self.seed, **parameters
            )
            # More threads than idle cores make boosting slower, not faster, and many small trees slower in any case.
            with _threads().limit(limits=1):
                self.members_.append(member.fit(features, rows.is_taken))
        return self

    def score(self, features: FeatureMatrix) -> Scores:
        """Return the log-odds of each row."""
        scores = np.zeros(len(features))
        if len(features):
            told = features[:, self.columns_]
            with _threads().limit(limits=1):
                for member in self.members_:
                    scores += member.decision_function(told)
        return scores / max(1, len(self.members_))

    def score_early(self, features: FeatureMatrix, shares: Sequence[float]) -> list[Scores]:
        """Return the log-odds of each row had only such a share of the trees been learnt, for each of the shares."""
        scores = [np.zeros(len(features)) for _ in shares]
        if len(features):
            told = features[:, self.columns_]
            with _threads().limit(limits=1):
                for smoothing, member in zip(self.smoothings, self.members_, strict=False):
                    ends = [_trees(smoothing, share) for share in shares]
                    for number, found in enumerate(member.staged_decision_function(told), start=1):
                        for place, end in enumerate(ends):
                            if number == end:
                                scores[place] += found
        return [found / max(1, len(self.members_)) for found in scores]


@cache
def _threads() -> ThreadpoolController:
    # Looking for the libraries takes as long as scoring some dozen members.
    return ThreadpoolController()


def shortened(smoothings: Sequence[Smoothing], share: float) -> tuple[Smoothing, ...]:
    """Return the same with such a share of the trees."""
    return tuple(replace(smoothing, max_iter=_trees(smoothing, share)) for smoothing in smoothings)


def _trees(smoothing: Smoothing, share: float) -> int:
    return math.ceil(share * smoothing.max_iter)
