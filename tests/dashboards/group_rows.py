"""What the pages about an enterprise read of segments and stages, written by hand: acorn's champions, and birch's."""

from datetime import date
from typing import Any

from tests.literal_release import ACORN, BIRCH, MUG, RICE, TEA, UMBRELLA

_JANUARY, _FEBRUARY, _MARCH = date(2026, 1, 1), date(2026, 2, 1), date(2026, 3, 1)
_END = date(2026, 3, 31)
_GROUP = "group_kind varchar, member_group varchar"

TABLES = {
    "fct_points_by_segment_monthly": f"tenant_id uuid, month date, {_GROUP}, member_count bigint, issued_points bigint, "
    "redeemed_points bigint, expired_points bigint, exchanged_out_points bigint, exchanged_in_points bigint, "
    "adjusted_points bigint, owed_points bigint, fee_points bigint, outstanding_points bigint",
    "fct_points_liability_by_segment": f"tenant_id uuid, as_of_month date, {_GROUP}, cohort_month date, "
    "remaining_points bigint, is_fallback boolean, estimate_cohort_count bigint, expected_redemption_share double, "
    "point_cost_fen_per_100 integer, liability_fen bigint",
    "fct_points_expiry_by_segment": f"tenant_id uuid, {_GROUP}, expiry_month date, as_of_date date, "
    "first_expires_on date, remaining_points bigint, lot_count bigint, member_count bigint, member_count_so_far bigint",
    "fct_item_performance_by_segment_monthly": f"tenant_id uuid, month date, {_GROUP}, item_id uuid, view_count bigint, "
    "redemption_count bigint, redemption_rate double, quantity bigint, points bigint, answer_count bigint, mean_score double",
    "fct_cohort_retention_by_segment": f"tenant_id uuid, as_of_month date, {_GROUP}, cohort_kind varchar, "
    "cohort_month date, months_since integer, month date, is_whole_month boolean, cohort_size bigint, "
    "active_count bigint, retention_rate double, low double, high double",
}
_CHAMPIONS = ("segment", "champion")
ROWS: dict[str, list[tuple[Any, ...]]] = {
    "fct_points_by_segment_monthly": [
        (ACORN, _FEBRUARY, *_CHAMPIONS, 60, 0, 80_000, 0, 5_000, 1_000, -2_000, 0, 500, 400_000),
        (ACORN, _MARCH, *_CHAMPIONS, 50, 300_000, 200_000, 0, 0, 0, 0, 0, 0, 500_000),
        (ACORN, _FEBRUARY, "stage", "at_risk", 20, 0, 0, 0, 0, 0, 0, 0, 0, 9_000),
        (BIRCH, _MARCH, *_CHAMPIONS, 10, 70, 7, 0, 0, 0, 0, 0, 0, 63),
    ],
    "fct_points_liability_by_segment": [
        (ACORN, _FEBRUARY, *_CHAMPIONS, _JANUARY, 400_000, True, 0, 1.0, 100, 400_000),
        (ACORN, _MARCH, *_CHAMPIONS, _JANUARY, 200_000, False, 4, 0.5, 100, 100_000),
        (ACORN, _MARCH, *_CHAMPIONS, _MARCH, 300_000, True, 0, 1.0, 100, 300_000),
        (BIRCH, _MARCH, *_CHAMPIONS, _MARCH, 63, True, 0, 1.0, 77, 49),
    ],
    "fct_points_expiry_by_segment": [
        (ACORN, *_CHAMPIONS, date(2026, 5, 1), _END, date(2026, 5, 31), 70_000, 20, 12, 12),
        (BIRCH, *_CHAMPIONS, date(2026, 4, 1), _END, date(2026, 4, 30), 7, 1, 1, 1),
    ],
    "fct_item_performance_by_segment_monthly": [
        (ACORN, _MARCH, *_CHAMPIONS, TEA, 200, 10, 0.05, 10, 1_000, 2, 5.0),
        (ACORN, _MARCH, *_CHAMPIONS, MUG, 40, 4, 0.1, 4, 1_200, 0, None),
        (ACORN, _FEBRUARY, *_CHAMPIONS, RICE, 100, 20, 0.2, 20, 4_000, 0, None),
        (BIRCH, _MARCH, *_CHAMPIONS, UMBRELLA, 12, 3, 0.25, 3, 270, 0, None),
    ],
    "fct_cohort_retention_by_segment": [
        (ACORN, _MARCH, *_CHAMPIONS, "registration", _JANUARY, 0, _JANUARY, True, 40, 40, 1.0, 0.91, 1.0),
        (ACORN, _MARCH, *_CHAMPIONS, "registration", _JANUARY, 1, _FEBRUARY, True, 40, 36, 0.9, 0.77, 0.96),
        (ACORN, _MARCH, *_CHAMPIONS, "registration", _JANUARY, 2, _MARCH, True, 40, 38, 0.95, 0.84, 0.99),
        (
            ACORN,
            _FEBRUARY,
            *_CHAMPIONS,
            "registration",
            _JANUARY,
            1,
            _FEBRUARY,
            True,
            44,
            11,
            0.25,
            0.15,
            0.39,
        ),
        (BIRCH, _MARCH, *_CHAMPIONS, "registration", _JANUARY, 1, _FEBRUARY, True, 10, 1, 0.1, 0.02, 0.4),
    ],
}
