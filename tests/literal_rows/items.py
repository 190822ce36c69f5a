"""How items do."""

from collections.abc import Iterator
from datetime import date
from typing import Any

from tests.literal_rows.names import ACORN, BIRCH, MUG, RICE, TEA, UMBRELLA, Tables


def _performance() -> Iterator[tuple[Any, ...]]:
    for month in (date(2026, 2, 1), date(2026, 3, 1)):
        yield ACORN, TEA, month, 28, 0, 0, 100, 40, 0.4, 0.31, 0.5, 44, 4_400, 100, 3, 4.5, 1, 1
        yield ACORN, RICE, month, 28, 3, 9, 60, 6, 0.1, 0.05, 0.2, 6, 1_200, 200, 5, 3.0, 2, 2
        yield ACORN, MUG, month, 28, 0, 0, 0, 0, None, None, None, 0, 0, 300, 0, None, 3, None
    yield BIRCH, UMBRELLA, date(2026, 3, 1), 31, 0, 0, 10, 5, 0.5, 0.2, 0.8, 5, 450, 90, 0, None, 1, 1


def rows() -> Tables:
    """Return the rows of these tables, in column order."""
    return {
        "fct_item_performance_monthly": _performance(),
        "fct_item_performance_by_segment_monthly": [
            (ACORN, date(2026, 3, 1), "segment", "champion", RICE, 30, 6, 0.2, 0.1, 0.37, 6, 1_200, 1, 2.0),
            (ACORN, date(2026, 3, 1), "segment", "champion", TEA, 20, 10, 0.5, 0.3, 0.7, 11, 1_100, 0, None),
            (ACORN, date(2026, 3, 1), "stage", "active", TEA, 90, 40, 0.44, 0.35, 0.54, 44, 4_400, 3, 4.5),
            (BIRCH, date(2026, 3, 1), "segment", "champion", UMBRELLA, 7, 5, 0.71, 0.36, 0.92, 5, 450, 0, None),
        ],
        "fct_items_to_improve": [
            (ACORN, date(2026, 3, 1), RICE, 1, "poor_ratings", False, True, False, False, 60, 6, 0.1, 0.05, 0.2, 0.29,
             28, 3, 5, 3.0, 200, 150.0),
            (BIRCH, date(2026, 3, 1), UMBRELLA, 1, "few_views", False, False, False, True, 10, 5, 0.5, 0.2, 0.8, 0.5,
             31, 0, 0, None, 90, None),
        ],
    }  # fmt: skip
