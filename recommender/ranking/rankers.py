"""The two boosted rankers: one for everything a member may take, one for what is new to them, far smoother."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass

import numpy as np
from numpy.typing import NDArray
from sklearn.ensemble import HistGradientBoostingClassifier

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


# From the freest to the smoothest; the validation window chooses. Few rows want smooth rankers for everything.
GENERAL = (
    Smoothing(200, 31, 200, 5.0, 0.5),
    Smoothing(120, 10, 500, 10.0, 0.5),
)
NOVEL = (
    Smoothing(120, 10, 500, 10.0, 0.5),
    Smoothing(120, 10, 2_000, 10.0, 0.3),
)


@dataclass(frozen=True)
class Rows:
    """Rows to learn from: features of one kind of candidate, and whether each was taken."""

    features: FeatureMatrix
    is_taken: NDArray[np.bool_]


def general_rows(lessons: Sequence[Lesson]) -> Rows:
    """Return all candidates of the lessons."""
    return Rows(
        np.concatenate([lesson.features for lesson in lessons]),
        np.concatenate([lesson.is_taken for lesson in lessons]),
    )


def novel_rows(lessons: Sequence[Lesson]) -> Rows:
    """Return the candidates that their members had never taken, without the columns that tell of taking them."""
    return Rows(
        np.concatenate([lesson.features[~lesson.is_own][:, lesson.novel_columns] for lesson in lessons]),
        np.concatenate([lesson.is_taken[~lesson.is_own] for lesson in lessons]),
    )


class Ranker:
    """A boosted classifier that tells how likely a candidate is taken within the horizon, on the log-odds scale.

    Where nothing or everything was taken, or nothing tells candidates apart, it scores 0.
    """

    def __init__(self, smoothing: Smoothing, seed: int) -> None:
        self.smoothing = smoothing
        self.seed = seed

    def fit(self, rows: Rows) -> "Ranker":
        """Learn from these rows alone."""
        # A column without any value breaks the binning of scikit-learn 1.9.
        self.columns_ = np.flatnonzero(np.isfinite(rows.features).any(axis=0))
        self.boosting_: HistGradientBoostingClassifier | None = None
        if len(np.unique(rows.is_taken)) < 2 or not len(self.columns_):
            return self
        parameters = asdict(self.smoothing)
        # A leaf may not want more rows than there are to split.
        parameters["min_samples_leaf"] = min(self.smoothing.min_samples_leaf, max(5, len(rows.is_taken) // 50))
        self.boosting_ = HistGradientBoostingClassifier(
            loss="log_loss", early_stopping=False, random_state=self.seed, **parameters
        ).fit(rows.features[:, self.columns_], rows.is_taken)
        return self

    def score(self, features: FeatureMatrix) -> Scores:
        """Return the log-odds of each row."""
        if self.boosting_ is None or not len(features):
            return np.zeros(len(features))
        return np.asarray(self.boosting_.decision_function(features[:, self.columns_]), dtype=np.float64)
