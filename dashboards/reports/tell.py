"""The cells of a table as people read them."""

from collections.abc import Sequence
from typing import Any

import pandas as pd

from dashboards.downloads import Column, Kind
from dashboards.words import NOTHING, Words


def told_rows(words: Words, rows: pd.DataFrame, columns: Sequence[Column]) -> list[list[str]]:
    """Return the cells of these columns as text, row by row."""
    cells = [[_cell(words, value, column.kind) for value in rows[column.name]] for column in columns]
    return [list(row) for row in zip(*cells, strict=True)]


def _cell(words: Words, value: Any, kind: Kind) -> str:
    if pd.isna(value):
        return NOTHING
    if kind == "text":
        return str(value)
    if kind == "month":
        return words.short_month(value)
    if kind == "date":
        return f"{value:%Y-%m-%d}"
    if kind == "moment":
        return f"{value:%Y-%m-%d %H:%M}"
    if kind == "rate":
        return words.rate(float(value))
    if kind == "change":
        return words.change(float(value))
    if kind == "count":
        return f"{value:,.0f}"
    return f"{value:,.4f}" if kind == "score" else f"{value:,.2f}" if kind == "money" else f"{value:,.1f}"
