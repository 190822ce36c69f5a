"""Scores texts with a model of sentiment, a file that `pointmart sentiment train` wrote.

The model is data - n-grams of characters with a weight each - so that this needs neither the library that learnt it nor
any code from the file. `recommender/sentiment/model.py` says what the numbers mean; a test compares both.
"""

import json
import re
import unicodedata
from collections import Counter
from dataclasses import dataclass
from hashlib import sha256
from math import exp, log, sqrt
from pathlib import Path
from typing import Final, Literal

Label = Literal["negative", "neutral", "positive"]

_FORMAT: Final = "pointmart-sentiment-1"
_LONGEST_NGRAM: Final = 3
_BLANKS = re.compile(r"\s+")


class BrokenSentimentModel(Exception):
    """The file is no model of sentiment."""


@dataclass(frozen=True)
class Sentiment:
    """Whether a text is negative, neutral or positive; score is the probability of positive rather than negative."""

    label: Label
    score: float


@dataclass(frozen=True)
class SentimentModel:
    """A model as it was read; model_id says which one it is.

    Attributes:
        ngrams: n-gram → (inverse document frequency, weight).
        negative_below, positive_above: scores beyond which a text is not neutral.
    """

    model_id: str
    ngrams: dict[str, tuple[float, float]]
    intercept: float
    negative_below: float
    positive_above: float

    def judge(self, text: str) -> Sentiment:
        """Return the sentiment of a text."""
        score = self._score(text)
        if score < self.negative_below:
            return Sentiment("negative", score)
        return Sentiment("positive" if score > self.positive_above else "neutral", score)

    def _score(self, text: str) -> float:
        plain = _BLANKS.sub(" ", unicodedata.normalize("NFKC", text).lower()).strip()
        found = Counter(
            plain[start : start + size]
            for size in range(1, _LONGEST_NGRAM + 1)
            for start in range(len(plain) - size + 1)
        )
        squares, weighted = 0.0, 0.0
        for ngram, count in found.items():
            if (known := self.ngrams.get(ngram)) is not None:
                idf, weight = known
                value = (1 + log(count)) * idf
                squares += value * value
                weighted += value * weight
        logit = self.intercept + (weighted / sqrt(squares) if squares else 0.0)
        return 1 / (1 + exp(-logit)) if logit >= 0 else exp(logit) / (1 + exp(logit))


def load_model(path: Path) -> SentimentModel:
    """Read a model.

    Raises:
        BrokenSentimentModel: the file is not there or is none.
    """
    try:
        content = path.read_bytes()
        told = json.loads(content)
        if told["format"] != _FORMAT:
            raise BrokenSentimentModel(
                f"{path} is a model of the form {told['format']}; train one of {_FORMAT}"
            )
        numbers = zip(told["idf"], told["weights"], strict=True)
        return SentimentModel(
            sha256(content).hexdigest()[:16],
            {
                str(ngram): (float(idf), float(weight))
                for ngram, (idf, weight) in zip(told["ngrams"], numbers, strict=True)
            },
            float(told["intercept"]),
            float(told["negative_below"]),
            float(told["positive_above"]),
        )
    except (OSError, KeyError, TypeError, ValueError) as error:
        raise BrokenSentimentModel(
            f"{path} is no model of sentiment ({error!r}); `pointmart sentiment train` writes one, and without "
            "POINTMART_SENTIMENT_MODEL texts are taken and not scored"
        ) from error


def columns_of(
    model: SentimentModel | None, text: str | None
) -> tuple[Label | None, float | None, str | None]:
    """Return label, score and model's id as a row keeps them of a text; all null without a model or a text."""
    if model is None or text is None:
        return None, None, None
    found = model.judge(text)
    return found.label, found.score, model.model_id
