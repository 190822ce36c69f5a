"""Rows as the columns that an `unnest` takes."""

from collections.abc import Iterable
from typing import Any


def columns(rows: Iterable[tuple[Any, ...]], count: int = 2) -> list[list[Any]]:
    """Return the columns of rows that have `count` values each; none of no rows are empty."""
    return [list(column) for column in zip(*rows, strict=True)] or [[] for _ in range(count)]
