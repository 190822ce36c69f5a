"""Scores as people read them: in points of a hundred, never in per cent."""

import pandas as pd

_WHOLE = 100


def points(score: float) -> str:
    """Return a score (0-1) in points of a hundred: 0.8 is 80.0."""
    return f"{score * _WHOLE:.1f}"


def of_a_hundred(rows: pd.DataFrame, *scores: str) -> pd.DataFrame:
    """Return rows whose columns of scores (0-1) are in points of a hundred."""
    return rows.assign(**{score: rows[score] * _WHOLE for score in scores})
