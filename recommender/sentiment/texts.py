"""Labelled texts: how they are read alike everywhere, and which of them are held out."""

import re
import unicodedata
from collections.abc import Sequence
from hashlib import sha256
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

LABELS: Final = ("negative", "neutral", "positive")
_SPOKEN: Final = {"0": "negative", "1": "positive", **{label: label for label in LABELS}}
_BLANKS = re.compile(r"\s+")
# One in five is held out; of the rest one in ten calibrates.
_HELD_OUT_IN: Final = 5
_CALIBRATING_IN: Final = 10


class UnknownLabel(ValueError):
    """A label is none of those that are known."""


def normalise(text: str) -> str:
    """Return a text in compatible characters, lower case and with single blanks.

    The service that scores texts does the same (`transactional/texts/sentiment.py`), and a test compares the two.
    """
    return _BLANKS.sub(" ", unicodedata.normalize("NFKC", text).lower()).strip()


def labelled(texts: Sequence[object], labels: Sequence[object]) -> pd.DataFrame:
    """Return (text, label) of each text that is not blank, normalised, each text once.

    Of a text that occurs several times the first label counts, so that none is both learnt from and held out.

    Raises:
        UnknownLabel: a label is neither negative, neutral or positive nor 0 (negative) or 1 (positive).
    """
    said = [str(label).strip().lower().removesuffix(".0") for label in labels]
    unknown = sorted(set(said) - set(_SPOKEN))
    if unknown:
        raise UnknownLabel(
            f"the label {unknown[0]!r} is none of negative, neutral, positive, 0 (negative) and 1 (positive)"
        )
    frame = pd.DataFrame(
        {
            "text": [normalise(text) if isinstance(text, str) else "" for text in texts],
            "label": [_SPOKEN[label] for label in said],
        }
    )
    return frame[frame["text"] != ""].drop_duplicates("text").reset_index(drop=True)


def held_out(texts: Sequence[str]) -> NDArray[np.bool_]:
    """Tell of each text whether it is held out; it depends on the text alone, so that no other file teaches it."""
    return np.array([_drawn(text) % _HELD_OUT_IN == 0 for text in texts], dtype=np.bool_)


def calibrating(texts: Sequence[str]) -> NDArray[np.bool_]:
    """Tell of each text that is not held out whether it calibrates; independent of what is held out."""
    return np.array([_drawn(text) // _HELD_OUT_IN % _CALIBRATING_IN == 0 for text in texts], dtype=np.bool_)


def _drawn(text: str) -> int:
    return int.from_bytes(sha256(text.encode()).digest()[:8], "big")
