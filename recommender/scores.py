"""The table of model scores, which both areas fill: one row per model, slice, metric and k."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import date

import numpy as np
import pandas as pd

from recommender.frames import typed_frame

SCORE_COLUMNS = {
    "area": "str",
    "model": "str",
    "slice": "str",
    "metric": "str",
    "k": "Int64",
    "value": "float64",
    "low": "float64",
    "high": "float64",
    "n": "int64",
    "is_released": "bool",
    "judged_until": "object",
}


@dataclass(frozen=True, slots=True)
class Score:
    """One measured value with its 95 % interval; `n` counts the units that were resampled."""

    model: str
    slice: str
    metric: str
    k: int | None
    value: float
    low: float
    high: float
    n: int


def score_frame(
    area: str, scores: Iterable[Score], *, released_model: str, judged_until: date | None
) -> pd.DataFrame:
    """Return the scores of one area as the typed table, marking the released model's rows.

    `judged_until` is the last business day of the window that the scores are of.
    """
    rows = [asdict(score) for score in scores]
    return typed_frame(
        SCORE_COLUMNS,
        {
            "area": [area] * len(rows),
            "is_released": [row["model"] == released_model for row in rows],
            "judged_until": np.full(len(rows), judged_until, dtype=object),
            **{name: [row[name] for row in rows] for name in Score.__slots__},
        },
    )
