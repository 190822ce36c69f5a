"""The table of model scores, which both areas fill: one row per model, slice, metric and k."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass

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


def scores_of(frame: pd.DataFrame) -> list[Score]:
    """Return the rows of a table of scores."""
    lengths = frame["k"].astype(object).where(frame["k"].notna(), None)
    rows = frame.assign(k=lengths)[list(Score.__slots__)].to_dict("records")
    return [Score(**{str(name): value for name, value in row.items()}) for row in rows]


def score_frame(area: str, scores: Iterable[Score], *, released_model: str) -> pd.DataFrame:
    """Return the scores of one area as the typed table, marking the released model's rows."""
    rows = [asdict(score) for score in scores]
    return typed_frame(
        SCORE_COLUMNS,
        {
            "area": [area] * len(rows),
            "is_released": [row["model"] == released_model for row in rows],
            **{name: [row[name] for row in rows] for name in Score.__slots__},
        },
    )
