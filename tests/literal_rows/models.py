"""What models scored, and their cards."""

from typing import Any

from tests.literal_rows.names import ACORN, BIRCH, LAST_DATE, Tables


def _gate(metric: str, candidate: float, baseline: str, value: float, released: str) -> dict[str, Any]:
    return {
        "metric": metric, "candidate": released if released != baseline else "two_stage",
        "candidate_value": candidate, "strongest_baseline": baseline, "baseline_value": value,
        "released": released, "reason": f"so {released} is released.",
    }  # fmt: skip


def _window(first: str, last: str, units: int, rows: int) -> dict[str, Any]:
    return {"first": first, "last": last, "units": units, "rows": rows}


def model_cards() -> list[dict[str, Any]]:
    """Acorn's cards: two-stage ranking of anything and EASE of what is new, boosted forecasts of items.

    Birch's card is of a young mall, in which there was nothing to choose by.
    """
    since = "2026-02-28T18:40:00+00:00"  # 1 March in Shanghai
    made = {"trained_at": "2026-04-01T01:00:00+00:00", "code_version": "0.1.0+abc1234", "seed": 7}
    return [
        {
            **made,
            "tenant_id": str(ACORN),
            "area": "ranking",
            "chosen_on": "2026-03-31",
            "purpose": "Orders items.",
            "choices": [
                {
                    "slice": "all", "model": "two_stage", "released_since": since,
                    "gate": _gate("ndcg@10", 0.53, "ease", 0.45, "two_stage"), "reason": "It is better.",
                    "parameters": {
                        "l2": 0.4, "max_rows": 1_000_000, "quotas.own": 60, "general.1.max_iter": 100, "unheard_of": True,
                    },
                },
                {
                    "slice": "novel", "model": "ease", "released_since": "2026-04-01T02:00:00+00:00",
                    "gate": _gate("ndcg@10", 0.18, "ease", 0.21, "ease"), "reason": "It is not.",
                    "paired": {"baseline": "popularity", "ratio": 1.25, "low": 0.98, "high": 1.55, "n": 1_800},
                    "parameters": {"l2": 1.2, "weighting": "log"},
                },
            ],
            "data": _window("2025-04-01", "2026-03-30", 2_500, 60_000),
            "learnt_from": {"members": 2_500, "items": 300, "redeemed_lines": 60_000, "active_days": 350},
            "validation": _window("2026-02-03", "2026-03-02", 1_900, 4_000),
            "test": _window("2026-03-03", "2026-03-30", 2_000, 5_000),
            "scores": [],
            "limits": {
                "members_listed": 4_000, "members_without_history": 1_500, "members_under_5_lines": 2_000,
                "items_offered": 320, "items_without_history": 20, "lists_kept": 3_000, "members_chosen_by": 2_400,
                "unknown_item_share": 0.031, "unknown_member_share": 0.0, "data_age_days": 2,
            },
        },
        {
            **made,
            "tenant_id": str(ACORN),
            "area": "demand",
            "purpose": "Forecasts items.",
            "choices": [
                {
                    "slice": "item", "model": "combination", "released_since": since,
                    "gate": _gate("wape", 0.28, "seasonal_naive", 0.35, "combination"), "reason": "It is better.",
                    "parameters": {"max_iter": 60, "learning_rate": 0.1},
                }
            ],
            "data": _window("2026-01-01", "2026-03-31", 2, 180),
            "learnt_from": {"series": 2, "units": 900, "series_days": 177, "days": 90},
            "validation": _window("2026-01-07", "2026-02-03", 2, 56),
            "test": _window("2026-02-04", "2026-03-31", 2, 109),
            "scores": [],
            "limits": {
                "spell_days": 60, "series_without_forecast": 0, "unknown_series_share": 0.0, "data_age_days": 1
            },
        },
        {
            **made,
            "tenant_id": str(BIRCH),
            "area": "ranking",
            "purpose": "Orders items.",
            "choices": [
                {
                    "slice": "all", "model": "personal_frequency", "released_since": since,
                    "gate": None, "reason": "Too young.", "parameters": {"half_life_active_days": 60.0},
                }
            ],
            "data": _window("2026-03-12", "2026-03-12", 1, 1),
            "learnt_from": {"members": 1, "items": 1, "redeemed_lines": 1, "active_days": 1},
            "validation": None,
            "test": None,
            "scores": [],
            "limits": {"members_listed": 1, "data_age_days": 20},
        },
    ]  # fmt: skip


def rows() -> Tables:
    """Return the rows of these tables, in column order."""
    return {
        "fct_model_scores": [
            ("ranking", ACORN, "two_stage", "all", "ndcg", 10, 0.55, 0.53, 0.57, 2_000, True, LAST_DATE),
            ("ranking", ACORN, "ease", "all", "ndcg", 10, 0.44, 0.42, 0.46, 2_000, False, LAST_DATE),
            ("ranking", ACORN, "popularity", "all", "ndcg", 10, 0.37, 0.36, 0.38, 2_000, False, LAST_DATE),
            ("ranking", ACORN, "two_stage", "all", "ndcg", 20, 0.58, 0.56, 0.60, 2_000, True, LAST_DATE),
            ("ranking", ACORN, "two_stage", "all", "coverage", 10, 0.40, None, None, 2_000, True, LAST_DATE),
            # Of what is new, EASE is in use: its card says so, these rows know only of the slice `all`.
            ("ranking", ACORN, "two_stage", "novel", "ndcg", 10, 0.19, 0.17, 0.21, 1_800, True, LAST_DATE),
            ("ranking", ACORN, "ease", "novel", "ndcg", 10, 0.20, 0.18, 0.22, 1_800, False, LAST_DATE),
            ("ranking", ACORN, "popularity", "novel", "ndcg", 10, 0.16, 0.15, 0.17, 1_800, False, LAST_DATE),
            ("demand", ACORN, "combination", "item", "wape", None, 0.26, 0.24, 0.28, 280, True, LAST_DATE),
            ("demand", ACORN, "seasonal_naive", "item", "wape", None, 0.34, 0.32, 0.36, 280, False, LAST_DATE),
            ("demand", ACORN, "combination", "item", "coverage_90", None, 0.89, 0.86, 0.91, 280, True, LAST_DATE),
        ],
    }  # fmt: skip
