"""Suppliers, scores and money."""

from datetime import date

from tests.literal_rows.names import ACORN, BIRCH, LAST_DATE, Tables, id_of

_SHIPPED = ("48小时发货", "Shipped on time", "48 小时内", "Within 48 hours")
SUPPLIER_SCORES = [
    (ACORN, id_of(901), "tea-house", "Tea House", "2026-03-01", 0.9, 0.8, 1.0, 0.8, 120, False),
    (ACORN, id_of(902), "mug-makers", "Mug Makers", "2026-03-01", 0.5, 0.1, 0.9, 0.3, 4, True),
    (ACORN, id_of(901), "tea-house", "Tea House", "2026-02-01", 0.7, 0.6, 0.8, 0.8, 90, False),
    (BIRCH, id_of(903), "rain", "Rain", "2026-03-01", 0.2, 0.1, 0.3, 0.3, 40, False),
]
SUPPLIER_SCORE_PARTS = [
    (ACORN, id_of(901), "2026-03-01", "ship_48h", *_SHIPPED, 98, 100, 0.98, 0.93, 0.995, 0.3, 0.8, 1.0, 0.9),
    (ACORN, id_of(902), "2026-03-01", "answer", "答复", "Answers", "24 小时内", "In 24 hours", 0, 0, None, None, None, 0.15, 0.8,
     1.0, None),
    (ACORN, id_of(902), "2026-03-01", "ship_48h", *_SHIPPED, 9, 10, 0.9, 0.6, 0.98, 0.3, 0.8, 1.0, 0.5),
]  # fmt: skip


def rows() -> Tables:
    """Return the rows of these tables, in column order."""
    return {
        "fct_supplier_performance": [
            (ACORN, id_of(901), "tea-house", "Tea House", "active", date(2025, 4, 1), LAST_DATE, 5, 4, 1, 0.25, 0.05,
             0.7, 50, 35, 0.7, 41, 1, 0.0238, 5.8, 5.67, 0.67, 451, 6),
            (ACORN, id_of(902), "mug-makers", "Mug Makers", "suspended", date(2025, 4, 1), LAST_DATE, 0, 0, 0, None,
             None, None, 0, 0, None, 0, 0, None, None, None, None, 0, 0),
            (BIRCH, id_of(903), "rain", "Rain Goods", "active", date(2025, 4, 1), LAST_DATE, 1, 1, 1, 1.0, 0.2, 1.0, 5,
             5, 1.0, 5, 0, 0.0, 3.0, 3.0, 0.0, 50, 0),
        ],
        "fct_supplier_scores_monthly": SUPPLIER_SCORES,
        "fct_supplier_score_parts_monthly": SUPPLIER_SCORE_PARTS,
        "fct_value_scores_monthly": [
            (ACORN, "2026-02-01", 0.5, None, 0.5, None, None, 0.3),
            (ACORN, "2026-03-01", 0.67, 0.8, 0.5, 1.0, 0.0, 0.9),
            (BIRCH, "2026-01-01", 0.9, 0.9, None, None, None, 0.4),
        ],
        "fct_value_score_parts_monthly": [
            (ACORN, "2026-03-01", "price", "fee_share", 0.1, 1.0, 0.1, 0.01, 200, 1_000, 0.2, 0.0),
            (ACORN, "2026-03-01", "functional", "activity_rate", 0.4, 1.0, 0.0, 0.3, 48, 120, 0.4, 1.0),
            (BIRCH, "2026-01-01", "functional", "activity_rate", 0.4, 1.0, 0.0, 0.3, 9, 10, 0.9, 1.0),
        ],
        "fct_points_liability_monthly": [
            (ACORN, "2026-02-01", "2026-02-28", 500, 450, 450, 0.9, 1, True),
            (ACORN, "2026-03-01", "2026-03-31", 800, 405, 720, 0.50625, 2, True),
            (BIRCH, "2026-03-01", "2026-03-31", 5, 5, 5, 1.0, 1, True),
        ],
        "fct_money_monthly": [
            (ACORN, "2026-02-01", 900, 900, 0, 0, 0, 0, 0, 0, 0, 0, 0, None, 0, 0, 0, None),
            (ACORN, "2026-03-01", 1_200, 400, 800, 800, 50, 750, 600, 150, 100, 2, 1, 0.5, 600, 5_000, 4_000, 0.2),
            (BIRCH, "2026-03-01", 7, 0, 7, 0, 0, 0, 0, 0, 0, 0, 0, None, 0, 0, 0, None),
        ],
    }  # fmt: skip
