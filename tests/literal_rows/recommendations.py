"""What is recommended, and what came of it."""

from datetime import date

from tests.literal_rows.names import ACORN, BIRCH, MEI, MUG, OTTO, RICE, TEA, TICKET, UMBRELLA, WATCH, Tables


def rows() -> Tables:
    """Return the rows of these tables, in column order."""
    return {
        "fct_item_popularity": [
            (ACORN, TEA, 9.0, 1),
            (ACORN, RICE, 6.0, 2),
            (ACORN, MUG, 3.0, 3),
            (ACORN, TICKET, 2.0, 4),
            (ACORN, WATCH, 1.0, 5),
            (BIRCH, UMBRELLA, 4.0, 1),
        ],
        "fct_item_neighbours": [
            (ACORN, TEA, MUG, "together", 0.8, 1),
            (ACORN, TEA, RICE, "together", 0.4, 2),
            (ACORN, TEA, RICE, "content", 0.7, 1),
            (ACORN, RICE, TEA, "together", 0.4, 1),
            (ACORN, RICE, TEA, "content", 0.7, 1),
            (ACORN, MUG, TEA, "together", 0.8, 1),
            (ACORN, MUG, TICKET, "together", 0.2, 2),
            (BIRCH, UMBRELLA, TEA, "together", 0.1, 1),
        ],
        "fct_member_items": [
            (ACORN, MEI, TEA, 1.7, 2, "2026-02-20 10:00:00+08"),
            (ACORN, MEI, RICE, 0.9, 1, "2026-03-20 10:00:00+08"),
            (BIRCH, OTTO, UMBRELLA, 0.9, 1, "2026-03-12 10:00:00+08"),
        ],
        "fct_member_recommendations": [
            (ACORN, MEI, "all", TEA, 0.9, "personal", 1),
            (ACORN, MEI, "all", RICE, 0.7, "personal", 2),
            (ACORN, MEI, "all", MUG, 0.3, "neighbour", 3),
            (ACORN, MEI, "all", WATCH, 0.1, "popular", 4),
            (ACORN, MEI, "novel", MUG, 0.5, "neighbour", 1),
            (ACORN, MEI, "novel", WATCH, 0.2, "popular", 2),
            (BIRCH, OTTO, "all", UMBRELLA, 0.8, "personal", 1),
            (BIRCH, OTTO, "all", TEA, 0.2, "neighbour", 2),
            (BIRCH, OTTO, "novel", TEA, 0.4, "neighbour", 1),
        ],
        "fct_starting_items": [
            (ACORN, "any", TEA, 1.0, 1),
            (ACORN, "any", RICE, 0.7, 2),
            (ACORN, "any", TICKET, 0.5, 3),
            (ACORN, "any", MUG, 0.4, 4),
            (ACORN, "any", WATCH, 0.2, 5),
            (ACORN, "high", WATCH, 1.0, 1),
            (ACORN, "high", MUG, 0.6, 2),
            (ACORN, "low", TICKET, 1.0, 1),
            (ACORN, "low", TEA, 0.8, 2),
            (ACORN, "young", TICKET, 1.0, 1),
            (ACORN, "family", RICE, 1.0, 1),
            (ACORN, "family", TEA, 0.9, 2),
            (BIRCH, "any", UMBRELLA, 1.0, 1),
            (BIRCH, "any", TEA, 0.3, 2),
        ],
        "fct_starting_groups": [(ACORN, "high", 451, None), (ACORN, "low", 0, 350)],
        "fct_recommendation_experiment": [
            (ACORN, "recipe", "popularity", 900, 100, 3, 12, 180, 10, 0.2, 0.1, 0.1, 0.03, 0.17, 1.0, True),
        ],
        "fct_recommendation_placements": [
            (ACORN, "home", "personal", 1, date(2026, 3, 1), 200, 200, 10, 0.05, 0.03, 0.09, 2, 0.01),
            (ACORN, "basket", "neighbour", 1, date(2026, 3, 1), 20, 20, 4, 0.2, 0.08, 0.42, 1, 0.05),
            (ACORN, "home", "personal", 1, date(2026, 2, 1), 100, 100, 5, 0.05, 0.02, 0.11, 0, 0.0),
        ],
        "fct_recommendation_policies": [
            (ACORN, "popularity", date(2026, 3, 1), 100, 200, 2_000, 60, 0.03, 0.02, 0.04, 10, 0.005, 0.003, 0.009),
            (ACORN, "recipe", date(2026, 3, 1), 900, 1_800, 18_000, 900, 0.05, 0.047, 0.053, 180, 0.01, 0.009, 0.012),
            (BIRCH, "recipe", date(2026, 3, 1), 1, 1, 10, 1, 0.1, 0.01, 0.4, 0, 0.0, 0.0, 0.3),
        ],
    }  # fmt: skip
