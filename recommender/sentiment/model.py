"""The model: n-grams of characters with a weight each. It is data - one JSON file - and no code is loaded with it.

A text is the tf-idf vector of its n-grams, 1 + ln(count) times idf, of length one (Manning, Raghavan & Schütze,
Introduction to Information Retrieval, 2008, section 6.4); its score is the logistic function of a weighted sum, the
calibrated probability that it is positive rather than negative.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit
from sklearn.feature_extraction.text import CountVectorizer
from sklearn.preprocessing import normalize

from recommender.sentiment.texts import normalise

Floats = NDArray[np.float64]

FORMAT: Final = "pointmart-sentiment-1"
LONGEST_NGRAM: Final = 3
# In what is kept: more digits than decide anything, at half the size.
_DIGITS: Final = 6


class BrokenModel(ValueError):
    """A file is no model of sentiment."""


@dataclass(frozen=True)
class SentimentModel:
    """What was learnt.

    Attributes:
        ngrams: each of 1 to 3 characters, with its `idf` and `weights` in the same place.
        negative_below, positive_above: the scores that make a text negative or positive; between them it is neutral.
    """

    ngrams: tuple[str, ...]
    idf: Floats
    weights: Floats
    intercept: float
    negative_below: float
    positive_above: float

    def scores(self, texts: Sequence[str]) -> Floats:
        """Return the probability of each text that it is positive rather than negative: shape (n_texts,)."""
        if not len(texts):
            return np.zeros(0)
        counts = self._counter.transform(texts).astype(np.float64)
        counts.data = (1.0 + np.log(counts.data)) * self.idf[counts.indices]
        found: Floats = expit(normalize(counts) @ self.weights + self.intercept)
        return found

    def labels(self, scores: Floats) -> NDArray[np.str_]:
        """Return the label of each score."""
        return np.where(
            scores < self.negative_below,
            "negative",
            np.where(scores > self.positive_above, "positive", "neutral"),
        )

    @cached_property
    def _counter(self) -> CountVectorizer:
        return counter(vocabulary=self.ngrams)


def counter(
    *, vocabulary: Sequence[str] | None = None, most: int | None = None, least_texts: int = 1
) -> CountVectorizer:
    """Return what counts the n-grams of texts, of those in a vocabulary or of the most frequent."""
    return CountVectorizer(
        analyzer="char",
        ngram_range=(1, LONGEST_NGRAM),
        preprocessor=normalise,
        vocabulary=vocabulary,
        max_features=most,
        min_df=least_texts,
    )


def told(model: SentimentModel) -> str:
    """Return a model as the JSON that `load` reads from a file."""
    parts = {
        "format": FORMAT,
        "ngrams": model.ngrams,
        "idf": [round(float(value), _DIGITS) for value in model.idf],
        "weights": [round(float(value), _DIGITS) for value in model.weights],
        "intercept": model.intercept,
        "negative_below": model.negative_below,
        "positive_above": model.positive_above,
    }
    return json.dumps(parts, ensure_ascii=False)


def load(path: Path) -> SentimentModel:
    """Read a model.

    Raises:
        BrokenModel: the file is none.
    """
    try:
        parts = json.loads(path.read_text(encoding="utf-8"))
        if parts["format"] != FORMAT:
            raise BrokenModel(f"{path} is a model of the form {parts['format']}, not {FORMAT}")
        model = SentimentModel(
            tuple(parts["ngrams"]),
            np.array(parts["idf"], dtype=np.float64),
            np.array(parts["weights"], dtype=np.float64),
            float(parts["intercept"]),
            float(parts["negative_below"]),
            float(parts["positive_above"]),
        )
    except (KeyError, TypeError, ValueError, UnicodeDecodeError) as error:
        if isinstance(error, BrokenModel):
            raise
        raise BrokenModel(f"{path} is no model of sentiment: {error!r}") from error
    if not len(model.ngrams) == len(model.idf) == len(model.weights):
        raise BrokenModel(f"{path} does not have a weight for each n-gram")
    return model


def rounded(values: Floats) -> Floats:
    """Return values as a file keeps them, so that saving and loading changes nothing."""
    return np.round(values, _DIGITS)
