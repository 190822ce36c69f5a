"""Learns sentiment from labelled texts: logistic regression over n-grams of characters, then calibrated.

Characters need no word list and no segmentation, which Chinese would (Zhang, Zhao & LeCun 2015, Character-level
Convolutional Networks for Text Classification, compare n-grams of both). Calibration is Platt's (1999): a logistic
function of the score, fitted on texts that were not learnt from.
"""

from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import normalize

from recommender.sentiment.model import Floats, SentimentModel, counter, rounded
from recommender.sentiment.texts import calibrating

# Twice and four times as many gave no better figure on either Chinese set, and a larger file.
MOST_NGRAMS: Final = 30_000
_LEAST_TEXTS: Final = 3
# Of 1, 4 and 16 the best by macro F1 on the calibrating part of both Chinese sets.
_INVERSE_PENALTY: Final = 4.0
# Without neutral texts to learn from, a text is neutral if neither side is twice as probable as the other.
_UNLEARNT_BAND: Final = (1 / 3, 2 / 3)
_LEAST_NEUTRAL: Final = 20
_LEAST_OF_EACH: Final = 10
# From one end of the scale to the other.
_PLACES: Final = ("negative", "neutral", "positive")


class TooFewTexts(ValueError):
    """There are too few texts of a label to learn from."""


def train(texts: pd.DataFrame, *, most_ngrams: int = MOST_NGRAMS) -> SentimentModel:
    """Learn from texts.

    Args:
        texts: (text, label), as `labelled` gives them.

    Raises:
        TooFewTexts: fewer than 10 are negative or positive on either side of the calibration.
    """
    polar = texts[texts["label"] != "neutral"]
    apart = calibrating(list(polar["text"]))
    learnt, held = polar[~apart], polar[apart]
    for part in (learnt, held):
        rarest = min((part["label"] == label).sum() for label in ("negative", "positive"))
        if rarest < _LEAST_OF_EACH:
            raise TooFewTexts(
                f"there are {rarest} texts of one label to learn from or to calibrate with; give at least some "
                "hundred negative and positive texts"
            )
    counting = counter(most=most_ngrams, least_texts=_LEAST_TEXTS)
    counts = counting.fit_transform(learnt["text"]).astype(np.float64)
    in_texts = np.asarray((counts > 0).sum(axis=0)).ravel()
    idf = rounded(np.log((1 + len(learnt)) / (1 + in_texts)) + 1)
    counts.data = (1.0 + np.log(counts.data)) * idf[counts.indices]
    fitted = LogisticRegression(C=_INVERSE_PENALTY, solver="liblinear", random_state=0)
    fitted.fit(normalize(counts), _is_positive(learnt))
    raw = SentimentModel(
        tuple(counting.get_feature_names_out()),
        idf,
        fitted.coef_[0],
        float(fitted.intercept_[0]),
        *_UNLEARNT_BAND,
    )
    return _with_band(_calibrated(raw, held), texts)


def _is_positive(texts: pd.DataFrame) -> NDArray[np.bool_]:
    return np.asarray(texts["label"] == "positive")


def _calibrated(model: SentimentModel, texts: pd.DataFrame) -> SentimentModel:
    """Return the model with Platt's slope and offset folded into its weights."""
    scores = np.clip(model.scores(list(texts["text"])), 1e-12, 1 - 1e-12)
    logits = np.log(scores / (1 - scores))
    fitted = LogisticRegression(C=1e6).fit(logits.reshape(-1, 1), _is_positive(texts))
    slope, offset = float(fitted.coef_[0, 0]), float(fitted.intercept_[0])
    return SentimentModel(
        model.ngrams,
        model.idf,
        rounded(model.weights * slope),
        model.intercept * slope + offset,
        model.negative_below,
        model.positive_above,
    )


def _with_band(model: SentimentModel, texts: pd.DataFrame) -> SentimentModel:
    """Return the model with the band between negative and positive that told texts of all labels apart best."""
    held = texts[calibrating(list(texts["text"]))]
    if (held["label"] == "neutral").sum() < _LEAST_NEUTRAL:
        return model
    scores = model.scores(list(held["text"]))
    truth = held["label"].map(_PLACES.index).to_numpy()
    grid = np.linspace(0.05, 0.95, 19)
    bands = [(low, high) for low in grid for high in grid if low <= high]
    best = max(bands, key=lambda band: _banded_f1(scores, truth, band))
    return SentimentModel(
        model.ngrams, model.idf, model.weights, model.intercept, float(best[0]), float(best[1])
    )


def _banded_f1(scores: Floats, truth: NDArray[np.int_], band: tuple[float, float]) -> float:
    low, high = band
    return macro_f1(truth, (scores >= low).astype(np.int_) + (scores > high))


def macro_f1(truth: NDArray[np.int_], found: NDArray[np.int_]) -> float:
    """Return the mean F1 of the labels that are in either, which are 0, 1 and 2; one without any hit has 0.

    Of the 190 bands of a choice it takes a hundredth of the time of scikit-learn's, which looks at labels as text.
    """
    met = np.bincount(3 * truth + found, minlength=9).reshape(3, 3)
    both = met.sum(axis=0) + met.sum(axis=1)
    return float(np.mean(2 * met.diagonal()[both > 0] / both[both > 0]))
